"""Programs that fail when they run: what goes back to the model, how often, and what a repair may not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.advice import split_phrase
from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLMTimeout, Scripted, TruncatedReply
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Result, Step
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.errors import NoDetection, UnknownName, WeightsError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
GHOST = 'cup = LOC(image, "cup")\nghost = LOC(image, "ghost")\nanswer = ghost.left < cup.left'
WHERE = "Where is everything?"
"""A question that a box may answer, or anything else."""


@tool
def LOC(image: Image, name: str) -> Box:
    """The box of the named thing."""
    if name == "unicorn":
        raise UnknownName('The detector does not know "unicorn".', hint="The nearest is horse.")
    if name == "ghost":
        raise NoDetection("No ghost was found in the image.")
    return Box(10, 10, 40, 30, name, 0.9)


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is the named thing there?"""
    return name != "ghost"


@tool
def NAMES(image: Image) -> list[str]:
    """All names."""
    return ["cup", "spoon"]


@tool
def MODEL(image: Image) -> str:
    """Needs weights."""
    raise WeightsError("The weights are missing.", hint="Pull them.")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, compute_seconds=2, tool_calls=20)) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, sandbox: Sandbox) -> Bench:
    registry = Registry()
    registry.add(LOC, EXISTS, NAMES, MODEL)
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), [])


def ask(bench: Bench, *replies: Any, question: str = WHERE, **options: Any) -> tuple[Answer, Scripted]:
    script = Scripted(replies)
    return bench.ask(SUBJECT, question, script, Writing(**{"samples": 1, **options})), script


def events(answer: Answer, kind: type[Any]) -> list[Any]:
    run = Runs(answer.run.parent).load(answer.run.name)
    return [event for event in run.events if isinstance(event, kind)]


def test_a_program_that_failed_goes_back_with_its_error_and_what_it_did(bench: Bench) -> None:
    broken = "names = NAMES(image)\nn = len(names)\nanswer = names[n + 1]"
    answer, script = ask(bench, broken, "answer = NAMES(image)[-1]")
    assert answer.value == "spoon"
    assistant, told = script.asked[1][-2:]
    assert assistant["content"] == broken
    lines = told["content"].splitlines()
    assert lines[0] == "This program failed when it ran:"
    assert "line 1: NAMES -> ['cup', 'spoon']" in lines
    assert "    answer = names[n + 1]" in lines
    assert any(line.startswith("line 3:") and "IndexError" in line for line in lines)
    assert lines[-1] == f"Question: {WHERE}"


def test_every_attempt_is_in_the_trace(bench: Bench) -> None:
    answer, _ = ask(bench, "answer = NAMES(image)[2]", "answer = NAMES(image)[0]")
    run = Runs(answer.run.parent).load(answer.run.name)
    assert [type(event) for event in run.events] == [
        *(Attempt, Check, Execution, Step, Result),
        *(Attempt, Check, Execution, Step, End),
    ]
    (result,) = events(answer, Result)
    assert (result.outcome, result.line, result.parent) == ("crashed", 1, run.events[2].id)
    assert events(answer, End)[0].execution == run.events[7].id
    assert answer.timing.total == pytest.approx(
        sum((answer.timing.llm, answer.timing.tools, answer.timing.load, answer.timing.own))
    )


def test_refusals_and_failures_share_one_budget(bench: Bench) -> None:
    replies = ["answer = NOPE()", "answer = NAMES(image)[2]", "answer = NOPE(1)", "answer = NAMES(image)[0]"]
    answer, script = ask(bench, *replies, repairs=2)
    assert (answer.outcome, len(script.asked)) == ("crashed", 3)
    assert ask(bench, *replies, repairs=3)[0].value == "cup"


def test_a_failing_program_that_comes_again_is_not_run_again(bench: Bench) -> None:
    answer, script = ask(bench, 'answer = LOC(image, "unicorn")', "answer = LOC(image, 'unicorn')  # again")
    assert (answer.outcome, len(script.asked)) == ("tool_error", 2)
    assert len(events(answer, Execution)) == 1
    assert [check.repeated for check in events(answer, Check)] == [False, True]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ('for i in range(99):\n    b = LOC(image, "cup")\nanswer = 1', "budget"),
        ("for i in range(10**6):\n    x = sum(range(10**6))\nanswer = 1", "timeout"),
        ("answer = MODEL(image)", "tool_error"),
    ],
)
def test_what_no_program_can_mend_does_not_go_back(bench: Bench, source: str, outcome: str) -> None:
    answer, script = ask(bench, source, "answer = 1")
    assert (answer.outcome, len(script.asked)) == (outcome, 1)


@pytest.mark.parametrize("question", ["Is there a ghost with a cup?", "There is a ghost with a cup.", "Ghosts?"])
def test_nothing_found_may_turn_out_to_be_the_answer(bench: Bench, question: str) -> None:
    answer, script = ask(bench, GHOST, 'answer = EXISTS(image, "ghost")', question=question)
    assert (answer.value, answer.text) == (False, "no")
    told = script.asked[1][-1]["content"]
    assert "No ghost was found" in told
    assert "EXISTS" in told
    assert "COUNT" not in told
    assert "line 1: LOC('cup') -> cup 0.90" in told
    assert answer.notices == ("An earlier program found nothing: No ghost was found in the image.",)
    assert events(answer, End)[0].notices == answer.notices


def test_nothing_found_may_be_none_of_how_many(bench: Bench) -> None:
    none = 'answer = 1 if EXISTS(image, "ghost") else 0'
    area = 'answer = int(LOC(image, "ghost").area)'
    assert ask(bench, area, none, question="How many ghosts are there?")[0].value == 0
    assert ask(bench, GHOST, none, question="Is there a ghost?")[0].outcome == "no_detection"


@pytest.mark.parametrize(
    "evasive",
    [
        "answer = False",
        'answer = EXISTS(image, "cup")',
        'answer = LOC(image, "cup").width > 3',
        'answer = EXISTS(image, "ghost") or EXISTS(image, "cup")',
    ],
)
def test_a_repair_does_not_hide_that_nothing_was_found(bench: Bench, evasive: str) -> None:
    lost = 'answer = LOC(image, "ghost").width > 0'
    answer, script = ask(bench, lost, evasive, "answer = True", question="Is there a ghost?")
    assert (answer.outcome, answer.value, len(script.asked)) == ("no_detection", None, 2)
    assert answer.message == "No ghost was found in the image."
    assert [result.outcome for result in events(answer, Result)] == ["no_detection", "no_detection"]
    assert "to a different question" in events(answer, Result)[1].message


@pytest.mark.parametrize(
    "evasive",
    [
        'answer = "white" if EXISTS(image, "ghost") else "red"',
        'answer = LOC(image, "cup").label',
        'answer = EXISTS(image, "ghost") + 3',
    ],
)
def test_a_repair_answers_what_is_asked_or_is_refused(bench: Bench, evasive: str) -> None:
    lost = 'answer = LOC(image, "ghost").width > 0'
    answer, script = ask(bench, lost, evasive, "answer = True", question="Is there a ghost?")
    assert (answer.outcome, answer.value, len(script.asked)) == ("no_detection", None, 2)
    assert [found.code for found in events(answer, Check)[1].diagnostics] == ["unfit-answer"]


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("What color is the ghost?", "answer = ghost.label"),
        ("In the picture, where is the ghost?", "answer = ghost"),
        ("How big is it?", "answer = ghost.area"),
        ("Is the ghost black or white?", "answer = ghost.label"),
    ],
)
def test_of_what_is_not_there_nothing_else_can_be_said(bench: Bench, question: str, last: str) -> None:
    lost = f'ghost = LOC(image, "ghost")\n{last}'
    answer, script = ask(bench, lost, 'answer = EXISTS(image, "ghost")', question=question)
    assert (answer.outcome, len(script.asked)) == ("no_detection", 1)


SECONDS = ["answer = NOPE()", GHOST, "answer = [][len([])]", LLMTimeout("late"), TruncatedReply("cut")]


@pytest.mark.parametrize("second", SECONDS)
def test_one_look_again_and_no_more(bench: Bench, second: Any) -> None:
    answer, script = ask(bench, GHOST, second, 'answer = EXISTS(image, "ghost")', question="Is there a ghost?")
    assert (answer.outcome, len(script.asked)) == ("no_detection", 2)


def test_a_repair_that_cannot_be_had_is_told_beside_the_failure(bench: Bench) -> None:
    answer, _ = ask(bench, 'answer = LOC(image, "unicorn")', LLMTimeout("late"))
    assert answer.outcome == "tool_error"
    assert answer.notices == ("Could not repair the program: late",)


UNICORN = 'answer = LOC(image, "unicorn").left < LOC(image, "cup").left'


@pytest.mark.parametrize(
    "evasive",
    [
        "answer = False",
        'answer = EXISTS(image, "cup")',
        'answer = LOC(image, "horse").left < LOC(image, "cup").left',
        'names = NAMES(image)\nanswer = "spoon" in names',
    ],
)
def test_a_name_that_is_not_known_is_neither_dropped_nor_swapped(bench: Bench, evasive: str) -> None:
    answer, script = ask(bench, UNICORN, evasive, "answer = True", question="Is the unicorn left of the cup?")
    assert (answer.outcome, answer.value, len(script.asked)) == ("tool_error", None, 2)
    assert answer.message.startswith('The detector does not know "unicorn".')


def test_a_name_that_is_not_known_may_be_looked_for_in_another_way(bench: Bench) -> None:
    other = 'names = NAMES(image)\nanswer = "unicorn" in names and "cup" in names'
    assert ask(bench, UNICORN, other, question="Is the unicorn left of the cup?")[0].value is False


def test_an_answer_out_of_nothing_mends_nothing(bench: Bench) -> None:
    broken = "names = NAMES(image)\nanswer = names[len(names)]"
    answer, script = ask(bench, broken, 'answer = "spoon"', "answer = NAMES(image)[0]")
    assert (answer.value, len(script.asked)) == ("cup", 3)
    assert ask(bench, "answer = [7][int('1')]", "answer = 7")[0].value == 7


def test_of_many_calls_the_last_are_told(bench: Bench) -> None:
    broken = 'for i in range(12):\n    b = LOC(image, "cup " + str(i))\nanswer = [b][i]'
    _, script = ask(bench, broken, "answer = 1")
    told = script.asked[1][-1]["content"]
    assert "(4 calls before these)" in told
    assert "cup 11" in told
    assert "'cup 3'" not in told


# -- meaning


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


# -- the line to write


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
