"""The known families, and which one a model belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from .family import Family
from .internvl import InternVl
from .molmo import Molmo
from .qwen2_5 import Qwen25Vl
from .qwen3 import Qwen3Vl
from .smolvlm import SmolVlm

NONE = Family()
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {family.name: family for family in (Qwen3Vl(), Qwen25Vl(), InternVl(), Molmo(), SmolVlm(), NONE)}
)
_NAMED = (
    (r"qwen[ _.-]?2[_.]5[ _.-]?vl", "qwen2.5-vl"),
    (r"qwen[ _.-]?3[ _.-]?vl", "qwen3-vl"),
    (r"intern[ _.-]?vl", "internvl"),
    (r"molmo", "molmo"),
    (r"smol[ _.-]?vlm", "smolvlm"),
)


def family_named(model: str) -> Family | None:
    """The family that a model's name contains, as in "Qwen/Qwen2.5-VL-3B-Instruct"; None if there is none."""
    found = (family for pattern, family in _NAMED if re.search(pattern, model, re.IGNORECASE))
    name = next(found, None)
    return FAMILIES[name] if name else None
