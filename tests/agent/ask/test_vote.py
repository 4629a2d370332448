"""Several samples: who votes, what wins, when the vote is over, and what is written down about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.vote import answer_key
from looksmith.agent.ask.write import Grammars
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import LLMError, Sample, Sampling, Scripted
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Result, Step, Vote
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.tools.core.errors import InputError, NoDetection, WeightsError
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (64, 48), "red")), "red.png")
EXAMPLES = [Example(question=f"Question {i}?", program=f'answer = COUNT(image, "thing {i}")') for i in range(7)]


@tool
def COUNT(image: Image, name: str) -> int:
    """How many there are."""
    if name == "ghost":
        raise NoDetection("No ghost was found.")
    return len(name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, compute_seconds=2)) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, sandbox: Sandbox) -> Bench:
    registry = Registry()
    registry.add(COUNT)
    return Bench(registry, Executor(registry), sandbox, Runs(tmp_path / "runs"), EXAMPLES)


def ask(bench: Bench, script: Scripted | list[str | Sample], **options: Any) -> Answer:
    llm = script if isinstance(script, Scripted) else Scripted([script])
    samples = options.pop("samples", None) or len(script)  # type: ignore[arg-type]
    return bench.ask(SUBJECT, "How many?", llm, Writing(samples=samples, doubt=False, **{"repairs": 0, **options}))


def events(answer: Answer, kind: type[Any]) -> list[Any]:
    run = Runs(answer.run.parent).load(answer.run.name)
    return [event for event in run.events if isinstance(event, kind)]


def vote(answer: Answer) -> Vote:
    (found,) = events(answer, Vote)
    return found


def test_the_answer_of_most_samples_wins_whatever_program_gave_it(bench: Bench) -> None:
    answer = ask(bench, ["answer = 1", "answer = 2", "answer = 1 + 1", "answer = 3", "answer = 3 - 1"])
    assert answer.value == 2
    assert {ballot.answer: ballot.votes for ballot in vote(answer).ballots} == {2: 3, 1: 1, 3: 1}
    assert vote(answer).ballots[0].answer == 2


def test_programs_that_differ_in_nothing_but_spelling_run_once(bench: Bench) -> None:
    answer = ask(bench, ['answer = COUNT(image, "ab")', "# two\nanswer=COUNT(image,'ab')", "```\nanswer = 5\n```"])
    assert answer.value == 2
    assert [check.samples for check in events(answer, Check)] == [(0, 1), (2,)]
    assert len(events(answer, Execution)) == 1
    assert vote(answer).unrun == 1


def test_the_vote_ends_when_the_rest_cannot_change_it(bench: Bench) -> None:
    answer = ask(bench, ["answer = 1"] * 3 + ["answer = 2", "answer = 3"])
    assert (answer.value, vote(answer).unrun, len(events(answer, Execution))) == (1, 2, 1)
    level = ask(bench, ["answer = 1"] * 2 + ["answer = 2", "answer = 2 + 0"])
    assert (vote(level).unrun, len(events(level, Execution))) == (0, 3)


def test_failures_do_not_vote(bench: Bench) -> None:
    answer = ask(bench, ['answer = COUNT(image, "ghost")'] * 3 + ["answer = NOPE()", "no program", "answer = 4"])
    assert answer.value == 4
    assert [result.outcome for result in events(answer, Result)] == ["no_detection", "ok"]
    assert [ballot.votes for ballot in vote(answer).ballots] == [1]


def test_a_sample_that_was_cut_is_a_failed_sample_and_not_the_end(bench: Bench) -> None:
    answer = ask(bench, [Sample("answer = 1", truncated=True), Sample("answer = 2")])
    assert answer.value == 2
    assert events(answer, Check)[0].diagnostics[0].code == "truncated"
    assert events(answer, Attempt)[0].samples[0].truncated


@pytest.mark.parametrize(
    ("samples", "value", "tie"),
    [
        ([Sample("answer = 1", -2), Sample("answer = 2", -1)], 2, "logprob"),
        ([Sample("answer = 1"), Sample("answer = 2")], 1, "order"),
        ([Sample("answer = 1"), Sample("answer = 2", -1)], 1, "order"),
        (["answer = 1", "answer = 2 - 1", "answer = 2", "answer = 2"], 2, "frequency"),
    ],
)
def test_ties_are_broken_in_a_fixed_order(bench: Bench, samples: list[Any], value: int, tie: str) -> None:
    answer = ask(bench, samples)
    assert (answer.value, vote(answer).tie) == (value, tie)


def test_programs_that_do_not_mean_the_question_count_less(bench: Bench) -> None:
    def unfaithful(source: str, question: str) -> list[Diagnostic]:
        found = Diagnostic(kind="type_error", code="unasked", line=1, column=0, message='"red" was not asked for.')
        return [found] * source.count("red")

    strict = Bench(bench.registry, bench.executor, bench.sandbox, bench.runs, EXAMPLES, unfaithful=unfaithful)
    answer = ask(strict, ["answer = len('red')"] * 3 + ["answer = 5"] * 2)
    assert answer.value == 5
    assert ([ballot.votes for ballot in vote(answer).ballots], vote(answer).unrun) == ([2], 1)
    assert [len(check.findings) for check in events(answer, Check)] == [1, 0]


def test_samples_share_the_results_of_tools(bench: Bench) -> None:
    answer = ask(bench, ['answer = COUNT(image, "abc")', 'n = COUNT(image, "abc")\nanswer = n + 1', "answer = 4"])
    assert [(step.cached, step.result) for step in events(answer, Step)] == [(False, 3), (True, 3)]


def test_every_event_hangs_below_what_it_is_part_of(bench: Bench) -> None:
    answer = ask(bench, ['answer = COUNT(image, "a")', 'answer = COUNT(image, "b")', "answer = 2"])
    (attempt,) = events(answer, Attempt)
    checks, runs = events(answer, Check), events(answer, Execution)
    assert {check.parent for check in checks} == {attempt.id}
    assert [run.parent for run in runs] == [check.id for check in checks][: len(runs)]
    assert {step.parent for step in events(answer, Step)} <= {run.id for run in runs}
    assert [result.parent for result in events(answer, Result)] == [run.id for run in runs]
    (end,) = events(answer, End)
    assert end.execution == vote(answer).execution == runs[0].id


def test_every_second_of_a_vote_is_accounted_for(bench: Bench) -> None:
    timing = ask(bench, Scripted([["answer = 1", "answer = 2"]]), samples=2).timing
    assert timing.own > 0
    assert timing.llm > 0
    assert timing.total == pytest.approx(timing.llm + timing.tools + timing.load + timing.own)


def test_when_no_sample_ran_the_most_frequent_failure_goes_back(bench: Bench) -> None:
    ghost = 'answer = COUNT(image, "ghost") / 0'
    script = Scripted([[ghost, "answer = NOPE()", "answer = NOPE()"], ["answer = 1", "answer = 1", "answer = 2"]])
    answer = ask(bench, script, samples=3, repairs=1)
    assert answer.value == 1
    assert "There is no tool NOPE" in script.asked[1][-1]["content"]
    assert len(events(answer, Attempt)) == 2


def test_when_every_sample_of_every_attempt_fails_there_is_no_answer(bench: Bench) -> None:
    script = Scripted([["answer = NOPE()", "answer = [][len([])]"], ["answer = NOPE()", "answer = [][len([])]"]])
    answer = ask(bench, script, samples=2, repairs=3)
    assert (answer.outcome, answer.value) == ("crashed", None)
    assert len(script.asked) == 2
    assert all(check.repeated for check in events(answer, Check)[2:])
    assert events(answer, Vote) == []


def test_the_model_is_asked_for_all_samples_at_once(bench: Bench) -> None:
    script = Scripted([["answer = 1"] * 8])
    ask(bench, script, samples=8, temperature=0.4)
    assert script.wanted == [Sampling(n=8, temperature=0.4, greedy=True)]
    script = Scripted(["answer = 1"])
    ask(bench, script, samples=1)
    assert script.wanted == [Sampling()]


def test_the_grammar_of_the_tools_goes_along(bench: Bench) -> None:
    grammars = Grammars(bench.registry)
    held = Bench(bench.registry, bench.executor, bench.sandbox, bench.runs, EXAMPLES, grammar=grammars)
    script = Scripted(["answer = 1", "answer = 1"])
    assert events(ask(held, script, samples=1), Attempt)[0].grammar
    assert not events(ask(held, script, samples=1, grammar=False), Attempt)[0].grammar
    first, second = (sampling.grammar for sampling in script.wanted)
    assert "COUNT" in first
    assert first is grammars(SUBJECT.input_types(), "number")
    assert "images" in grammars({"images": list[Image]})
    assert second == ""


class Near:
    """Finds the first examples, unless its weights are missing."""

    def __init__(self, error: WeightsError | None = None) -> None:
        self._error = error

    def nearest(self, question: str, k: int, inputs: Any = ()) -> tuple[Example, ...]:
        """The first k."""
        if self._error:
            raise self._error
        return tuple(EXAMPLES[:k])


def test_the_nearest_examples_stand_next_to_the_question(bench: Bench) -> None:
    near = Bench(bench.registry, bench.executor, bench.sandbox, bench.runs, [], retriever=Near())
    script = Scripted(["answer = 1", "answer = 1"])
    ask(near, script, samples=1, nearest=2)
    ask(near, script, samples=1, nearest=0)
    assert [len(talk) for talk in script.asked] == [6, 2]
    assert script.asked[0][-3]["content"].splitlines()[0] == "Question: Question 1?"


def test_examples_that_cannot_be_had_are_told(bench: Bench) -> None:
    near = Near(WeightsError("The weights are missing.", hint="Pull them."))
    lost = Bench(bench.registry, bench.executor, bench.sandbox, bench.runs, [], retriever=near)
    answer = ask(lost, Scripted(["answer = 1"]), samples=1)
    assert answer.value == 1
    assert "The weights are missing. Pull them." in answer.notices[0]
    assert events(answer, Attempt)[0].notice == answer.notices[0]


def test_a_model_that_does_not_reply_to_samples_is_told(bench: Bench) -> None:
    answer = ask(bench, Scripted([LLMError("Nobody.")]), samples=4)
    assert (answer.outcome, answer.message) == ("llm_error", "Nobody.")


@pytest.mark.parametrize(
    "options", [{"samples": 0}, {"samples": 65}, {"repairs": -1}, {"samples": 2, "temperature": 0}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Writing(**options)


BOX = {"type": "box", "left": 1.0, "top": 2.0, "right": 3.0, "bottom": 4.0, "label": "cup", "score": 0.5}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (True, "Yes", True),
        (False, "no", True),
        (True, 1, False),
        (3, 3.0, True),
        (0.1 + 0.2, 0.3, True),
        (0.3, 0.31, False),
        ("Red ", "red", True),
        ("1", 1, False),
        ([1, 2], [2, 1], False),
        (BOX, {**BOX, "score": 0.4}, True),
        (BOX, {**BOX, "left": 1.5}, False),
        ({"type": "set", "items": [1, 2]}, {"type": "set", "items": [2, 1]}, True),
        (None, "none", False),
    ],
)
def test_answers_are_the_same_when_people_would_say_so(one: Any, other: Any, same: bool) -> None:
    assert (answer_key(one) == answer_key(other)) == same
