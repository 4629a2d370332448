"""Programs that answer what is asked in other words than the question's are let through."""

from __future__ import annotations

from pathlib import Path

import pytest
from refusals import REGISTRY

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.programs.question.expected_answer import expected_answer

RIGHT = (Path(__file__).parent / "right_programs.txt").read_text().strip().split("\n\n")


@pytest.mark.parametrize("case", RIGHT)
def test_it_is_let_through(case: str) -> None:
    question, _, source = case.removeprefix("# ").partition("\n")
    assert isinstance(check(Program(source, question), REGISTRY, expected=expected_answer(question)), Checked)
