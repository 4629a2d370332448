"""Which dialects there are. Each has a front end of its own that reads a program into ours."""

from __future__ import annotations

from typing import Literal

from ..diagnostics import Diagnostic
from ..program import Program

Dialect = Literal["visprog", "vipergpt"]
DIALECTS: tuple[Dialect, ...] = ("visprog", "vipergpt")


def translate(dialect: Dialect, source: str) -> Program | tuple[Diagnostic, ...]:
    """A published program as one of ours, or what cannot be read. Diagnostics give the lines of `source`."""
    if dialect == "visprog":
        from . import visprog

        return visprog.translate(source)
    from . import vipergpt

    return vipergpt.translate(source)
