"""The index's SQLite database: recreated if damaged, and in memory if it cannot be written to disk.

It is built from the run folders, so it can be deleted without loss.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import RLock
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

COLUMNS = (
    *("id", "folder", "name", "collection", "question", "program", "answer", "outcome", "model"),
    *("tools", "seconds", "score", "expected", "kind", "image", "changed", "parent", "size"),
    *("verdict", "note", "judged"),
)
_VERSION = 3
_TABLES = (
    """create table run (
        id text primary key, folder blob unique, name text, collection text, question text, program text, answer text,
        outcome text, model text, tools text, seconds real, score real, expected text, kind text, image text,
        changed text, parent text, size integer, verdict text, note text, judged text
    )""",
    "create index run_by_collection on run (collection, name)",
    "create virtual table words using fts5 (question, program, answer, note, content='run', content_rowid='rowid')",
    """create trigger run_in after insert on run begin
        insert into words (rowid, question, program, answer, note)
        values (new.rowid, new.question, new.program, new.answer, new.note);
    end""",
    """create trigger run_out after delete on run begin
        insert into words (words, rowid, question, program, answer, note)
        values ('delete', old.rowid, old.question, old.program, old.answer, old.note);
    end""",
)


class Index:
    """A thread-safe database of runs. fill: adds all missing runs."""

    def __init__(self, path: Path, fill: Work[None]) -> None:
        self._path = path
        self._fill = fill
        self._lock = RLock()
        self._memory: sqlite3.Connection | None = None

    def use(self, work: Work[T]) -> T:
        """Run `work` on the file, on a new file, or in memory, so that disk errors do not make it fail."""
        if self._memory is None:
            try:
                return self._on_file(work)
            except (sqlite3.Error, OSError, ValueError, TypeError) as error:
                if "locked" in str(error):  # in use by another process: do not delete it
                    return self._in_memory(work)
            with suppress(sqlite3.Error, OSError, ValueError, TypeError):
                self._throw_away()
                self._on_file(self._fill)
                return self._on_file(work)
        return self._in_memory(work)

    def _on_file(self, work: Work[T]) -> T:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30)) as db:
            _prepare(db)
            return work(db)

    def _throw_away(self) -> None:
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def _in_memory(self, work: Work[T]) -> T:
        with self._lock:
            if self._memory is None:
                self._memory = sqlite3.connect(":memory:", check_same_thread=False)
                _prepare(self._memory)
                self._fill(self._memory)
            return work(self._memory)


def _is_current(db: sqlite3.Connection) -> bool:
    return db.execute("pragma user_version").fetchone()[0] == _VERSION


def _prepare(db: sqlite3.Connection) -> None:
    """Create the tables if they are missing; another process may do so at the same time."""
    if _is_current(db):
        return
    db.execute("pragma journal_mode = wal")
    db.execute("begin immediate")
    if not _is_current(db):
        for name in ("words", "run"):
            db.execute(f"drop table if exists {name}")
        for statement in _TABLES:
            db.execute(statement)
        db.execute(f"pragma user_version = {_VERSION}")
    db.commit()
