"""Queries on the index of runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..traces.trace import in_utf8


@dataclass(frozen=True)
class Query:
    """A query. text: words of the question, program or answer; wrong: only wrong answers.

    page: from 0.
    """

    text: str = ""
    outcome: str = ""
    tool: str = ""
    model: str = ""
    collection: str | None = None
    score: str = ""
    page: int = 0


def conditions(query: Query) -> tuple[str, list[Any]]:
    """The SQL `where` clause of a query, with its parameters."""
    parts: list[str] = []
    values: list[Any] = []
    words = re.findall(r"\w+", in_utf8(query.text))
    if words:
        parts.append("rowid in (select rowid from words where words match ?)")
        values.append(" ".join(f'"{word}"*' for word in words))
    for name, value in (("outcome", query.outcome), ("model", query.model), ("collection", query.collection)):
        if value or (name == "collection" and value is not None):
            parts.append(f"{name} = ?")
            values.append(in_utf8(value))
    if query.tool:
        parts.append("json_extract(tools, ?) is not null")
        values.append(f'$."{re.sub(r"[^A-Za-z0-9_]", "", query.tool)}"')
    known = {"right": "score >= 0.5", "wrong": "score < 0.5", "unknown": "score is null"}
    if query.score in known:
        parts.append(known[query.score])
    return ("where " + " and ".join(parts) if parts else ""), values
