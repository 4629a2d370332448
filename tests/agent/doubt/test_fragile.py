"""An answer that a near miss would turn says so: in the trace, on the page, in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from looksmith.agent.ask import execute
from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.pages.notebook import show_run
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import End, Step
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import NoDetection
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor

PHOTO = Image.of(PIL.Image.new("RGB", (100, 60)))


def box(left: float, score: float, label: str = "horse") -> Box:
    return Box(left, 10, left + 8, 30, label, score)


class Eyes:
    """Finds what it is told to, and nearly finds more. asked: colors, and how often chance was."""

    backend = "eyes"

    def __init__(self, found: list[Box], rejected: list[Box]) -> None:
        self._found, self._rejected = found, tuple(rejected)
        self.asked: list[Any] = []

    @tool
    def FIND(self, image: Image, name: str) -> list[Box]:
        """All of that name."""
        return Scored(list(self._found), rejected=self._rejected)  # pyright: ignore[reportReturnType]

    @tool
    def HOW_MANY(self, image: Image, name: str) -> int:
        """How many of that name."""
        return Scored(len(self._found), rejected=self._rejected, found=tuple(self._found))  # pyright: ignore[reportReturnType]

    @tool
    def ANY(self, image: Image, name: str) -> bool:
        """Is there one of that name?"""
        return Scored(bool(self._found), rejected=self._rejected, found=tuple(self._found))  # pyright: ignore[reportReturnType]

    @tool
    def BEST(self, image: Image, name: str) -> Box:
        """The best of that name."""
        if not self._found:
            raise NoDetection("No horse was found.", rejected=self._rejected)
        return Scored(self._found[0], rejected=self._rejected)  # pyright: ignore[reportReturnType]

    @tool
    def HUE(self, image: Image, box: Box) -> str:
        """Its color."""
        self.asked.append(box.left)
        return "white"

    @tool(deterministic=False)
    def CHANCE(self, box: Box) -> int:
        """Something else each time."""
        self.asked.append("chance")
        return len(self.asked)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture(autouse=True)
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what takes little is repeated."""
    monkeypatch.setattr(execute, "MAX_OWN", 60.0)


NEAR = [box(20, 0.37), box(40, 0.35)]
TWO = 'answer = HOW_MANY(image, "horse") > 1'
MANY = 'answer = len([HUE(image, b) for b in FIND(image, "x")]) > 9'
COUNT_WHITE = 'answer = len([b for b in FIND(image, "horse") if HUE(image, b) == "white"])'


def ran(eyes: Eyes, program: str, sandbox: Sandbox, home: Path) -> Answer:
    registry = Registry()
    registry.add(eyes)
    bench = Bench(registry, Executor(registry), sandbox, Runs(home), ())
    return bench.run(Subject.of(PHOTO, "p.png"), Program(program))


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (COUNT_WHITE, "FIND nearly took one more, horse 0.37: then the answer is 1"),
        ('answer = HOW_MANY(image, "horse")', "HOW_MANY nearly took one more, horse 0.37: then the answer is 1"),
        ('answer = ANY(image, "horse")', "ANY nearly took one more, horse 0.37: then the answer is True"),
        (
            'answer = HOW_MANY(image, "horse") > 1',
            "HOW_MANY nearly took 2 more, from horse 0.37: then the answer is True",
        ),
    ],
)
def test_an_answer_that_a_near_miss_turns_is_fragile(program: str, told: str, sandbox: Sandbox, tmp_path: Path) -> None:
    answer = ran(Eyes([], NEAR), program, sandbox, tmp_path)
    assert (answer.outcome, answer.fragile) == ("ok", told)
    stored = Runs(tmp_path).load("last")
    assert stored.record.fragile == told
    assert isinstance(stored.events[-1], End)
    assert stored.events[-1].fragile == told
    page = show_run(stored)
    assert "answered, fragile" in page
    assert told in page


@pytest.mark.parametrize(
    ("found", "rejected", "program"),
    [
        ([], [box(20, 0.2)], COUNT_WHITE),
        ([], NEAR, 'answer = HOW_MANY(image, "horse") > 5'),
        ([box(20, 0.9)], [box(21, 0.38, "cow")], COUNT_WHITE),
        ([box(20, 0.9)], [box(50, 0.8)], COUNT_WHITE),
        ([box(20, 0.9)], [box(50, 0.38)], 'answer = BEST(image, "horse").left'),
        ([box(20, 0.9)], [box(50, 0.38)], 'answer = ANY(image, "horse")'),
        ([], NEAR, 'answer = len([CHANCE(b) for b in FIND(image, "horse")])'),
        (
            [],
            [box(left, 0.38) for left in range(0, 90, 9)],
            'answer = len([HUE(image, b) for b in FIND(image, "x")]) > 9',
        ),
    ],
)
def test_an_answer_that_none_turns_is_not(
    found: list[Box], rejected: list[Box], program: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    eyes = Eyes(found, rejected)
    answer = ran(eyes, program, sandbox, tmp_path)
    assert (answer.outcome, answer.fragile) == ("ok", "")
    assert "chance" not in eyes.asked
    assert "answered, fragile" not in show_run(Runs(tmp_path).load("last"))


def test_the_other_box_that_was_nearly_as_good_turns_an_answer_too(sandbox: Sandbox, tmp_path: Path) -> None:
    eyes = Eyes([box(20, 0.41)], [box(50, 0.38)])
    answer = ran(eyes, 'answer = BEST(image, "horse").left', sandbox, tmp_path)
    assert answer.fragile == "BEST nearly took another, horse 0.38: then the answer is 50"


def test_a_question_says_it_too(sandbox: Sandbox, tmp_path: Path) -> None:
    registry = Registry()
    registry.add(Eyes([], NEAR))
    bench = Bench(registry, Executor(registry), sandbox, Runs(tmp_path), ())
    answer = bench.ask(Subject.of(PHOTO, "p.png"), "How many horses are there?", Scripted([COUNT_WHITE]))
    assert (answer.value, answer.fragile) == (0, "FIND nearly took one more, horse 0.37: then the answer is 1")


def test_a_tool_that_finds_nothing_records_what_it_looked_at(sandbox: Sandbox, tmp_path: Path) -> None:
    answer = ran(Eyes([], NEAR), 'answer = BEST(image, "horse").left', sandbox, tmp_path)
    assert answer.outcome == "no_detection"
    (step,) = [event for event in Runs(tmp_path).load("last").events if isinstance(event, Step)]
    assert [one["score"] for one in step.rejected] == [0.37, 0.35]
