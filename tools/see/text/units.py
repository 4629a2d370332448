"""Lines of text as what they consist of: words, numbers, letters, digits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ...core.values import Box

UNITS: Mapping[str, str] = MappingProxyType(
    {"word": r"[^\W\d_][\w'\u2019-]*", "number": r"\d+(?:[.,:/]\d+)*", "letter": r"[^\W\d_]", "digit": r"\d"}
)
"""What a line of text consists of, as patterns."""


def units(lines: Sequence[Box], unit: str) -> tuple[Box, ...]:
    """The words, numbers, letters or digits of the lines, labelled with their text.

    lines: their label is their text, and all characters are taken to be as wide. Raises KeyError for other units.
    """
    return tuple(_part(line, *found.span()) for line in lines for found in re.finditer(UNITS[unit], line.label))


def _part(line: Box, start: int, end: int) -> Box:
    """The box of some characters of a line, from left to right."""
    step = line.width / len(line.label)
    left, right = line.left + start * step, line.left + end * step
    return replace(line, left=left, right=right, label=line.label[start:end])
