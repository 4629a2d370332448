"""What is wrong with a program, told once for people and for the model that wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["parse_error", "policy_error", "type_error"]


class Diagnostic(BaseModel):
    """One finding.

    kind: the outcome that a program with this finding has.
    code: stable name of the rule, for counting.
    line: 1-based; column: 0-based, as Python's ast has them.
    hint: what to write instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    code: str
    line: int
    column: int
    message: str
    hint: str = ""

    def render(self) -> str:
        """One line: `line 2: CROP has no parameter 'size'. It has image, box, margin.`"""
        return f"line {self.line}: {self.message} {self.hint}".rstrip()


def render(diagnostics: Iterable[Diagnostic], source: str) -> str:
    """Each finding below the line of the program that it is about."""
    lines = source.splitlines()
    parts: list[str] = []
    for diagnostic in diagnostics:
        if 0 < diagnostic.line <= len(lines):
            parts.append(f"    {lines[diagnostic.line - 1].strip()}")
        parts.append(diagnostic.render())
    return "\n".join(parts)
