"""The supported dialects, each with a front end that translates its programs."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from ...tools.core.tool import is_tool
from ..language.diagnostics import Diagnostic
from ..language.program import Program

Dialect = Literal["visprog", "vipergpt"]
DIALECTS: tuple[Dialect, ...] = ("visprog", "vipergpt")

EXTRA_INPUTS: dict[Dialect, dict[str, Any]] = {
    "visprog": {},
    "vipergpt": {"query": str, "possible_answers": list[str]},
}
"""The inputs of a program of the dialect in addition to its images, with their types."""


def translate(dialect: Dialect, source: str) -> Program | tuple[Diagnostic, ...]:
    """Translate a published program, or say what cannot be translated. Diagnostics give the lines of `source`."""
    if dialect == "visprog":
        from .visprog import front

        return front.translate(source)
    from .vipergpt import front

    return front.translate(source)


def dialect_tools(dialect: Dialect) -> list[Any]:
    """The additional functions of the dialect, as tools: those of `<dialect>/tools.py`."""
    module = import_module(f".{dialect}.tools", __package__)
    return [thing for thing in vars(module).values() if is_tool(thing) and thing.__module__ == module.__name__]
