"""Runs an evaluation: asks the questions of a data set in parallel, scores the answers and stores them.

Questions and results are streamed; only the ids of finished questions are kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Protocol, cast

from pydantic import Field

from ...tools.core.errors import InputError, PrerequisiteError
from ...tools.engine.executor import worn_out
from ..ask.loop import Answer, Bench
from ..ask.stop import Stop, StoppableLLM, stoppable
from ..ask.writing import Writing
from ..datasets.records import Record
from ..datasets.scorers import ScorerName
from ..inputs.open_images import OpenImages
from ..inputs.subject import Subject, load_subject
from ..llm.llm import LLM, LLMError
from ..llm.remember import Losing, Remembering
from ..traces.crash import told
from ..traces.journal import append, lines, mend
from ..traces.runs import Timing
from ..traces.trace import AnswerKind, Attempt, Check, Event, Stored, to_json
from .begun import Begun
from .folder import EvalFolder
from .side_by_side import grouped, side_by_side


class Row(Stored):
    """A finished question: a line of `results.jsonl`.

    scorer, margin: how the answer is compared with the expected one; None if none is expected.
    score: 0 (wrong, or nothing expected) to 1 (right); failures are wrong. answer: as JSON (agent/traces/encode.py).
    confidence: as in `trace.End`.
    valid_first_try: whether the model's first program passed the check.
    repairs: number of repair requests. run: name of the run's folder, "" if there is none.
    notice: a warning about the server. kind: of question; image: the file's name, or those of all images.
    facets: what else the report is grouped by.
    """

    id: str
    question: str
    image: str = ""
    kind: str = ""
    facets: dict[str, str] = Field(default_factory=dict[str, str])
    expected: Any = None
    scorer: ScorerName | None = None
    margin: float | None = None
    answer: Any = None
    confidence: float | None = None
    outcome: AnswerKind
    score: float = 0.0
    valid_first_try: bool = False
    repairs: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    timing: Timing = Timing()
    run: str = ""
    message: str = ""
    notice: str = ""


class Engine(Protocol):
    """Asks questions in parallel."""

    @property
    def writes(self) -> bool:
        """Whether the engine stores rows itself before yielding them."""
        ...

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """A row for each record, in order of completion. A failing program gives a row like any other.

        Raises LLMError if the server is gone and PrerequisiteError if the disk is full.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """Asks in this process. bench: with the runs' folder; replies: the file that caches the language model's replies.

    begun: the file that records which questions are in progress.

    While some questions wait for the language model, others run their programs; all share the models' batches.
    """

    bench: Bench
    llm: LLM
    writing: Writing
    replies: Path
    begun: Path
    concurrency: int
    writes: bool = False

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """See `Engine.rows`."""
        stop, images, begun = Stop(), OpenImages(), Begun(self.begun)
        llm = Remembering(StoppableLLM(self.llm, stop), self.replies)
        executor, sandbox = stoppable(self.bench.executor, stop), self.bench.sandbox.until(stop)
        bench = replace(self.bench, executor=executor, sandbox=sandbox)
        groups = grouped(records, lambda record: record.group, self.concurrency)

        def stopped() -> None:
            llm.close()
            stop.set()

        with bench.sandbox:
            ask = partial(self._row, bench, llm, images, begun)
            rows = side_by_side(groups, ask, self.concurrency, stopped)
            try:
                yield from rows
            finally:
                rows.close()
                begun.close()

    def _row(self, bench: Bench, llm: Remembering, images: OpenImages, begun: Begun, record: Record) -> Row:
        if begun.poisoned(record.id):
            return passed(record)
        with begun.asking(record.id):
            return answered(bench, record, llm, images, self.writing)


@dataclass(frozen=True)
class Evaluation:
    """A data set, an engine, and the folder for the results."""

    folder: EvalFolder
    records: Collection[Record]
    engine: Engine

    def rows(self) -> Iterator[Row]:
        """The latest row of each question asked so far. Raises InputError if the file is damaged."""
        return read_rows(self.folder.results)

    def done(self) -> Iterator[Row]:
        """The finished questions: all but those without a reply of the language model."""
        return (row for row in self.rows() if row.outcome != "llm_error")

    def run(self, report: Callable[[Row], None]) -> None:
        """Ask the remaining questions, and store each row as it arrives.

        Raises what the engine raises; rows until then, or until a KeyboardInterrupt, are kept.
        """
        mend(self.folder.results)
        asked = {row.id for row in self.done()}
        rows = self.engine.rows(record for record in self.records if record.id not in asked)
        try:
            for row in rows:
                if not self.engine.writes:
                    append(self.folder.results, to_json(row))
                report(row)
        finally:
            rows.close()


def read_rows(path: Path) -> Iterator[Row]:
    """The latest row of each question in a file `results.jsonl`. Raises InputError if the file is damaged."""
    last = {line["id"]: start for start, line in _row_lines(path)}
    for start, line in _row_lines(path):
        if last[line["id"]] == start:
            try:
                yield Row.model_validate(line)
            except ValueError as error:
                raise InputError(f"{path} is damaged: {error}", hint="Start over with --fresh.") from None


def _row_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for start, line in lines(path):
        if not isinstance(line, dict) or not isinstance(cast("dict[str, Any]", line).get("id"), str):
            raise InputError(f"{path} is damaged: {line!r:.100} is not a row.", hint="Start over with --fresh.")
        yield start, cast("dict[str, Any]", line)


def answered(bench: Bench, record: Record, llm: Losing, images: OpenImages, writing: Writing) -> Row:
    """Ask a question and return its row; an unexpected exception becomes its outcome and affects no other question.

    Raises errors that make it pointless to continue: the server is gone, the disk is full, too many tools hang
    (WornOut).
    """
    row = unasked(record)
    try:
        answer = bench.ask(_subject(record, images), record.question, llm, writing)
        if worn := worn_out(bench.executor):
            raise worn  # its tools' results are unknown
        if llm.lost is None:
            return row.model_copy(update=row_told(bench, record, answer))
    except InputError as error:
        return row.model_copy(update={"message": str(error)})
    except (LLMError, PrerequisiteError):
        raise
    except BaseException as error:
        # A tool may raise SystemExit or KeyboardInterrupt; those of the command only arrive in the main thread.
        if current_thread() is main_thread() and not isinstance(error, Exception):
            raise
        return row.model_copy(update={"outcome": "crashed", "message": f"Unexpected error: {told(error)}."})
    raise llm.lost  # its further steps are unknown


def _subject(record: Record, images: OpenImages) -> Subject:
    """What a question is about. Raises InputError."""
    if record.is_about_video:
        return load_subject([record.image])
    names = (path.name for path in (record.image, *record.more))
    return Subject.named(zip(map(images.get, record.pictures), names, strict=True))


def passed(record: Record) -> Row:
    """The row of a skipped question."""
    why = "Skipped because the process crashed twice during this question. --fresh asks it again."
    return unasked(record).model_copy(update={"outcome": "crashed", "message": why})


def unasked(record: Record) -> Row:
    """The row of a question before it is asked."""
    row = Row(id=record.id, question=record.question, image=record.shown, kind=record.kind, outcome="input_error")
    row = row.model_copy(update={"facets": dict(record.facets)})
    if record.scoring is None:
        return row
    scored = {"expected": record.answer, "scorer": record.scoring.name, "margin": record.scoring.margin}
    return row.model_copy(update=scored)


def row_told(bench: Bench, record: Record, answer: Answer) -> dict[str, Any]:
    """What a run says of a question's row, as an update."""
    run = bench.runs.load(str(answer.run))
    attempts = [event for event in run.events if isinstance(event, Attempt)]
    return {
        "answer": run.record.answer,
        "confidence": answer.confidence,
        "outcome": answer.outcome,
        "score": record.scoring(answer.value, record.answer) if answer.ok and record.scoring else 0.0,
        "valid_first_try": _valid_first(run.events),
        "repairs": max(sum(attempt.number > 0 for attempt in attempts) - 1, 0),
        "prompt_tokens": sum(attempt.prompt_tokens for attempt in attempts),
        "completion_tokens": sum(attempt.completion_tokens for attempt in attempts),
        "timing": answer.timing,
        "run": answer.run.name,
        "message": answer.message,
        "notice": " ".join(attempt.notice for attempt in attempts if attempt.notice),
    }


def _valid_first(events: Sequence[Event]) -> bool:
    """Whether the first sample of the first attempt passed the check."""
    first = next((event for event in events if isinstance(event, Attempt)), None)
    checks = (e for e in events if isinstance(e, Check) and first is not None and e.parent == first.id)
    own = (check for check in checks if check.mends is None)
    return any(not check.diagnostics for check in own if 0 in (check.samples or (0,)))
