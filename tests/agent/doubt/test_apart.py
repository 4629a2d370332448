"""A comparison of two things that were found in the same place is no answer."""

from __future__ import annotations

from collections.abc import Iterator

import PIL.Image
import pytest

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.traces.runs import Runs
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.geometry import OVERLAP

PHOTO = Image.of(PIL.Image.new("RGB", (100, 60)))
PLACES = {"red chair": 10, "blue chair": 10, "lamp": 60, "open flower": 30, "flower": 30}


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return Box(PLACES[name], 10, PLACES[name] + 20, 40, name, 0.8)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    registry = Registry()
    registry.add(LOC, OVERLAP)
    with Sandbox() as sandbox:
        yield Bench(registry, Executor(registry), sandbox, Runs(tmp_path_factory.mktemp("runs")), ())


def ask(bench: Bench, program: str) -> tuple[str, str]:
    llm = Scripted([program] * 9)
    answer = bench.ask(Subject.of(PHOTO, "p.png"), "Which is further left?", llm, Writing(samples=1, guess=False))
    return answer.outcome, answer.message


def left(one: str, other: str) -> str:
    return f'a = LOC(image, "{one}")\nb = LOC(image, "{other}")\nanswer = "a" if a.left < b.left else "b"'


def test_two_things_in_the_same_place_cannot_be_compared(bench: Bench) -> None:
    outcome, message = ask(bench, left("red chair", "blue chair"))
    assert outcome == "tool_error"
    assert '"red chair" and "blue chair" were found in the same place' in message


def test_things_in_different_places_can(bench: Bench) -> None:
    assert ask(bench, left("red chair", "lamp"))[0] == "ok"


def test_a_closer_description_may_be_of_the_same_thing(bench: Bench) -> None:
    assert ask(bench, left("flower", "open flower"))[0] == "ok"


@pytest.mark.parametrize("same", ["a == b", "OVERLAP(a, b) > 0.5"])
def test_whether_two_things_are_the_same_can_be_asked(same: str, bench: Bench) -> None:
    found = 'a = LOC(image, "red chair")\nb = LOC(image, "blue chair")'
    assert ask(bench, f'{found}\nanswer = "a" if {same} else "b"')[0] == "ok"
