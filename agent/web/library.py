"""An index over stored runs, so that thousands are listed, filtered and searched at once.

It is made from the run folders and can be thrown away at any time: it lies beside them in `runs.sqlite`, and whoever
opens it brings it up to date. Several viewers may share it; a run that is still being written is read again.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...tools.errors import InputError, PrerequisiteError
from ..journal import read_lines
from ..record import RunRecord
from ..runs import Runs, StoredRun
from ..said import record_text
from ..trace import Step
from ..view import view

PAGE = 50
"""Runs on one page."""
_VERSION = 1
_BATCH = 200
_COLUMNS = (
    *("id", "folder", "collection", "question", "program", "answer", "outcome", "model"),
    *("tools", "seconds", "score", "expected", "image", "changed", "parent"),
)
_SELECT = f"select {', '.join(_COLUMNS)} from run"  # noqa: S608  (the names above, nothing from outside)
_TABLES = (
    """create table run (
        id text primary key, folder text, collection text, question text, program text, answer text, outcome text,
        model text, tools text, seconds real, score real, expected text, image text, changed real, parent text
    )""",
    "create index run_by_collection on run (collection, id)",
    "create index run_by_folder on run (folder)",
    "create virtual table words using fts5 (question, program, answer, content='run', content_rowid='rowid')",
    """create trigger run_in after insert on run begin
        insert into words (rowid, question, program, answer)
        values (new.rowid, new.question, new.program, new.answer);
    end""",
    """create trigger run_out after delete on run begin
        insert into words (words, rowid, question, program, answer)
        values ('delete', old.rowid, old.question, old.program, old.answer);
    end""",
)


@dataclass(frozen=True)
class Entry:
    """A run in the list. collection: the evaluation that it belongs to, "" for none; tools: seconds by tool.

    score: 0 to 1, None where nobody said what is right. changed: when its record was last written.
    """

    id: str
    folder: str
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
    changed: float
    parent: str


@dataclass(frozen=True)
class Query:
    """Which runs are wanted. text: words of the question, program or answer; wrong: only those that are not right.

    page: from 0.
    """

    text: str = ""
    outcome: str = ""
    tool: str = ""
    model: str = ""
    collection: str | None = None
    score: str = ""
    page: int = 0


@dataclass(frozen=True)
class Found:
    """A page of runs, newest first. total: how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


class Library:
    """The runs of a home folder and of the evaluations in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._path = home / "runs.sqlite"

    def refresh(self) -> None:
        """Take in what is new or has changed, and forget what is gone."""
        with self._open() as db:
            known = {row[0]: row[1:] for row in db.execute("select folder, changed, outcome from run")}
            there = dict(self._folders())
            gone = [(folder,) for folder in known.keys() - there.keys()]
            db.executemany("delete from run where folder = ?", gone)
            stale = [f for f in there if f not in known or (known[f][1] == "interrupted" and _changed(f) > known[f][0])]
            for start in range(0, len(stale), _BATCH):
                rows = [row for folder in stale[start : start + _BATCH] if (row := _read(folder, there[folder]))]
                db.executemany("delete from run where folder = ?", [(row[1],) for row in rows])
                marks = ", ".join("?" * len(_COLUMNS))
                db.executemany(f"insert into run values ({marks})", rows)  # noqa: S608
                db.commit()
            self._score(db)

    def search(self, query: Query) -> Found:
        """The runs that are wanted."""
        where, values = _conditions(query)
        with self._open() as db:
            (total,) = db.execute(f"select count(*) from run {where}", values).fetchone()  # noqa: S608
            page = [PAGE, PAGE * query.page]
            rows = db.execute(f"{_SELECT} {where} order by id desc limit ? offset ?", [*values, *page])
            return Found(tuple(map(_entry, rows)), total)

    def entries(self, collection: str) -> list[Entry]:
        """All runs of an evaluation, in the order in which they were made."""
        with self._open() as db:
            return list(map(_entry, db.execute(f"{_SELECT} where collection = ? order by id", [collection])))

    def load(self, name: str) -> StoredRun:
        """A run by its id. Raises InputError when there is none, or it cannot be read."""
        with self._open() as db:
            row = db.execute("select folder from run where id = ?", [name]).fetchone()
        folder = Path(row[0]) if row else self.home / "runs" / Path(name).name
        return Runs(folder.parent).load(str(folder)) if folder.is_dir() else Runs(self.home / "runs").load(name)

    def entry(self, name: str) -> Entry | None:
        """What the list says of a run."""
        with self._open() as db:
            row = db.execute(f"{_SELECT} where id = ?", [name]).fetchone()
        return _entry(row) if row else None

    def children(self, name: str) -> list[str]:
        """The runs that repeat this one, oldest first."""
        with self._open() as db:
            return [row[0] for row in db.execute("select id from run where parent = ? order by id", [name])]

    def choices(self) -> dict[str, list[str]]:
        """What the list can be filtered by: outcomes, models, tools and evaluations that occur."""
        with self._open() as db:
            found = {
                name: [row[0] for row in db.execute(f"select distinct {name} from run order by 1") if row[0]]  # noqa: S608
                for name in ("outcome", "model", "collection")
            }
            tools = db.execute("select distinct key from run, json_each(run.tools) order by 1")
            return {**found, "tool": [row[0] for row in tools]}

    def _folders(self) -> Iterator[tuple[str, str]]:
        """Each run's folder with its collection."""
        for folder in _below(self.home / "runs"):
            yield folder, ""
        for evaluation in _below(self.home / "evals"):
            for folder in _below(Path(evaluation) / "runs"):
                yield folder, Path(evaluation).name
        for asked in _below(self.home / "asks"):
            for folder in _below(Path(asked) / "runs"):
                yield folder, ""

    def _score(self, db: sqlite3.Connection) -> None:
        """What evaluations say of their runs. Rows that were scored before are left alone."""
        unscored = db.execute(
            "select distinct collection from run where collection != '' and score is null and outcome != 'interrupted'"
        )
        for (collection,) in unscored.fetchall():
            try:
                rows = read_lines(self.home / "evals" / collection / "results.jsonl")
            except InputError:
                continue
            scored = [(row["score"], json.dumps(row["expected"]), row["run"], collection) for row in rows if row["run"]]
            db.executemany("update run set score = ?, expected = ? where id = ? and collection = ?", scored)
        db.commit()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """The index; made anew where it is of another version, or damaged."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            db = self._connect()
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
            db = self._connect()
        except OSError as error:
            raise PrerequisiteError(f"The index {self._path} cannot be written: {error.strerror}.") from None
        with closing(db):
            yield db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30)
        try:
            if not _is_current(db):
                _make(db)
        except BaseException:
            db.close()
            raise
        return db


def _is_current(db: sqlite3.Connection) -> bool:
    return db.execute("pragma user_version").fetchone()[0] == _VERSION


def _make(db: sqlite3.Connection) -> None:
    """Empty tables; another process may make them at the same moment."""
    db.execute("pragma journal_mode = wal")
    db.execute("begin immediate")
    if not _is_current(db):
        for name in ("words", "run"):
            db.execute(f"drop table if exists {name}")
        for statement in _TABLES:
            db.execute(statement)
        db.execute(f"pragma user_version = {_VERSION}")
    db.commit()


def _below(folder: Path) -> Iterator[str]:
    """Folders in a folder, none when it is not there."""
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entry.path for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return


def _changed(folder: str) -> float:
    try:
        return (Path(folder) / "run.json").stat().st_mtime
    except OSError:
        return 0.0


def _read(folder: str, collection: str) -> tuple[Any, ...] | None:
    """A row of the index; None for a folder whose run cannot be read."""
    changed = _changed(folder)
    try:
        shown = view(Runs(Path(folder).parent).load(folder))
    except InputError:
        return None
    record = shown.run.record
    spent: dict[str, float] = {}
    for event in shown.run.events:
        if isinstance(event, Step):
            spent[event.tool] = spent.get(event.tool, 0.0) + event.seconds
    source = "\n".join(line.code for line in shown.lines)
    return (
        *(record.id, folder, collection, record.question, source, _said(record), shown.outcome, record.model),
        *(json.dumps(spent), record.timing.total, None, "", record.image, changed, record.parent),
    )


def _said(record: RunRecord) -> str:
    return record_text(record) if record.outcome == "ok" else record.message


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Entry(**{**values, "tools": json.loads(values["tools"])})


def _conditions(query: Query) -> tuple[str, list[Any]]:
    """The `where` of a query, with its values."""
    parts: list[str] = []
    values: list[Any] = []
    words = re.findall(r"\w+", query.text)
    if words:
        parts.append("rowid in (select rowid from words where words match ?)")
        values.append(" ".join(f'"{word}"*' for word in words))
    for name, value in (("outcome", query.outcome), ("model", query.model), ("collection", query.collection)):
        if value or (name == "collection" and value is not None):
            parts.append(f"{name} = ?")
            values.append(value)
    if query.tool:
        parts.append("json_extract(tools, ?) is not null")
        values.append(f'$."{re.sub(r"[^A-Za-z0-9_]", "", query.tool)}"')
    known = {"right": "score >= 0.5", "wrong": "score < 0.5", "unknown": "score is null"}
    if query.score in known:
        parts.append(known[query.score])
    return ("where " + " and ".join(parts) if parts else ""), values
