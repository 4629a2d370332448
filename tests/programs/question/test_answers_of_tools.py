"""A label names a thing; it is neither the text on it nor a place."""

from __future__ import annotations

import pytest

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.mend import mend
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool, tool
from looksmith.tools.core.values import Box, Image


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    raise AssertionError


@tool
def NAME(image: Image, box: Box, kind: str) -> str:
    """What it is called."""
    raise AssertionError


@tool
def READ(image: Image, box: Box, what: str = "") -> str:
    """The text."""
    raise AssertionError


def registry_of(*tools: Tool) -> Registry:
    registry = Registry()
    for one in tools:
        registry.add(one)
    return registry


@tool
def VERIFY(image: Image, box: Box, statement: str) -> bool:
    """Is it so?"""
    raise AssertionError


SEEING = registry_of(LOC, NAME)
READING = registry_of(LOC, NAME, READ, VERIFY)


def problems(source: str, question: str, registry: Registry = READING) -> tuple[Diagnostic, ...]:
    found = check(Program(source, question), registry, expected=expected_answer(question))
    return () if isinstance(found, Checked) else found


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ('answer = LOC(image, "sign").label', "answer = READ(image, LOC(image, 'sign'))"),
        ('sign = LOC(image, "sign")\nanswer = sign.label', "sign = LOC(image, 'sign')\nanswer = READ(image, sign)"),
        ('name = LOC(image, "sign").label\nanswer = name', "name = READ(image, LOC(image, 'sign'))\nanswer = name"),
        ('answer = NAME(image, LOC(image, "ship"), "name")', "answer = READ(image, LOC(image, 'ship'), 'name')"),
    ],
)
def test_what_is_written_is_read(source: str, mended: str) -> None:
    question = "What does the sign on the ship say?"
    assert [problem.code for problem in problems(source, question)] == ["label-for-text"]
    assert mend(source, question, lambda text: problems(text, question)) == mended


@pytest.mark.parametrize(
    ("test", "mended"),
    [
        ('"stem" in fruit.label', "VERIFY(image, fruit, 'stem')"),
        ('"leaf" not in fruit.label', "not VERIFY(image, fruit, 'leaf')"),
        ('"stem" in READ(image, fruit).lower()', "VERIFY(image, fruit, 'stem')"),
        ('"long stem" in NAME(image, fruit, "fruit")', "VERIFY(image, fruit, 'long stem')"),
    ],
)
def test_what_a_thing_has_is_looked_at(test: str, mended: str) -> None:
    source, question = f'fruit = LOC(image, "fruit")\nanswer = {test}', "Does the fruit have no leaf, but a stem?"
    assert [problem.code for problem in problems(source, question)] == ["label-for-look"]
    assert mend(source, question, lambda text: problems(text, question)) == (
        f"fruit = LOC(image, 'fruit')\nanswer = {mended}"
    )
    assert "label-for-look" not in {problem.code for problem in problems(source, question, SEEING)}


def test_without_a_tool_that_reads_a_label_has_to_do() -> None:
    assert problems('answer = LOC(image, "sign").label', "What does the sign say?", SEEING) == ()


def test_things_are_named_by_their_labels() -> None:
    assert problems('answer = LOC(image, "bird").label', "What is the name of this bird?") == ()


def test_what_a_sign_says_is_read() -> None:
    source = 'sign = LOC(image, "sign")\nanswer = "stop" in READ(image, sign).lower()'
    assert problems(source, "Does the sign say stop?") == ()


def test_no_label_is_a_place() -> None:
    source = 'answer = LOC(image, "gate").label == "left"'
    (problem,) = problems(source, "The gate is on the left.")
    assert problem.code == "label-word"
    assert "never 'left'" in problem.message
    assert problems('answer = LOC(image, "animal").label == "goat"', "The animal is a goat.") == ()


@pytest.mark.parametrize("source", ["", "answer = 1", "x = 1", "LOC(image, 'a')"])
def test_any_program_can_be_looked_at(source: str) -> None:
    problems(source, "What does the sign say?")
