"""Programs that fail when they run: what goes back to the model, how often, and what becomes of the answer."""

from __future__ import annotations

from typing import Any

import pytest
from repairing import GHOST, WHERE, ask, events

from looksmith.agent.ask.loop import Bench
from looksmith.agent.llm.llm import LLMTimeout, TruncatedReply
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Result, Step


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
        "answer = image.width < 0",
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
        ("How big is the ghost?", "answer = ghost.area"),
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
