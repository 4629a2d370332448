"""The end of a question: the outcome of its last program, recorded and returned as an answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from ...programs.language.diagnostics import Diagnostic, excerpt, render
from ...programs.language.program import Program
from ...programs.question.answer_type import TOLD, is_type
from ...programs.question.expected_answer import Expected
from ...programs.question.fitting import echoes, settle
from ...sandbox.outcome import Outcome
from ...tools.core.errors import LooksmithError
from ..answers.answer import Answer
from ..reading.said import answer_text, sure_text
from ..traces.crash import crashed
from ..traces.encode import describe, encode, encode_all
from ..traces.runs import Recorder
from ..traces.trace import AnswerKind, End, Step
from .execute import Ran

WRITTEN_RIGHT = 0.8
"""About how often a program of the language model asks what its question does. With perfect vision 63 and 74 % of the
answers were right on two sets of questions in wordings that nobody had read, and 72 and 81 % when their mistakes were
mended (tests/bench/RESULTS.md, "Photos")."""


@dataclass(frozen=True)
class Ended:
    """How a question ended.

    execution: the program that ended it; notices: what people should know about the way; wasted: as in `trace.End`.
    steps: the tool calls of that program.
    guessed: of an answer that was guessed, how often such guesses are right, and what it says about that.
    fragile: as in `Answer`.
    written: was the program written by a language model, which may have meant something else?
    """

    outcome: Outcome
    execution: int | None = None
    notices: tuple[str, ...] = ()
    kind: AnswerKind | None = None
    wasted: int = 0
    steps: tuple[Step, ...] = ()
    guessed: tuple[float, str] | None = None
    fragile: str = ""
    written: bool = False

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the program's tools took for what."""
        said = (*(self.guessed or ())[1:], *(one for step in self.steps for one in step.assumptions))
        return tuple(dict.fromkeys(map(str, said)))

    @property
    def confidence(self) -> float | None:
        """That of its least sure step, or of a guess: an answer is no better than that, or than the program."""
        if self.guessed is not None:
            return self.guessed[0]
        sure = min((step.confidence for step in self.steps if step.confidence is not None), default=None)
        return sure * WRITTEN_RIGHT if self.written and sure is not None else sure

    @property
    def may_be_guessed(self) -> bool:
        """Did it end because nobody could see it?"""
        return self.kind is None and self.outcome.kind in ("tool_error", "no_detection", "type_error", "crashed")


def settled(ran: Ran, question: str, expected: Expected) -> Ran:
    """The program with its answer in the words of the question; one that says nothing new has found nothing."""
    if ran.outcome.kind != "ok":
        return ran
    answer = settle(ran.outcome.answer, expected)
    if answer is not None and expected.type is not None and not is_type(answer, expected.type):
        message = f"The answer is to be {TOLD[expected.type]}, and it is {describe(ran.answer, 60)}."
        return replace(ran, answer=None, outcome=replace(ran.outcome, kind="type_error", answer=None, message=message))
    if answer is None:
        return _nothing(ran, "The program ended with nothing to say: no text was read, or no name found.")
    if echoes(answer, question, expected):
        return _nothing(ran, f"The program only repeats the question: {describe(answer, 60)}.")
    if answer is ran.outcome.answer:
        return ran
    return replace(ran, answer=answer, outcome=replace(ran.outcome, answer=answer))


def found_nothing(outcome: Outcome, message: str) -> Outcome:
    """The outcome of a program whose answer is none."""
    return replace(outcome, kind="no_detection", answer=None, message=message)


def _nothing(ran: Ran, message: str) -> Ran:
    return replace(ran, answer=None, outcome=found_nothing(ran.outcome, message))


def problems_outcome(problems: tuple[Diagnostic, ...], program: Program) -> Outcome:
    """The outcome of a program that was refused."""
    first = problems[0]
    return Outcome(first.kind, message=render(program.in_written(problems), program.written), line=first.line)


def placed(outcome: Outcome, program: Program) -> Outcome:
    """The outcome, a failure with the line of the dialect that the author of the program knows."""
    line = program.written_line(outcome.line)
    if outcome.kind == "ok" or not program.lines or not line:
        return outcome
    code = "".join(program.written.splitlines()[line - 1 : line]).strip()
    return replace(outcome, message=f"{outcome.message}\n    line {line}: {excerpt(code)}")


def ended_anyhow(recorder: Recorder, end: Callable[[], Answer]) -> Answer:
    """The end of a question. An unexpected exception becomes its outcome, with a report in the run's folder.

    Raises LooksmithError, such as for a sandbox that does not start; the run then ends with its message, unless that
    cannot be written, as on a full disk.
    """
    try:
        return end()
    except LooksmithError as error:
        with suppress(LooksmithError, OSError):
            finish(recorder, Ended(Outcome("crashed", message=str(error))), "")
        raise
    except Exception as error:
        message = crashed(recorder.folder, error)
        return finish(recorder, Ended(Outcome("crashed", message=message)), "")


def finish(recorder: Recorder, ended: Ended, model: str) -> Answer:
    """Record the end, and close the run. model: that wrote the program; "" for a program written by hand."""
    outcome = ended.outcome
    answer = encode(outcome.answer, recorder.keep)
    end = End(
        outcome=ended.kind or outcome.kind,
        execution=ended.execution,
        answer=answer,
        message=outcome.message,
        line=outcome.line,
        variables=encode_all(outcome.variables, recorder.keep),
        printed=outcome.printed,
        layers=outcome.layers,
        notices=ended.notices,
        wasted=ended.wasted,
        assumptions=ended.assumptions,
        confidence=ended.confidence,
        fragile=ended.fragile,
    )
    timing = recorder.finish(end, model).timing
    text = (
        outcome.message
        if end.outcome != "ok"
        else sure_text(answer_text(answer, recorder.record.expected), ended.confidence)
    )
    return Answer(
        outcome=end.outcome,
        value=outcome.answer,
        text=text,
        message=outcome.message,
        folder=recorder.folder,
        timing=timing,
        notices=ended.notices,
        assumptions=ended.assumptions,
        confidence=ended.confidence,
        expected=recorder.record.expected,
        fragile=ended.fragile,
    )
