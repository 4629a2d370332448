"""An index of stored runs, for fast listing, filtering and search over thousands.

It is built from the run folders, stored next to them in `runs.sqlite`, brought up to date when opened, and can be
deleted at any time. Several viewers may share it; runs in progress are read again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ...traces.damage import below, plain
from ...traces.journal import read_lines
from ...traces.runs import Runs, StoredRun
from ...traces.stored import load_run
from ...traces.trace import in_utf8
from .entries import ListedRun as ListedRun
from .entries import RunLocation, is_stale, places, row
from .index import COLUMNS, Index
from .query import Query as Query
from .query import conditions

PAGE = 50
"""Runs per page."""
MAX_PAGE = 10**9
_BATCH = 200
_SELECT = f"select {', '.join(COLUMNS)} from run"  # noqa: S608  (the index's own names, nothing from outside)


@dataclass(frozen=True)
class Found:
    """A page of runs. total: number of matching runs; size: their bytes, where images that runs share count twice."""

    entries: tuple[ListedRun, ...]
    total: int
    size: int

    @property
    def pages(self) -> int:
        """The number of pages."""
        return (self.total + PAGE - 1) // PAGE


class RunLibrary:
    """The runs of a home folder and of its evaluations. others: folders of runs elsewhere."""

    def __init__(self, home: Path, others: Sequence[Path] = ()) -> None:
        self.home = home
        self._others = others
        self._index = Index(home / "runs.sqlite", self._fill)

    def refresh(self) -> None:
        """Update the index: add new and changed runs, remove deleted ones."""
        self._index.use(self._fill)

    def search(self, query: Query) -> Found:
        """The runs that match a query."""
        where, values = conditions(query)
        page = [PAGE, PAGE * min(query.page, MAX_PAGE)]

        def look(db: sqlite3.Connection) -> Found:
            total, size = db.execute(f"select count(*), sum(size) from run {where}", values).fetchone()  # noqa: S608
            rows = db.execute(f"{_SELECT} {where} {query.order} limit ? offset ?", [*values, *page])
            return Found(tuple(map(_entry, rows)), total, size or 0)

        return self._index.use(look)

    def neighbours(self, name: str, query: Query) -> tuple[str, str]:
        """The runs before and after one in a query's order; "" at an end, and for a run that does not match."""
        where, values = conditions(query)
        near = f"lag(id) over ({query.order}) as before, lead(id) over ({query.order}) as after"
        asked = f"select before, after from (select id, {near} from run {where}) where id = ?"  # noqa: S608
        found = self._index.use(lambda db: db.execute(asked, [*values, in_utf8(name)]).fetchone())
        return (found[0] or "", found[1] or "") if found else ("", "")

    def entries(self, collection: str) -> list[ListedRun]:
        """All runs of an evaluation, in chronological order."""
        return self._select("where collection = ? order by name", [collection])

    def load(self, name: str) -> StoredRun:
        """Load a run by its id in the list, a prefix of it, or `last`; its record gets the id of the list.

        Raises InputError if it does not exist, or is unreadable.
        """
        found = self.entry(name)
        folder = found.path if found else Runs(self.home / "runs").named(name)
        stored = load_run(folder)
        address = found.id if found else stored.name
        return replace(stored, record=stored.record.model_copy(update={"id": address}))

    def entry(self, name: str) -> ListedRun | None:
        """The entry of a run in the list."""
        return next(iter(self._select("where id = ?", [in_utf8(name)])), None)

    def children(self, name: str) -> list[str]:
        """The replays of this run, oldest first."""
        return [entry.id for entry in self._select("where parent = ? order by name", [in_utf8(name)])]

    def choices(self) -> dict[str, list[str]]:
        """The available filter values: outcomes, models, tools and evaluations."""

        def look(db: sqlite3.Connection) -> dict[str, list[str]]:
            found = {
                name: [row[0] for row in db.execute(f"select distinct {name} from run order by 1") if row[0]]  # noqa: S608
                for name in ("outcome", "model", "collection")
            }
            tools = db.execute("select distinct key from run, json_each(run.tools) order by 1")
            return {**found, "tool": [row[0] for row in tools]}

        return self._index.use(look)

    def _select(self, where: str, values: list[Any]) -> list[ListedRun]:
        return self._index.use(lambda db: list(map(_entry, db.execute(f"{_SELECT} {where}", values))))

    def _fill(self, db: sqlite3.Connection) -> None:
        known = {row[0]: row[1:] for row in db.execute("select folder, changed, outcome, judged from run")}
        there = {os.fsencode(place.folder): place for place in self._places()}
        gone = [(folder,) for folder in known.keys() - there.keys()]
        db.executemany("delete from run where folder = ?", gone)
        stale = [folder for folder, place in there.items() if is_stale(known.get(folder), place)]
        for start in range(0, len(stale), _BATCH):
            for folder in stale[start : start + _BATCH]:
                db.execute("delete from run where folder = ?", [folder])
                new = row(there[folder])
                new["id"] = _free_id(db, new)
                marks = ", ".join("?" * len(COLUMNS))
                db.execute(f"insert into run values ({marks})", [new[name] for name in COLUMNS])  # noqa: S608
            db.commit()
        self._score(db)

    def _places(self) -> Iterator[RunLocation]:
        """Every run folder, including unreadable ones."""
        yield from places(self.home / "runs", "", "")
        for folder in self._others:
            if self.home.resolve() not in folder.resolve().parents:
                yield RunLocation(folder.absolute(), "", plain(folder.absolute().parent.name))
        for kind in ("evals", "asks"):
            try:
                folders = below(self.home / kind)
            except InputError as error:
                yield RunLocation(self.home / kind, "", kind, str(error))
                continue
            for folder in folders:
                if not folder.exists():
                    yield RunLocation(folder, "", kind, f"{plain(folder)} is a dangling link.")
                    continue
                yield from places(folder / "runs", plain(folder.name) if kind == "evals" else "", plain(folder.name))

    def _score(self, db: sqlite3.Connection) -> None:
        """Copy scores from evaluations, if a run has none. A question that was asked again counts once."""
        unscored = db.execute(
            "select distinct collection from run where collection != '' and score is null and outcome != 'interrupted'"
        )
        for (collection,) in unscored.fetchall():
            try:
                rows = list(read_lines(self.home / "evals" / collection / "results.jsonl"))
                latest = {row.get("id", row["run"]): row for row in rows if row["run"]}
                scored = [
                    (float(row["score"]), json.dumps(row["expected"]), row.get("kind") or "", row["run"], collection)
                    for row in latest.values()
                ]
            except (InputError, OSError, AttributeError, TypeError, KeyError, ValueError):
                continue  # a damaged evaluation has no scores; its page shows the problem
            db.execute("update run set score = null where collection = ?", [collection])
            db.executemany("update run set score = ?, expected = ?, kind = ? where name = ? and collection = ?", scored)
        db.commit()


def _free_id(db: sqlite3.Connection, new: dict[str, Any]) -> str:
    """A unique id: the folder's name, for copies with the evaluation's name or a number."""
    names = chain([new["name"], f"{new['name']}@{new['within']}"], (f"{new['name']}@{n}" for n in count(2)))
    return next(name for name in names if not db.execute("select 1 from run where id = ?", [name]).fetchone())


def _entry(values: Sequence[Any]) -> ListedRun:
    named: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
    named["tools"] = dict[str, float](json.loads(named["tools"]))
    return ListedRun(**named)
