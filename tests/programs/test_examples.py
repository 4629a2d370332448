"""The examples that the language model is shown."""

from __future__ import annotations

import pytest

from looksmith.programs.check import Checked, check
from looksmith.programs.diagnostics import render
from looksmith.programs.examples.bank import load_bank, usable
from looksmith.programs.program import Program
from looksmith.programs.prompt import MAX_QUESTION
from looksmith.tools.example import Example
from looksmith.tools.registry import Registry

BANK = load_bank()


@pytest.mark.parametrize("example", BANK, ids=lambda e: e.question)
def test_every_example_is_a_right_program(example: Example, pocket: Registry) -> None:
    checked = check(Program(example.program, example.question), pocket)
    assert isinstance(checked, Checked), render(checked, example.program)
    assert checked.tools
    assert 0 < len(example.question) < MAX_QUESTION


def test_no_question_is_asked_twice() -> None:
    assert len({example.question for example in BANK}) == len(BANK) > 10


def test_all_examples_can_be_shown_with_the_built_in_tools(pocket: Registry) -> None:
    assert usable(BANK, pocket) == BANK


def test_an_example_is_left_out_when_its_tool_is_not_offered(pocket: Registry) -> None:
    fewer = Registry()
    fewer.add(*(tool.function for tool in pocket if tool.name != "COLOR"))
    left = usable(BANK, fewer)
    assert [e for e in BANK if e not in left] == [e for e in BANK if "COLOR(" in e.program]
    assert left
