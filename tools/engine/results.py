"""A content-addressed cache of tool results across questions: in memory, and on disk for tools with an identity.

The disk cache is an SQLite file of limited size with JSON values, so it contains no code. A damaged file is discarded.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from time import time
from typing import Any

from cachetools import LRUCache

from ..core.call import Call
from ..core.errors import InputError, NoDetection
from ..core.tool import PLAIN, Tool
from ..core.values import Image
from ..media.from_json import decode
from ..media.to_json import encode, encode_all
from ..runtime.cache import size_of
from .failures import copied

KEPT = 256_000_000
"""Maximum bytes of results in memory, including pixels."""

DISK = 512_000_000
"""Maximum bytes of results on disk."""

_CHECKED = 256
"""Number of results written between two checks of the size."""


class Results:
    """Results of deterministic tools with a model, by arguments and by the identity of the model.

    path: an SQLite file; None for memory only. kept: bytes in memory; disk: bytes on disk. The least recently used
        results are evicted; results larger than half of the limit are not kept in memory.
    """

    def __init__(self, path: Path | None = None, *, kept: int = KEPT, disk: int = DISK) -> None:
        self._kept = kept
        self._known: LRUCache[str, Call] = LRUCache(kept, getsizeof=size_of)
        self._turn = Lock()
        self._store = Store(path, disk) if path is not None else None

    def key(self, tool: Tool, arguments: Mapping[str, Any]) -> str:
        """The key of a call; "" if its result is not cached."""
        if not tool.options.deterministic or tool.backend == PLAIN:
            return ""
        asked = [code_version(), tool.name, tool.backend, tool.identity, encode_all(arguments, _place)]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def get(self, key: str, tool: Tool, arguments: Mapping[str, Any]) -> Call | None:
        """The cached result of an earlier call, with the `arguments` of this one."""
        with self._turn:
            known = self._known.get(key)
            if known is not None:
                return again(known, arguments)
        text = self._store.get(key) if self._store is not None and tool.identity else None
        read = _read(text, tool, arguments) if text is not None else None
        if read is not None:
            self._keep(key, read)
        return read

    def put(self, key: str, tool: Tool, done: Call) -> None:
        """Store a result; also on disk if its tool has an identity, and it is not an image."""
        # As a copy, because the traceback of an error keeps the question in memory that met it first.
        self._keep(key, again(done, {}))
        if self._store is not None and tool.identity:
            text = _written(done)
            if text is not None:
                self._store.put(key, text)

    def close(self) -> None:
        """Write pending results to disk."""
        if self._store is not None:
            self._store.close()

    def _keep(self, key: str, done: Call) -> None:
        if size_of(done) <= self._kept // 2:
            with self._turn:
                self._known[key] = done


class Store:
    """Texts by key in an SQLite file, up to `limit` bytes. Processes may share it.

    Errors of the disk or the file are not raised: unreadable entries count as missing.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._turn = Lock()
        self._open: sqlite3.Connection | None = None
        self._broken = False
        self._written = 0
        # Writing is slower than reading, so it is done in the background.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="results")

    def get(self, key: str) -> str | None:
        """The text of a key."""
        found: str | None = None
        with self._database() as database:
            row = database and database.execute("SELECT text FROM results WHERE key = ?", (key,)).fetchone()
            found = row[0] if row and isinstance(row[0], str) else None
        if found is not None:
            self._writer.submit(self._change, "UPDATE results SET used = ? WHERE key = ?", (time(), key))
        return found

    def put(self, key: str, text: str) -> None:
        """Store a text."""
        row = (key, text, len(text.encode()), time())
        self._writer.submit(self._change, "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", row, new=True)

    def close(self) -> None:
        """Write pending results to disk."""
        self._writer.shutdown()
        with self._turn:
            if self._open is not None:
                self._open.close()
            self._open, self._broken = None, True

    def _change(self, statement: str, values: tuple[Any, ...], *, new: bool = False) -> None:
        with self._database() as database:
            if database is None:
                return
            database.execute(statement, values)
            self._written += new
            if new and self._written % _CHECKED == 1:
                self._make_room(database)

    def _make_room(self, database: sqlite3.Connection) -> None:
        """Above the limit, remove the least recently used texts, down to 90 % of it."""
        (size,) = database.execute("SELECT COALESCE(SUM(size), 0) FROM results").fetchone()
        if size <= self._limit:
            return
        for key, bytes_of_one in database.execute("SELECT key, size FROM results ORDER BY used").fetchall():
            if size <= 0.9 * self._limit:
                break
            database.execute("DELETE FROM results WHERE key = ?", (key,))
            size -= bytes_of_one

    @contextmanager
    def _database(self) -> Generator[sqlite3.Connection | None]:
        """The open database; None if it cannot be used."""
        with self._turn:
            if self._open is None and not self._broken:
                self._open = _opened(self._path)
                self._broken = self._open is None
            try:
                yield self._open
            except sqlite3.Error:
                self._broken, self._open = True, None


def _opened(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        columns = "key TEXT PRIMARY KEY, text TEXT, size INTEGER, used REAL"
        database.execute(f"CREATE TABLE IF NOT EXISTS results ({columns})")
    except (sqlite3.Error, OSError):
        return None
    return database


@cache
def code_version() -> str:
    """The version of looksmith and the hash of its tools, since a checkout may change without a new version."""
    digest = hashlib.sha256()
    here = Path(__file__).parents[1]
    for path in sorted(one for pattern in ("*.py", "*.toml") for one in here.rglob(pattern)):
        digest.update(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes())
    try:
        own = version("looksmith")
    except PackageNotFoundError:
        own = ""
    return f"{own}-{digest.hexdigest()}"


def again(known: Call, arguments: Mapping[str, Any]) -> Call:
    """The result for another call."""
    return replace(known, arguments=arguments, error=known.error and copied(known.error))


def _place(image: Image) -> str:
    """The key of an image's original; its region is encoded separately."""
    return image.source


def _no_image(image: Image) -> str:
    raise TypeError("a result with an image is only kept in memory")


def _written(done: Call) -> str | None:
    """A result as text; None if it contains an image."""
    try:
        value = encode([done.value, list(done.found), list(done.rejected)], _no_image)
    except TypeError:
        return None
    error = None if done.error is None else [done.error.message, done.error.hint]
    scores = None if done.scores is None else list(done.scores.items())
    sure = {"assumptions": list(done.assumptions), "confidence": done.confidence}
    return json.dumps({"value": value, "scores": scores, "error": error, **sure})


def _read(text: str, tool: Tool, arguments: Mapping[str, Any]) -> Call | None:
    """Decode a stored result; None if it is invalid."""
    try:
        stored = json.loads(text)
        value, found, rejected = decode(stored["value"], _find_none)
        error = None if stored["error"] is None else NoDetection(stored["error"][0], hint=stored["error"][1])
        scores = None if stored["scores"] is None else {str(name): float(one) for name, one in stored["scores"]}
        value = None if error else tool.check_result(value)
        assumptions, confidence = tuple(map(str, stored["assumptions"])), stored["confidence"]
    except Exception:  # whatever is wrong with it, the tool is called again
        return None
    return Call(
        tool.name,
        tool.backend,
        arguments,
        value,
        scores=scores,
        found=tuple(found),
        rejected=tuple(rejected),
        error=error,
        assumptions=assumptions,
        confidence=None if confidence is None else float(confidence),
    )


def _find_none(name: str) -> Image:
    raise InputError(f"There is no image {name}.")
