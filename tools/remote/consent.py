"""Consent for tools that act on the world: they are called only once a person has agreed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from ..core.errors import ToolError
from ..core.registry import Registry
from ..core.tool import Tool
from ..core.values import Image
from ..media.to_json import encode_all


@dataclass(frozen=True)
class Act:
    """A call that waits for a person's decision. arguments: by name, from the program."""

    tool: str
    backend: str
    summary: str
    arguments: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The call in one line, with all of its arguments; images are given by size."""
        return f"{self.tool}({', '.join(f'{name}={_shown(value)}' for name, value in self.arguments.items())})"


Consent = Callable[[Act], bool]
"""Asks a person whether a call may be made. Raises ToolError if there is nobody to ask."""


def nobody(act: Act) -> bool:
    """Refuse, since there is nobody to ask. Raises ToolError."""
    hint = "Ask in a terminal or in `looksmith view`, where each such call is shown to you first."
    raise ToolError(f"{act.tool} acts outside of looksmith, and nobody is here to allow it.", hint=hint)


def consenting(registry: Registry, consent: Consent) -> Registry:
    """The same tools, of which acting ones ask first."""
    return registry.mapped(lambda tool: _asking(tool, consent) if tool.options.acts else tool)


def _asking(tool: Tool, consent: Consent) -> Tool:
    """A tool that acts only with consent. Consent that comes after the call was cancelled is too late."""

    def asked(**arguments: Any) -> Any:
        start = perf_counter()
        if not consent(Act(tool.name, tool.backend, tool.summary, arguments)):
            raise ToolError(f"{tool.name} was not allowed.", hint="You said no.")
        if perf_counter() - start > tool.timeout:
            raise ToolError(f"{tool.name} was allowed too late.")
        return tool.function(**arguments)

    return replace(tool, function=asked, many=None, shared=None)


def _shown(value: Any) -> str:
    def sized(image: Image) -> str:
        return f"{image.width} x {image.height} pixels"

    return json.dumps(encode_all({"": value}, sized)[""], ensure_ascii=False)
