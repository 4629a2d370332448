"""Where no model could see the answer: when the language model guesses, from what, and what is written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.doubt.guess import ASSUMED, RIGHT
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLMError, Scripted
from looksmith.agent.reading.view import attempt_name
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import Attempt, End, Step
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.errors import NoDetection, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
NOTES = "Things seen: 1 dog (black middle)."
UNKNOWN = 'answer = EXISTS(image, "unicorn")'
WHETHER, WHICH = "Is there a unicorn?", "Is the unicorn white or black?"


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is the named thing there?"""
    if name == "unicorn":
        raise UnknownName('The detector does not know "unicorn".')
    if name == "ghost":
        raise NoDetection("No ghost was found.")
    return True


@tool
def SHADE(image: Image, name: str) -> str:
    """The color of the named thing."""
    raise UnknownName(f'The detector does not know "{name}".')


@tool
def CAPTION(image: Image) -> str:
    """Notes of what is seen."""
    return NOTES


def bench_of(folder: Path, *tools: Any) -> Bench:
    registry = Registry()
    registry.add(*tools)
    sandbox = Sandbox(Limits(seconds=60, compute_seconds=2, tool_calls=5))
    return Bench(registry, Executor(registry), sandbox, Runs(folder / "runs"), [])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return bench_of(tmp_path, EXISTS, SHADE, CAPTION)


def ask(bench: Bench, *replies: Any, question: str = WHETHER, **options: Any) -> tuple[Answer, Scripted]:
    script = Scripted(replies)
    with bench.sandbox:
        return bench.ask(SUBJECT, question, script, Writing(**{"samples": 1, "repairs": 0, **options})), script


def stored(answer: Answer) -> StoredRun:
    return Runs(answer.run.parent).load(answer.run.name)


def test_what_nobody_could_see_is_guessed_and_says_so(bench: Bench) -> None:
    answer, script = ask(bench, UNKNOWN, "no")
    assert (answer.outcome, answer.value, answer.text) == ("ok", False, "probably no")
    assert (answer.assumptions, answer.confidence) == ((ASSUMED,), RIGHT["yes/no"])
    assert answer.notices == ('The detector does not know "unicorn".',)
    assert script.asked[1][-1]["content"] == f"{NOTES}\nQuestion: {WHETHER}\nAnswer with yes or no."
    assert script.wanted[1].grammar == 'root ::= "yes" | "no"'


def test_the_trace_holds_what_was_asked_and_said(bench: Bench) -> None:
    answer, script = ask(bench, UNKNOWN, "no")
    run = stored(answer)
    program, guess = (event for event in run.events if isinstance(event, Attempt))
    assert (program.number, guess.number) == (1, 0)
    assert (attempt_name(program), attempt_name(guess)) == ("attempt 1", "guess from notes")
    assert (guess.messages, guess.reply, guess.error) == (script.asked[1], "no", "")
    assert [step.tool for step in run.events if isinstance(step, Step)] == ["EXISTS", "CAPTION"]
    end = run.events[-1]
    assert isinstance(end, End)
    assert (end.answer, end.assumptions, end.confidence) == (False, (ASSUMED,), RIGHT["yes/no"])


def test_of_two_things_one_is_guessed(bench: Bench) -> None:
    answer, script = ask(bench, 'answer = SHADE(image, "unicorn")', "white", question=WHICH)
    assert (answer.value, answer.confidence) == ("white", RIGHT["choice"])
    assert script.wanted[1].grammar == 'root ::= "white" | "black"'


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        (UNKNOWN, "tool_error"),
        ('answer = EXISTS(image, "ghost")', "no_detection"),
        ("answer = NOPE()", "type_error"),
        ("answer = [True][image.width]", "crashed"),
    ],
)
def test_every_failure_to_see_is_guessed(bench: Bench, source: str, outcome: str) -> None:
    assert ask(bench, source, guess=False)[0].outcome == outcome
    assert ask(bench, source, "yes")[0].value is True


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("I cannot do that.", "parse_error"),
        ("import os\nanswer = True", "policy_error"),
        ('for i in range(9):\n    b = EXISTS(image, "cup " + str(i))\nanswer = b', "budget"),
    ],
)
def test_other_failures_stay_what_they_are(bench: Bench, source: str, outcome: str) -> None:
    answer, script = ask(bench, source, "yes")
    assert (answer.outcome, len(script.asked)) == (outcome, 1)


@pytest.mark.parametrize(
    "question", ["What color is the unicorn?", "What does the unicorn say?", "Who is the unicorn?"]
)
def test_names_colors_and_texts_stay_open(bench: Bench, question: str) -> None:
    answer, script = ask(bench, 'answer = SHADE(image, "unicorn")', "white", question=question)
    assert (answer.outcome, len(script.asked)) == ("tool_error", 1)


def test_without_notes_nothing_is_guessed(tmp_path: Path) -> None:
    answer, script = ask(bench_of(tmp_path, EXISTS), UNKNOWN, "yes")
    assert (answer.outcome, len(script.asked)) == ("tool_error", 1)


def test_nothing_is_guessed_that_nobody_wants(bench: Bench) -> None:
    answer, script = ask(bench, UNKNOWN, "yes", guess=False)
    assert (answer.outcome, answer.assumptions, len(script.asked)) == ("tool_error", (), 1)


@pytest.mark.parametrize("reply", [LLMError("Gone."), "", "perhaps"])
def test_a_model_that_fails_leaves_the_old_failure(bench: Bench, reply: Any) -> None:
    answer, _ = ask(bench, UNKNOWN, reply)
    assert (answer.outcome, answer.message) == ("tool_error", 'The detector does not know "unicorn".')
    run = stored(answer)
    guess = [event for event in run.events if isinstance(event, Attempt)][-1]
    assert guess.number == 0
    assert guess.error == ("Gone." if isinstance(reply, LLMError) else "")


def test_an_answer_that_was_seen_is_not_guessed(bench: Bench) -> None:
    answer, script = ask(bench, 'answer = EXISTS(image, "dog")', question="Is there a dog?")
    assert (answer.value, answer.confidence, len(script.asked)) == (True, None, 1)
