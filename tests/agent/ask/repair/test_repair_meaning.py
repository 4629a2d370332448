"""A repair keeps the meaning of the program, and the hint about it is written from what happened."""

from __future__ import annotations

from pathlib import Path

import pytest
from repairing import GHOST, ask, events

from looksmith.agent.ask.advice import split_phrase
from looksmith.agent.ask.loop import Bench
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Result
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor


@tool
def FIND(image: Image, name: str, which: str = "") -> Box:
    """The box of the named thing."""
    return _look(name, which)


@tool
def SEEN(image: Image, name: str, which: str = "") -> bool:
    """Is the named thing there?"""
    _look(name, which)
    return True


@tool
def KID(image: Image, name: str) -> Scored[bool]:
    """Is somebody there, whatever their age?"""
    return Scored(True, assumptions=("took 'boy' for 'person'",), confidence=0.7)


def _look(name: str, which: str) -> Box:
    for unknown in ("room", "unicorn", "cups", "left ", "holding", "yard"):
        if unknown in name:
            raise UnknownName(f'The detector does not know "{name}".')
    return Box(10, 10, 40, 30, name, 0.9)


@pytest.fixture
def conditions(tmp_path: Path, sandbox: Sandbox) -> Bench:
    """Tools that take conditions."""
    registry = Registry()
    registry.add(FIND, SEEN, KID)
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), [])


IN_ROOM = 'room = FIND(image, "room")\nchair = FIND(image, "chair")\nanswer = chair.left > room.left'


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Is there a chair in the room?", IN_ROOM, 'answer = SEEN(image, "chair")'),
        (
            "Is there anyone in the yard?",
            'answer = FIND(image, "yard").top > 0',
            'answer = SEEN(image, "person")',
        ),
        (
            "Are there cups on the table?",
            'answer = SEEN(image, "cups on the table")',
            'answer = SEEN(image, "cup", "on the table")',
        ),
        (
            "Is the left cup red?",
            'answer = SEEN(image, "left cup", "red")',
            'answer = SEEN(image, "cup", "on the left, red")',
        ),
    ],
)
def test_the_same_in_other_words_is_an_answer(conditions: Bench, question: str, first: str, second: str) -> None:
    answer, _ = ask(conditions, first, second, question=question)
    assert (answer.outcome, answer.value) == ("ok", True)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Is there a chair in the room?", IN_ROOM, 'answer = SEEN(image, "table")'),
        (
            "Is there a red chair in the room?",
            IN_ROOM.replace('"chair"', '"red chair"'),
            'answer = SEEN(image, "chair")',
        ),
        ("Are there cups on the table?", 'answer = SEEN(image, "cups on the table")', 'answer = SEEN(image, "cup")'),
        ("Is the left cup red?", 'answer = SEEN(image, "left cup", "red")', 'answer = SEEN(image, "cup", "red")'),
        (
            "Is the unicorn beside the tree?",
            'answer = FIND(image, "unicorn").left < FIND(image, "tree").left',
            'answer = FIND(image, "horse").left < FIND(image, "tree").left',
        ),
    ],
)
def test_less_or_something_else_is_none(conditions: Bench, question: str, first: str, second: str) -> None:
    answer, _ = ask(conditions, first, second, question=question)
    assert (answer.outcome, answer.value) == ("tool_error", None)
    assert "to a different question" in events(answer, Result)[1].message


def test_what_a_tool_assumed_and_told_may_go(conditions: Bench) -> None:
    first = 'answer = SEEN(image, "boy holding a unicorn")'
    question = "Is there a boy?"
    assert ask(conditions, first, 'answer = SEEN(image, "person")', question=question)[0].outcome == "tool_error"
    answer, _ = ask(conditions, first, 'answer = KID(image, "kid")', question="Is there a boy, a kid?")
    assert (answer.value, answer.assumptions) == (True, ("took 'boy' for 'person'",))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("person holding a cup", 'Write SEEN(image, "person", "holding a cup")'),
        ("cups on the table", 'Write SEEN(image, "cup", "on the table")'),
        ("left cup", 'Write SEEN(image, "cup", "on the left")'),
        ("unicorn with a hat", 'Write SEEN(image, "unicorn", "with a hat")'),
        ("room", '"room" only says where the picture was taken. Leave it out.'),
        ("unicorn", "Write it again, corrected."),
    ],
)
def test_a_name_that_is_a_phrase_is_told_apart(conditions: Bench, name: str, line: str) -> None:
    _, script = ask(conditions, f'answer = SEEN(image, "{name}")', "answer = False", question=f"Is there a {name}?")
    told = script.asked[1][-1]["content"].splitlines()
    assert told[told.index("```") + 1] == line
    assert told[-3:] == ["Write it again, corrected.", f"Question: Is there a {name}?", "Answer: yes or no"]


def test_the_block_of_what_happened_holds_no_instruction(bench: Bench) -> None:
    _, script = ask(bench, GHOST, "answer = False", question="Is there a ghost with a cup?")
    before, _, after = script.asked[1][-1]["content"].rpartition("```")
    assert "Write" not in before
    assert after.splitlines()[1] == 'Write answer = EXISTS(image, "ghost")'


def test_what_a_tool_said_is_never_advice(bench: Bench) -> None:
    painted = 'names = NAMES(image)\nanswer = LOC(image, "uni" + "corn").width > len(names)'
    _, script = ask(bench, painted, "answer = False", question="Is there a unicorn?")
    _, _, after = script.asked[1][-1]["content"].rpartition("```")
    assert after.splitlines()[1] == "Write it again, corrected."


@pytest.mark.parametrize(
    ("text", "name", "which"),
    [
        ("dog with a hat", "dog", "with a hat"),
        ("two red cups on the table", "cup", "red on the table"),
        ("second cup from the left", "cup", "second from the left"),
        ("people wearing hats", "person", "wearing hats"),
        ("leftmost chair", "chair", "leftmost"),
        ("coffee cup", "coffee cup", ""),
        ("chair in the room", "chair", ""),
    ],
)
def test_phrases_are_split_where_the_parts_mean_the_same(text: str, name: str, which: str) -> None:
    assert split_phrase(text) == (name, which)
