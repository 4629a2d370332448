"""An answer has to be what its question asks for."""

from __future__ import annotations

from typing import Any

import pytest

from looksmith.programs.check.check import Checked, check
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.program import Program
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.programs.question.fitting import settle
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    raise AssertionError


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    raise AssertionError


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is it there?"""
    raise AssertionError


@tool
def READ(image: Image) -> str:
    """The text."""
    raise AssertionError


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.add(LOC, DETECT, EXISTS, READ)
    return made


UNFIT = [
    ("What stands behind the shed?", 'answer = LOC(image, "shed")', ".label"),
    ("Is the gate open or closed?", 'answer = EXISTS(image, "gate")', 'answer = "open" if'),
    ("Which lamp is taller, the old or the new one?", 'answer = "yes"', '"old" or "new"'),
    ("How many swans are on the lake?", 'answer = DETECT(image, "swan")', "len("),
    ("How many swans are on the lake?", 'answer = EXISTS(image, "swan")', "COUNT("),
    ("Is there a swan?", 'answer = len(DETECT(image, "swan"))', "> 0"),
    ("Is there a swan?", "answer = READ(image)", "=="),
    ("What is written on the box?", "answer = image", "An image is no answer"),
    ("What colour is the shed?", 'answer = LOC(image, "shed")', "COLOR(image"),
    ("Which birds are there?", 'answer = DETECT(image, "bird")', "join"),
]
FIT = [
    ("What stands behind the shed?", 'answer = LOC(image, "shed").label'),
    ("Is the gate open or closed?", 'answer = "open" if EXISTS(image, "gap") else "closed"'),
    ("Is the gate open or closed?", 'answer = "neither" if EXISTS(image, "wall") else "open"'),
    ("Is there a swan?", 'answer = "yes" if EXISTS(image, "swan") else "no"'),
    ("Is there a swan?", 'answer = not EXISTS(image, "swan") and READ(image) == "swan"'),
    ("How many swans are on the lake?", 'answer = len(DETECT(image, "swan")) / 2'),
    ("Which birds are there?", 'answer = [bird.label for bird in DETECT(image, "bird")]'),
    ("Where is the shed?", 'answer = LOC(image, "shed")'),
]


@pytest.mark.parametrize(("question", "program", "hint"), UNFIT)
def test_an_answer_of_another_kind_is_refused_with_what_to_write(
    registry: Registry, question: str, program: str, hint: str
) -> None:
    found = check(Program(program, question), registry, expected=expected_answer(question))
    assert not isinstance(found, Checked)
    assert [diagnostic.code for diagnostic in found] == ["unfit-answer"]
    assert hint in found[0].render()


@pytest.mark.parametrize(("question", "program"), FIT)
def test_an_answer_of_the_right_kind_passes(registry: Registry, question: str, program: str) -> None:
    assert isinstance(check(Program(program, question), registry, expected=expected_answer(question)), Checked)


def test_people_may_answer_what_they_like(registry: Registry) -> None:
    assert isinstance(check(Program(UNFIT[0][1], UNFIT[0][0]), registry), Checked)


def test_the_grammar_admits_only_the_kind_of_answer_that_is_asked_for(registry: Registry) -> None:
    import xgrammar
    from xgrammar.testing import _is_grammar_accept_string as accepts

    truth, number, text = (
        xgrammar.Grammar.from_ebnf(grammar(registry, kind=kind)) for kind in ("yes/no", "number", "name")
    )
    whether, how_many, what = 'answer = EXISTS(image, "a")', 'answer = len(DETECT(image, "a"))', "answer = READ(image)"
    for made, right in ((truth, whether), (number, how_many), (text, what)):
        assert [program for program in (whether, how_many, what) if accepts(made, program)] == [right]
    assert accepts(truth, 'answer = not EXISTS(image, "a") and READ(image) != ""')
    assert accepts(text, 'b = LOC(image, "b")\nanswer = "left" if b.left > 3 else b.label')


@pytest.mark.parametrize(
    ("question", "answer", "settled"),
    [
        ("Is the gate open or closed?", "open", "open"),
        ("Is the gate open or closed?", "It is Closed.", "closed"),
        ("Is the bag on the left or on the right?", "It is on the left.", "left"),
        ("Is the cat on the sofa or on the floor?", "sofa", "on the sofa"),
        ("Which lamp is taller, the old lamp or the new lamp?", "new", "new lamp"),
        ("Is the gate open or closed?", "neither", "neither"),
        ("Is the gate open or closed?", "open or closed", "open or closed"),
        ("Is the gate open or closed?", "ajar", "ajar"),
        ("Is the gate open or closed?", "", None),
        ("What color is the shed?", "red", "red"),
        ("What color is the shed?", "dark red", "dark red"),
        ("What color is the shed?", "Gray", "Gray"),
        ("What color is the shed?", "wooden", None),
        ("What color is the shed?", "unknown", None),
        ("What is written on the box?", "  ", None),
        ("What is written on the box?", "none", "none"),
        ("What stands behind the shed?", [], None),
        ("What stands behind the shed?", ["tree"], ["tree"]),
        ("How many swans are on the lake?", 0, 0),
        ("Is there a swan?", False, False),
        ("Where is the shed?", [], []),
    ],
)
def test_an_answer_is_settled_in_the_words_of_the_question(question: str, answer: Any, settled: Any) -> None:
    assert settle(answer, expected_answer(question)) == settled
