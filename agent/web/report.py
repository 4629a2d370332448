"""The template variables of an evaluation's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from ..evaluate.blame_report import BlameReport
from ..evaluate.evaluation import read_rows
from ..evaluate.report import EvalReport
from ..traces.trace import read_stored
from .library import Entry

_WRONG = 200
"""Maximum number of wrong answers to list; the list of runs has all."""


def report_values(folder: Path, entries: Sequence[Entry]) -> dict[str, Any]:
    """The template variables of the report. Raises InputError if there is no such evaluation."""
    report = read_stored(folder / "report.json", EvalReport)
    if report is None and not entries:
        raise InputError(f"There is no evaluation {folder.name}.", hint="Create one with `looksmith eval`.")
    entries = _asked(folder, entries)
    wrong = [entry for entry in entries if entry.score is not None and entry.score < 0.5]
    blame = read_stored(folder / "blame.json", BlameReport)
    return {
        "name": folder.name,
        "report": report,
        "blame": blame,
        "blamed": {one.run: one for one in blame.wrong} if blame else {},
        "outcomes": Counter(entry.outcome for entry in entries).most_common(),
        "tools": _spent(entries),
        "wrong": wrong[:_WRONG],
        "more": max(len(wrong) - _WRONG, 0),
        "total": len(entries),
    }


def _asked(folder: Path, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The runs that count for the evaluation, without replays and superseded runs."""
    try:
        counted = {row.run for row in read_rows(folder / "results.jsonl")}
    except (InputError, OSError):
        return [entry for entry in entries if not entry.parent]
    return [entry for entry in entries if entry.name in counted]


def _spent(entries: Sequence[Entry]) -> list[tuple[str, int, float, float]]:
    """For each tool: number of runs, seconds, and the length of its bar in percent."""
    seconds: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for entry in entries:
        seconds.update(entry.tools)
        runs.update(entry.tools.keys())
    most = max(seconds.values(), default=0.0) or 1.0
    return [(tool, runs[tool], spent, 100 * spent / most) for tool, spent in seconds.most_common()]
