"""The only loop of the project: write a program, check it, run it, answer.

A rejected program goes back to the model with its diagnostics, a bounded number of times. Nothing else goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from ..programs.check import Checked, check
from ..programs.diagnostics import Diagnostic, render
from ..programs.program import Program
from ..programs.prompt import MAX_QUESTION, Rejected, messages
from ..sandbox.outcome import Outcome
from ..sandbox.run import Request, Sandbox
from ..tools.errors import InputError
from ..tools.example import Example
from ..tools.executor import Executor
from ..tools.registry import Registry
from ..tools.values import Image
from .encode import describe, encode, encode_all
from .llm import LLM, LLMError
from .runs import Recorder, Runs, Timing
from .trace import AnswerKind, Attempt, Check, End, Execution, Failure, Step

MAX_REPAIRS = 3


@dataclass(frozen=True)
class Answer:
    """How a question ended. `value` is the program's answer, None for any outcome but `ok`.

    text: the answer, or else what went wrong, in one line for people.
    run: the folder that holds every step.
    """

    outcome: AnswerKind
    value: Any
    text: str
    message: str
    run: Path
    timing: Timing

    @property
    def ok(self) -> bool:
        """Is there an answer?"""
        return self.outcome == "ok"


@dataclass(frozen=True)
class Subject:
    """The image that a question is about. name: what the user calls it, usually its file name."""

    image: Image
    name: str


@dataclass(frozen=True)
class Bench:
    """Everything that answering takes, put together once and used for many questions."""

    registry: Registry
    executor: Executor
    sandbox: Sandbox
    runs: Runs
    examples: Sequence[Example]

    def ask(self, subject: Subject, question: str, llm: LLM, repairs: int = MAX_REPAIRS) -> Answer:
        """Have a program written for the question, and run it.

        Raises InputError for a question that is empty or too long; everything later is an outcome.
        """
        question = _require_question(question)
        recorder = self._start(subject, question)
        self.sandbox.prepare()
        try:
            written = _Writing(self, recorder, llm).write(question, repairs)
        except LLMError as error:
            return _finish(recorder, Outcome("crashed", message=str(error)), "", kind="llm_error")
        return self._run(recorder, subject, written, llm.model)

    def run(self, subject: Subject, program: Program) -> Answer:
        """Check and run a program that was written by hand."""
        recorder = self._start(subject, program.question)
        self.sandbox.prepare()
        checked, _ = _check(recorder, program, self.registry, parent=None)
        found = checked if isinstance(checked, Checked) else _refused(checked, program.source)
        return self._run(recorder, subject, found, "")

    def _start(self, subject: Subject, question: str) -> Recorder:
        names = [tool.name for tool in self.registry]
        return self.runs.start(question, subject.image, subject.name, names)

    def _run(self, recorder: Recorder, subject: Subject, found: Checked | Outcome, model: str) -> Answer:
        if isinstance(found, Outcome):
            return _finish(recorder, found, model)
        execution = recorder.add(Execution(source=found.program.source))
        service = _Service(self.executor, recorder, execution.id)
        outcome = self.sandbox.run(found, {"image": subject.image}, service.call)
        return _finish(recorder, outcome, model)


class _Writing:
    """Asks the model until a program passes the check."""

    def __init__(self, bench: Bench, recorder: Recorder, llm: LLM) -> None:
        self._bench = bench
        self._recorder = recorder
        self._llm = llm

    def write(self, question: str, repairs: int) -> Checked | Outcome:
        """A program that passed the check, or the outcome of the last one that did not. Raises LLMError."""
        rejected: list[Rejected] = []
        problems: tuple[Diagnostic, ...] = ()
        source = ""
        for number in range(1, repairs + 2):
            talk = messages(self._bench.registry, self._bench.examples, question, rejected)
            attempt, reply = self._attempt(number, talk)
            program = Program.from_reply(reply, question)
            if isinstance(program, Diagnostic):
                source, problems = "", (program,)
                self._recorder.add(Check(parent=attempt, source=reply, diagnostics=problems))
            else:
                source = program.source
                checked, problems = _check(self._recorder, program, self._bench.registry, parent=attempt)
                if isinstance(checked, Checked):
                    return checked
            if any(source == earlier.source and reply == earlier.reply for earlier in rejected):
                break  # greedy decoding that has said the same twice will say it again
            rejected.append(Rejected(reply, source, problems))
        return _refused(problems, source)

    def _attempt(self, number: int, talk: list[Any]) -> tuple[int, str]:
        start = perf_counter()
        try:
            reply = self._llm.complete(talk)
        except LLMError as error:
            seconds = perf_counter() - start
            self._recorder.add(Attempt(number=number, model="", messages=talk, error=str(error), seconds=seconds))
            raise
        attempt = Attempt(
            number=number,
            model=reply.model,
            messages=talk,
            reply=reply.text,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            seconds=perf_counter() - start,
        )
        return self._recorder.add(attempt).id, reply.text


class _Service:
    """Serves the tool calls of one program and writes each down."""

    def __init__(self, executor: Executor, recorder: Recorder, execution: int) -> None:
        self._executor = executor
        self._recorder = recorder
        self._execution = execution

    def call(self, request: Request) -> Any:
        """The tool's value. Raises the tool's error."""
        done = self._executor.call(request.tool, request.args, request.kwargs)
        keep = self._recorder.keep
        failure = Failure(kind=type(done.error).__name__, message=str(done.error)) if done.error else None
        self._recorder.add(
            Step(
                parent=self._execution,
                line=request.line,
                column=request.column,
                tool=done.tool,
                backend=done.backend,
                arguments=encode_all(done.arguments, keep),
                result=encode(done.value, keep),
                scores=dict(done.scores or {}),
                found=[encode(box, keep) for box in done.found],
                rejected=[encode(box, keep) for box in done.rejected],
                seconds=done.seconds,
                load_seconds=done.load_seconds,
                error=failure,
            )
        )
        if done.error is not None:
            raise done.error
        return done.value


def _check(
    recorder: Recorder, program: Program, registry: Registry, parent: int | None
) -> tuple[Checked | tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    start = perf_counter()
    checked = check(program, registry)
    problems = () if isinstance(checked, Checked) else checked
    seconds = perf_counter() - start
    recorder.add(Check(parent=parent, source=program.source, diagnostics=problems, seconds=seconds))
    return checked, problems


def _refused(problems: tuple[Diagnostic, ...], source: str) -> Outcome:
    first = problems[0]
    return Outcome(first.kind, message=render(problems, source), line=first.line)


def _finish(recorder: Recorder, outcome: Outcome, model: str, kind: AnswerKind | None = None) -> Answer:
    answer = encode(outcome.answer, recorder.keep)
    end = End(
        outcome=kind or outcome.kind,
        answer=answer,
        message=outcome.message,
        line=outcome.line,
        variables=encode_all(outcome.variables, recorder.keep),
        printed=outcome.printed,
        layers=outcome.layers,
    )
    record = recorder.finish(end, model)
    text = outcome.message if end.outcome != "ok" else answer_text(answer)
    return Answer(end.outcome, outcome.answer, text, outcome.message, recorder.folder, record.timing)


def answer_text(answer: Any) -> str:
    """An answer's JSON as people say it: `yes` for true, a string without quotes."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer if isinstance(answer, str) else describe(answer, 1000)


def _require_question(question: str) -> str:
    plain = question.strip()
    if not plain:
        raise InputError("The question is empty.", hint="Ask something about the image.")
    if len(plain) > MAX_QUESTION:
        raise InputError(f"The question has {len(plain):,} characters; at most {MAX_QUESTION:,} are read.")
    return plain
