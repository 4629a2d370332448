"""More programs are drawn only where the first gives reason to doubt it; then it has a vote like the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLMError, Sampling, Scripted, TruncatedReply
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Vote
from looksmith.programs.question.faithful import Faithfulness
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
DOUBTED = "answer = SIZE(image) * 3"
"""No question here says three."""


@tool
def SIZE(image: Image) -> int:
    """The width."""
    return image.width


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20)) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, sandbox: Sandbox) -> Bench:
    registry = Registry()
    registry.add(SIZE)
    faithful = Faithfulness(registry, ())
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), (), unfaithful=faithful)


def ask(bench: Bench, *replies: Any) -> tuple[Answer, Scripted]:
    script = Scripted(replies)
    return bench.ask(SUBJECT, "How wide is it?", script, Writing(samples=4, temperature=0.5)), script


def stored(answer: Answer, kind: type[Any]) -> list[Any]:
    return [event for event in Runs(answer.run.parent).load(answer.run.name).events if isinstance(event, kind)]


def test_a_program_without_doubt_is_enough(bench: Bench) -> None:
    answer, script = ask(bench, "answer = SIZE(image)")
    assert answer.value == 64
    assert script.wanted == [Sampling(logprobs=True)]
    assert stored(answer, Vote) == []


def test_more_are_drawn_for_one_that_says_what_the_question_does_not(bench: Bench) -> None:
    answer, script = ask(bench, DOUBTED, ["answer = SIZE(image)", "answer = SIZE(image)", DOUBTED])
    assert script.wanted == [Sampling(logprobs=True), Sampling(n=3, temperature=0.5)]
    assert answer.value == 64
    (vote,) = stored(answer, Vote)
    # Two samples each; the finding halves the votes of the doubted one, so that it need not run.
    assert ([(ballot.answer, ballot.votes) for ballot in vote.ballots], vote.unrun) == ([(64, 2)], 1)
    assert len(stored(answer, Attempt)) == 2


def test_a_doubted_program_wins_when_nothing_else_is_written(bench: Bench) -> None:
    answer, _ = ask(bench, DOUBTED, [DOUBTED] * 3)
    assert answer.value == 192
    assert stored(answer, Vote)[0].ballots[0].votes == 2  # four samples, halved


def test_more_are_drawn_for_one_that_was_refused_or_cut(bench: Bench) -> None:
    for first in ("answer = NOPE(image)", TruncatedReply("cut")):
        answer, script = ask(bench, first, ["answer = SIZE(image)"] * 3)
        assert (answer.value, len(script.wanted)) == (64, 2)


def test_the_doubted_program_stands_when_the_model_does_not_answer_again(bench: Bench) -> None:
    answer, _ = ask(bench, DOUBTED, LLMError("gone"))
    assert answer.value == 192
    assert "gone" in " ".join(answer.notices)


def test_without_a_first_program_the_model_that_is_gone_ends_it(bench: Bench) -> None:
    answer, _ = ask(bench, "answer = NOPE(image)", LLMError("gone"))
    assert answer.outcome == "llm_error"
