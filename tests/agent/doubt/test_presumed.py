"""How many of what no thing meets: all of them, where the question says that there are some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.doubt.presumed import RIGHT, count_of_all
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.traces.runs import Runs
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
MANY = "How many horses in the herd are gray?"
GRAY = 'answer = COUNT(image, "gray horse", "in the herd")'


@tool
def COUNT(image: Image, name: str, which: str = "") -> int:
    """The number of named things."""
    return 3 if (name, which) == ("horse", "") else 0


def ask(folder: Path, question: str, program: str, counting: Any = COUNT) -> Answer:
    registry = Registry()
    registry.add(counting)
    bench = Bench(registry, Executor(registry), Sandbox(), Runs(folder / "runs"), [])
    return bench.ask(SUBJECT, question, Scripted([program]), Writing(repairs=0))


def test_who_asks_how_many_says_that_there_are_some(tmp_path: Path):
    answer = ask(tmp_path, MANY, GRAY)
    assert answer.value == 3 and answer.confidence == RIGHT
    assert answer.assumptions == ("found no horse that is: gray; in herd; counted all",)


@pytest.mark.parametrize(
    ("question", "program", "value"),
    [
        ("Are there any gray horses?", 'answer = COUNT(image, "gray horse") > 0', False),
        ("No horse is gray.", 'answer = COUNT(image, "gray horse") == 0', True),
        ("How many dogs are there?", 'answer = COUNT(image, "dog")', 0),
        ("How many dogs are asleep?", 'answer = COUNT(image, "dog", "asleep")', 0),
    ],
)
def test_none_is_an_answer_elsewhere(tmp_path: Path, question: str, program: str, value: object):
    answer = ask(tmp_path, question, program)
    assert answer.value == value and answer.assumptions == ()


@pytest.mark.parametrize(
    ("question", "program", "sure", "value"),
    [
        ("How many hooks are there?", 'answer = COUNT(image, "hook")', 0.4, None),
        ("How many hooks are there?", 'answer = COUNT(image, "hook")', 0.9, 0),
        ("There are no hooks.", 'answer = COUNT(image, "hook") == 0', 0.4, True),
    ],
)
def test_none_is_no_answer_where_it_is_likely_wrong(
    tmp_path: Path, question: str, program: str, sure: float, value: object
):
    @tool
    def COUNT(image: Image, name: str) -> Scored[int]:
        """The number of named things."""
        return Scored(0, confidence=sure)

    answer = ask(tmp_path, question, program, COUNT)
    assert (answer.value, answer.outcome) == (value, "no_detection" if value is None else "ok")
    assert ("None was found" in answer.message) == (value is None)


@pytest.mark.parametrize(
    ("program", "without"),
    [
        (GRAY, "answer = COUNT(image, 'horse')"),
        ('answer = len(DETECT(image, "horse", which="asleep"))', "answer = len(DETECT(image, 'horse'))"),
        ('answer = COUNT(image, "hot dog", "on a plate")', "answer = COUNT(image, 'hot dog')"),
    ],
)
def test_the_conditions_are_left_out_of_the_program(program: str, without: str):
    found = count_of_all(MANY, 0, program)
    assert found is not None and found[0] == without
