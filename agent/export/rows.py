"""Runs and steps as table rows of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from ..evaluate.evaluation import Row, read_rows
from ..reading.view import view
from ..traces.damage import Unreadable, below, plain, reading
from ..traces.encode import describe
from ..traces.runs import StoredRun
from ..traces.stored import load_run
from ..traces.trace import Attempt, Step

LIMIT = 1000
"""Maximum characters of a value as text."""
_NUMBERS = (
    *("images", "seconds", "llm_seconds", "load_seconds", "tool_seconds", "own_seconds"),
    *("attempts", "prompt_tokens", "completion_tokens", "steps"),
)


@dataclass(frozen=True)
class RunRow:
    """A run. Answers and expected answers: numbers, texts and truth values unchanged, everything else as text.

    An unreadable run has the outcome `unreadable`, and the reason in `message`.
    id: the folder's name; evaluation: to which the run belongs, or ""; images: how many.
    expected, score: from the evaluation. seconds: in total, followed by the parts.
    attempts: requests to the language model; steps, tools: number of calls in all programs, and the tools called.
    """

    id: str
    evaluation: str
    started: datetime | None
    question: str
    image: str
    images: int
    outcome: str
    answer: Any
    message: str
    expected: Any
    score: float | None
    seconds: float
    llm_seconds: float
    load_seconds: float
    tool_seconds: float
    own_seconds: float
    model: str
    attempts: int
    prompt_tokens: int
    completion_tokens: int
    steps: int
    tools: str
    dialect: str
    dry: bool
    parent: str
    changes: str
    folder: str


@dataclass(frozen=True)
class StepRow:
    """A step of a run's last program. step: its number, from 1, as on pages.

    arguments: as text; result: like an answer. found, rejected: number of boxes behind the result, and of rejected
        ones. The rest is as in the trace (agent/traces/trace.py).
    """

    run: str
    evaluation: str
    step: int
    line: int
    tool: str
    backend: str
    arguments: str
    result: Any
    error: str
    message: str
    seconds: float
    load_seconds: float
    at: float
    cached: bool
    source: str
    found: int
    rejected: int


def run_rows(home: Path) -> Iterator[RunRow]:
    """A row for each run in a home folder, oldest first, followed by the runs of its evaluations."""
    for run, evaluation, row in _runs(home):
        if isinstance(run, Unreadable):
            yield _unreadable_row(run, evaluation)
            continue
        try:
            with reading(run.folder):
                told = _run_row(run, evaluation, row)
        except InputError as error:
            told = _unreadable_row(Unreadable(run.folder, str(error)), evaluation)
        yield told


def step_rows(home: Path) -> Iterator[StepRow]:
    """A row for each step of a run's last program."""
    for run, evaluation, _ in _runs(home):
        if isinstance(run, Unreadable):
            continue
        with suppress(InputError), reading(run.folder):  # the table of runs shows which are unreadable
            yield from [step_row(run.name, evaluation, n, step) for n, step in enumerate(view(run).steps, start=1)]


def _runs(home: Path) -> Iterator[tuple[StoredRun | Unreadable, str, Row | None]]:
    """Each run with its evaluation, or "", and its row there."""
    yield from ((run, "", None) for run in _stored(home / "runs"))
    for folder in (path for path in below(home / "evals") if (path / "eval.json").is_file()):
        try:
            said = {row.run: row for row in read_rows(folder / "results.jsonl")}
        except InputError:
            said = {}
        yield from ((run, folder.name, said.get(run.name)) for run in _stored(folder / "runs"))


def _stored(root: Path) -> Iterator[StoredRun | Unreadable]:
    for folder in below(root):
        try:
            yield load_run(folder)
        except InputError as error:
            yield Unreadable(folder, str(error))


def _unreadable_row(run: Unreadable, evaluation: str) -> RunRow:
    blank: dict[str, Any] = {field.name: "" for field in fields(RunRow)}
    numbers: dict[str, Any] = dict.fromkeys(_NUMBERS, 0)
    told = {"id": run.name, "evaluation": evaluation, "folder": plain(run.folder), "message": run.why}
    unknown: dict[str, Any] = {"started": None, "score": None, "answer": None, "expected": None, "dry": False}
    values: dict[str, Any] = {**blank, **numbers, **unknown, **told, "outcome": "unreadable"}
    return RunRow(**values)


def _run_row(run: StoredRun, evaluation: str, row: Row | None) -> RunRow:
    record, timing = run.record, run.record.timing
    attempts = [event for event in run.events if isinstance(event, Attempt)]
    steps = [event for event in run.events if isinstance(event, Step)]
    return RunRow(
        id=run.name,
        evaluation=evaluation,
        started=record.started,
        question=record.question,
        image=record.image_name,
        images=len(record.pictures),
        outcome=record.outcome or "interrupted",
        answer=plain_value(record.answer),
        message=record.message,
        expected=plain_value(row.expected) if row else None,
        score=row.score if row else None,
        seconds=timing.total,
        llm_seconds=timing.llm,
        load_seconds=timing.load,
        tool_seconds=timing.tools,
        own_seconds=timing.own,
        model=record.model,
        attempts=len(attempts),
        prompt_tokens=sum(attempt.prompt_tokens for attempt in attempts),
        completion_tokens=sum(attempt.completion_tokens for attempt in attempts),
        steps=len(steps),
        tools=", ".join(dict.fromkeys(step.tool for step in steps)),
        dialect=record.dialect,
        dry=record.dry,
        parent=record.parent,
        changes="; ".join(record.changes),
        folder=str(run.folder),
    )


def step_row(run: str, evaluation: str, number: int, step: Step) -> StepRow:
    """The row of a step, number from 1."""
    return StepRow(
        run=run,
        evaluation=evaluation,
        step=number,
        line=step.line,
        tool=step.tool,
        backend=step.backend,
        arguments=", ".join(f"{name}={describe(value, LIMIT)}" for name, value in step.arguments.items()),
        result=None if step.error else plain_value(step.result),
        error=step.error.kind if step.error else "",
        message=step.error.message if step.error else "",
        seconds=step.seconds,
        load_seconds=step.load_seconds,
        at=step.at,
        cached=step.cached,
        source=step.source,
        found=len(step.found),
        rejected=len(step.rejected),
    )


def plain_value(value: Any) -> Any:
    """A number, a text or a truth value unchanged; everything else as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) else describe(value, LIMIT)
