"""Queries on the index of runs: what is looked for, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from ...traces.trace import in_utf8

SORTS = {
    "time": "name",
    "question": "question collate nocase",
    "answer": "answer collate nocase",
    "seconds": "seconds",
    "size": "size",
    "score": "score",
}
"""What the list can be sorted by, and its expression in SQL."""
NEWEST = "-time"
SCORES = {"right": "score >= 0.5", "wrong": "score < 0.5", "known": "score is not null", "unknown": "score is null"}
VERDICTS = {
    "right": "verdict = 'right'",
    "wrong": "verdict = 'wrong'",
    "wrong label": "verdict = 'wrong label'",
    "with a note": "note != ''",
    "none": "judged = ''",
}
"""Verdicts of people, as `ListedRun.verdict` names them, and their conditions in SQL."""


@dataclass(frozen=True)
class Query:
    """A query. text: words of the question, program, answer or note.

    collection: name of an evaluation, "" for runs that belong to none, None for all; kind: of its questions.
    score: a key of SCORES; verdict: a key of VERDICTS.
    sort: a key of SORTS, with "-" before it for descending order; page: from 0.
    """

    text: str = ""
    outcome: str = ""
    tool: str = ""
    model: str = ""
    collection: str | None = None
    kind: str = ""
    score: str = ""
    verdict: str = ""
    sort: str = NEWEST
    page: int = 0

    @property
    def params(self) -> str:
        """The query as the query part of a URL, with "?" before it; "" for the default list."""
        named = {"q": self.text, "outcome": self.outcome, "tool": self.tool, "model": self.model}
        named |= {"collection": self.collection or "", "kind": self.kind, "score": self.score, "verdict": self.verdict}
        named |= {"sort": self.sort if self.sort != NEWEST else "", "page": str(self.page or "")}
        given = urlencode({name: value for name, value in named.items() if value})
        return f"?{given}" if given else ""

    def but(self, **changes: Any) -> Query:
        """The same query with these changes; it starts at the first page."""
        return replace(self, **{"page": 0, **changes})

    def by(self, name: str) -> Query:
        """Sorted by this key; descending if it is already sorted by it."""
        return self.but(sort=f"-{name}" if self.sort == name else name)

    @property
    def order(self) -> str:
        """The SQL `order by` clause. Ties are ordered by time."""
        down, name = self.sort.startswith("-"), self.sort.removeprefix("-")
        way = "desc" if down else "asc"
        return f"order by {SORTS.get(name, 'name')} {way} nulls last, name {way}, id {way}"


def conditions(query: Query) -> tuple[str, list[Any]]:
    """The SQL `where` clause of a query, with its parameters."""
    parts: list[str] = []
    values: list[Any] = []
    words = re.findall(r"\w+", in_utf8(query.text))
    if words:
        parts.append("rowid in (select rowid from words where words match ?)")
        values.append(" ".join(f'"{word}"*' for word in words))
    if query.collection is not None:
        parts.append("collection = ?")
        values.append(in_utf8(query.collection))
    for name, value in (("outcome", query.outcome), ("model", query.model), ("kind", query.kind)):
        if value:
            parts.append(f"{name} = ?")
            values.append(in_utf8(value))
    if query.tool:
        parts.append("json_extract(tools, ?) is not null")
        values.append(f'$."{re.sub(r"[^A-Za-z0-9_]", "", query.tool)}"')
    parts += [known[value] for known, value in ((SCORES, query.score), (VERDICTS, query.verdict)) if value in known]
    return ("where " + " and ".join(parts) if parts else ""), values
