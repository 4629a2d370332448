"""Selects the runs that a person should look at: wrong ones, and uncertain ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...tools.core.errors import InputError
from ..evaluate.evaluation import Row, read_rows
from ..reading.said import SURE, sureness
from ..traces.run_record import RunRecord
from ..traces.runs import Runs, StoredRun
from ..traces.verdicts import Verdict, read_verdicts
from .right_answer import RIGHT


@dataclass(frozen=True)
class QueuedRun:
    """A run with its verdicts. row: its line in the evaluation's results; None for other runs.

    why: the reason to look at it, as text; "" if there is none.
    """

    run: StoredRun
    row: Row | None
    verdict: Verdict | None
    why: str


def of_evaluation(folder: Path) -> Iterator[QueuedRun]:
    """The runs of an evaluation, in the order in which they ended. Damaged ones are left out."""
    runs = Runs(folder / "runs")
    for row in read_rows(folder / "results.jsonl"):
        if row.run:
            yield from _item(runs, row.run, row)


def of_home(runs: Runs, limit: int) -> Iterator[QueuedRun]:
    """The latest runs of a home, newest first, without replays and dry runs."""
    for record in runs.list(limit):
        if isinstance(record, RunRecord) and record.question and not record.parent and not record.dry:
            yield from _item(runs, record.id, None)


def _item(runs: Runs, name: str, row: Row | None) -> Iterator[QueuedRun]:
    try:
        run = runs.load(name)
        yield QueuedRun(run, row, read_verdicts(run.folder).latest, reason(run.record, row))
    except InputError:
        return


def reason(record: RunRecord, row: Row | None) -> str:
    """Why a person should look at a run, as text; "" if it was right and not doubtful."""
    if row is not None and row.scorer is not None and row.score < RIGHT:
        return "wrong" if record.outcome == "ok" else f"wrong: {record.outcome or 'interrupted'}"
    if record.outcome != "ok":
        return record.outcome or "interrupted"
    if record.confidence is not None and record.confidence < SURE:
        return sureness(record.confidence)
    return f"fragile: {record.fragile}" if record.fragile else ""
