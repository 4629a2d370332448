"""What the checker finds wrong with a program that answers its question about an image."""

from __future__ import annotations

from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.question.expected_answer import expected_answer

REGISTRY = surface()


def problems(source: str, question: str) -> tuple[Diagnostic, ...]:
    """The problems, for the tools that come with looksmith; none for a program that may be right."""
    found = check(Program(source, question), REGISTRY, expected=expected_answer(question))
    return () if isinstance(found, Checked) else found
