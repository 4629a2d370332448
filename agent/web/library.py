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

from ...tools.core.errors import InputError
from ..reading.said import record_text
from ..reading.view import view
from ..traces.damage import below, plain, reading
from ..traces.journal import read_lines
from ..traces.run_record import RunRecord
from ..traces.runs import Runs, StoredRun
from ..traces.stored import load_run
from ..traces.trace import Step, in_utf8
from .index import COLUMNS, Index
from .query import Query as Query
from .query import conditions

PAGE = 50
"""Runs per page."""
MAX_PAGE = 10**9
_BATCH = 200
_SELECT = f"select {', '.join(COLUMNS)} from run"  # noqa: S608  (the index's own names, nothing from outside)


@dataclass(frozen=True)
class Entry:
    """A run in the list. id: unique, the folder's name if possible; name: the folder's name.

    folder: as bytes, since not every name is valid text. outcome: may be `unreadable`, with the reason in `answer`.
    collection: the evaluation it belongs to, or ""; tools: seconds by tool.
    score: 0 to 1, None if there is no expected answer. changed: a token that changes when its files do.
    """

    id: str
    folder: bytes
    name: str
    collection: str
    question: str
    program: str
    answer: str
    outcome: str
    model: str
    tools: dict[str, float]
    seconds: float
    score: float | None
    expected: str
    image: str
    changed: str
    parent: str


@dataclass(frozen=True)
class Found:
    """A page of runs, newest first. total: number of matching runs."""

    entries: tuple[Entry, ...]
    total: int


class Library:
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
            (total,) = db.execute(f"select count(*) from run {where}", values).fetchone()  # noqa: S608
            rows = db.execute(f"{_SELECT} {where} order by name desc, id desc limit ? offset ?", [*values, *page])
            return Found(tuple(map(_entry, rows)), total)

        return self._index.use(look)

    def entries(self, collection: str) -> list[Entry]:
        """All runs of an evaluation, in chronological order."""
        return self._select("where collection = ? order by name", [collection])

    def load(self, name: str) -> StoredRun:
        """Load a run by its id in the list, a prefix of it, or `last`; its record gets the id of the list.

        Raises InputError if it does not exist, or is unreadable.
        """
        found = self.entry(name)
        folder = Path(os.fsdecode(found.folder)) if found else Runs(self.home / "runs").named(name)
        stored = load_run(folder)
        address = found.id if found else stored.name
        return replace(stored, record=stored.record.model_copy(update={"id": address}))

    def entry(self, name: str) -> Entry | None:
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

    def _select(self, where: str, values: list[Any]) -> list[Entry]:
        return self._index.use(lambda db: list(map(_entry, db.execute(f"{_SELECT} {where}", values))))

    def _fill(self, db: sqlite3.Connection) -> None:
        known = {row[0]: row[1:] for row in db.execute("select folder, changed, outcome from run")}
        there = {os.fsencode(place.folder): place for place in self._places()}
        gone = [(folder,) for folder in known.keys() - there.keys()]
        db.executemany("delete from run where folder = ?", gone)
        stale = [folder for folder, place in there.items() if _is_stale(known.get(folder), place)]
        for start in range(0, len(stale), _BATCH):
            for folder in stale[start : start + _BATCH]:
                db.execute("delete from run where folder = ?", [folder])
                row = _row(there[folder])
                row["id"] = _free_id(db, row)
                marks = ", ".join("?" * len(COLUMNS))
                db.execute(f"insert into run values ({marks})", [row[name] for name in COLUMNS])  # noqa: S608
            db.commit()
        self._score(db)

    def _places(self) -> Iterator[_Place]:
        """Every run folder, including unreadable ones."""
        yield from _places(self.home / "runs", "", "")
        for folder in self._others:
            if self.home.resolve() not in folder.resolve().parents:
                yield _Place(folder.absolute(), "", plain(folder.absolute().parent.name))
        for kind in ("evals", "asks"):
            try:
                folders = below(self.home / kind)
            except InputError as error:
                yield _Place(self.home / kind, "", kind, str(error))
                continue
            for folder in folders:
                if not folder.exists():
                    yield _Place(folder, "", kind, f"{plain(folder)} is a dangling link.")
                    continue
                yield from _places(folder / "runs", plain(folder.name) if kind == "evals" else "", plain(folder.name))

    def _score(self, db: sqlite3.Connection) -> None:
        """Copy scores from evaluations. Rows that already have a score are unchanged."""
        unscored = db.execute(
            "select distinct collection from run where collection != '' and score is null and outcome != 'interrupted'"
        )
        for (collection,) in unscored.fetchall():
            try:
                rows = list(read_lines(self.home / "evals" / collection / "results.jsonl"))
                scored = [
                    (float(row["score"]), json.dumps(row["expected"]), row["run"], collection)
                    for row in rows
                    if row["run"]
                ]
                db.executemany("update run set score = ?, expected = ? where name = ? and collection = ?", scored)
            except (InputError, OSError, TypeError, KeyError, ValueError):
                continue  # a damaged evaluation has no scores; its page shows the problem
        db.commit()


@dataclass(frozen=True)
class _Place:
    """The location of a run. within: a folder that distinguishes copies; problem: why it cannot be a run."""

    folder: Path
    collection: str
    within: str
    problem: str = ""


def _places(root: Path, collection: str, within: str) -> Iterator[_Place]:
    try:
        yield from (_Place(folder, collection, within) for folder in below(root))
    except InputError as error:
        yield _Place(root, collection, within, str(error))


def _is_stale(known: tuple[str, str] | None, place: _Place) -> bool:
    """Whether a run must be read again; finished runs do not change."""
    if known is None:
        return True
    changed, outcome = known
    return outcome in ("interrupted", "unreadable") and changed != _changed(place)


def _changed(place: _Place) -> str:
    """A token that changes whenever a file of the run is rewritten, regardless of the clock."""
    told: list[str] = [place.problem]
    for name in ("run.json", "events.jsonl"):
        try:
            status = (place.folder / name).stat()
            told.append(f"{status.st_mtime_ns} {status.st_size} {status.st_ino}")
        except (OSError, ValueError):
            told.append("")
    return "/".join(told)


def _row(place: _Place) -> dict[str, Any]:
    """A row of the index; for an unreadable run, with the reason."""
    changed, name = _changed(place), plain(place.folder.name)
    lies = {"folder": os.fsencode(place.folder), "name": name, "collection": place.collection, "within": place.within}
    try:
        if place.problem:
            raise InputError(place.problem)
        with reading(place.folder):
            told = _told(load_run(place.folder))
    except InputError as error:
        told = {**_NOTHING, "outcome": "unreadable", "answer": str(error)}
    texts = {key: in_utf8(value) for key, value in {**_NOTHING, **told, **lies}.items()}
    return {**texts, "score": None, "expected": "", "changed": changed}


_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("question", "program", "answer", "outcome", "model", "image", "parent"), ""),
    **{"tools": "{}", "seconds": 0.0},
}


def _told(run: StoredRun) -> dict[str, Any]:
    """The fields from a run's record."""
    shown, record = view(run), run.record
    spent: dict[str, float] = {}
    for event in run.events:
        if isinstance(event, Step):
            spent[event.tool] = spent.get(event.tool, 0.0) + event.seconds
    return {
        "question": record.question,
        "program": "\n".join(line.code for line in shown.lines),
        "answer": _said(record),
        "outcome": shown.outcome,
        "model": record.model,
        "tools": json.dumps(spent),
        "seconds": record.timing.total,
        "image": record.image,
        "parent": record.parent,
    }


def _free_id(db: sqlite3.Connection, row: dict[str, Any]) -> str:
    """A unique id: the folder's name, for copies with the evaluation's name or a number."""
    names = chain([row["name"], f"{row['name']}@{row['within']}"], (f"{row['name']}@{n}" for n in count(2)))
    return next(name for name in names if not db.execute("select 1 from run where id = ?", [name]).fetchone())


def _said(record: RunRecord) -> str:
    return record_text(record) if record.outcome == "ok" else record.message


def _entry(row: Sequence[Any]) -> Entry:
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    values["tools"] = dict[str, float](json.loads(values["tools"]))
    return Entry(**values)
