"""The template variables of an evaluation's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ...evaluate.blame_report import BlameReport
from ...evaluate.report import EvalReport
from ...traces.trace import in_utf8, read_stored
from .entries import ListedRun
from .evaluations import RightCount, asked, kinds, others_like
from .library import RunLibrary
from .query import Query


def report_values(library: RunLibrary, query: Query) -> dict[str, Any]:
    """The template variables of the report of `query.collection`, and of its questions that match the query.

    Raises InputError if there is no such evaluation.
    """
    folder = library.home / "evals" / in_utf8(Path(query.collection or "").name)
    query = replace(query, collection=folder.name, score=query.score or "known")
    report = read_stored(folder / "report.json", EvalReport)
    entries = library.entries(folder.name)
    if report is None and not entries:
        raise InputError(f"There is no evaluation {folder.name}.", hint="Create one with `looksmith eval`.")
    entries = asked(folder, entries)
    blame = read_stored(folder / "blame.json", BlameReport)
    return {
        "name": folder.name,
        "others": others_like(library.home, folder.name),
        "report": report,
        "blame": blame,
        "blamed": {one.run: one for one in blame.wrong} if blame else {},
        "outcomes": Counter(entry.outcome for entry in entries).most_common(),
        "tools": _spent(entries),
        "kinds": kinds(entries),
        "tally": RightCount.of("", entries),
        "verdicts": Counter(entry.verdict for entry in entries if entry.verdict).most_common(),
        "total": len(entries),
        "found": library.search(query),
        "wanted": query,
    }


def _spent(entries: Sequence[ListedRun]) -> list[tuple[str, int, float, float]]:
    """For each tool: number of runs, seconds, and the length of its bar in percent."""
    seconds: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for entry in entries:
        seconds.update(entry.tools)
        runs.update(entry.tools.keys())
    most = max(seconds.values(), default=0.0) or 1.0
    return [(tool, runs[tool], spent, 100 * spent / most) for tool, spent in seconds.most_common()]
