"""Questions, steps and attempts of evaluations as table rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...tools.core.errors import InputError
from ..datasets.forms import form_of
from ..evaluate.evaluation import Row
from ..reading.view import view
from ..traces.damage import reading
from ..traces.runs import StoredRun
from ..traces.stored import load_run
from ..traces.trace import Attempt, Check
from .pick import Evaluated
from .rows import StepRow, plain_value, step_row


@dataclass(frozen=True)
class QuestionRow:
    """A question. Answers and expected answers: numbers, texts and truth values unchanged, everything else as text.

    form: what it asks for (agent/datasets/forms.py); kind, facets: of the data set. score: 0 to 1.
    confidence: 0 to 1, None where the run tells none. seconds: in total. run: its folder's name.
    """

    evaluation: str
    id: str
    question: str
    image: str
    form: str
    kind: str
    facets: dict[str, str]
    expected: Any
    answer: Any
    outcome: str
    score: float
    confidence: float | None
    valid_first_try: bool
    repairs: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    message: str
    run: str


@dataclass(frozen=True)
class AttemptRow:
    """A request to the language model. number: from 1; 0 for a guess. samples: programs that came back.

    programs: different ones of these; refused: those with a problem; diagnostics: the codes of the problems.
    """

    evaluation: str
    id: str
    run: str
    number: int
    model: str
    samples: int
    programs: int
    refused: int
    diagnostics: str
    reply: str
    error: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


def question_rows(evaluations: Iterable[Evaluated]) -> Iterator[QuestionRow]:
    """A row for each finished question."""
    for one in evaluations:
        name = one.folder.path.resolve().name
        for row in one.rows:
            yield QuestionRow(
                evaluation=name,
                form=form_of(row.question),
                expected=plain_value(row.expected),
                answer=plain_value(row.answer),
                seconds=row.timing.total,
                **{field: getattr(row, field) for field in _SAME},
            )


_SAME = (
    *("id", "question", "image", "kind", "facets", "outcome", "score", "confidence", "valid_first_try", "repairs"),
    *("prompt_tokens", "completion_tokens", "message", "run"),
)


def evaluation_steps(evaluations: Iterable[Evaluated]) -> Iterator[StepRow]:
    """A row for each step of the last program of each question."""
    for name, _, run in _runs(evaluations):
        for number, step in enumerate(view(run).steps, start=1):
            yield step_row(run.name, name, number, step)


def attempt_rows(evaluations: Iterable[Evaluated]) -> Iterator[AttemptRow]:
    """A row for each request of each question."""
    for name, row, run in _runs(evaluations):
        for event in run.events:
            if isinstance(event, Attempt):
                checks = [one for one in run.events if isinstance(one, Check) and one.parent == event.id]
                yield _attempt_row(name, row, event, [one for one in checks if one.mends is None])


def _attempt_row(name: str, row: Row, event: Attempt, checks: list[Check]) -> AttemptRow:
    codes = dict.fromkeys(found.code for check in checks for found in check.diagnostics)
    return AttemptRow(
        evaluation=name,
        id=row.id,
        run=row.run,
        number=event.number,
        model=event.model,
        samples=max(len(event.samples), int(bool(event.reply))),
        programs=len(checks),
        refused=sum(bool(check.diagnostics) for check in checks),
        diagnostics=", ".join(codes),
        reply=event.reply,
        error=event.error,
        prompt_tokens=event.prompt_tokens,
        completion_tokens=event.completion_tokens,
        seconds=event.seconds,
    )


def _runs(evaluations: Iterable[Evaluated]) -> Iterator[tuple[str, Row, StoredRun]]:
    """Each question's run with its evaluation's name and its row; runs that cannot be read are left out."""
    for one in evaluations:
        name, root = one.folder.path.resolve().name, one.folder.runs.root
        for row in one.rows:
            run = _run(root / row.run) if row.run else None
            if run is not None:
                yield name, row, run


def _run(folder: Any) -> StoredRun | None:
    try:
        with reading(folder):
            return load_run(folder)
    except InputError:
        return None
