"""Keeps, removes and prunes stored runs."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ...tools.core.errors import InputError, PrerequisiteError
from .damage import below, plain
from .stored import read_record

KEPT = "kept"
"""A file that protects a run's folder from `remove` and `prune`."""
UNDER_WAY = timedelta(hours=1)
"""An unfinished run that was written to within this time may still be active."""

Node = tuple[int, int]
"""Identifies a file by device and inode, since runs share hard-linked images."""


@dataclass(frozen=True)
class StoredSize:
    """The disk usage of a run. started: for an unreadable run, its modification time.

    files: bytes of each file; busy: whether it may still be active.
    """

    folder: Path
    started: datetime
    files: Mapping[Node, int]
    kept: bool
    busy: bool

    @property
    def name(self) -> str:
        """The folder's name as text."""
        return plain(self.folder.name)


@dataclass(frozen=True)
class StorageLimits:
    """Limits on stored runs. age: of the oldest; size: total bytes; count: number of runs; None means unlimited."""

    age: timedelta | None = None
    size: int | None = None
    count: int | None = None


def keep(folder: Path, *, kept: bool = True) -> None:
    """Mark a run as kept, or undo that. Raises PrerequisiteError if writing fails."""
    try:
        if kept:
            (folder / KEPT).touch()
        else:
            (folder / KEPT).unlink(missing_ok=True)
    except OSError as error:
        raise PrerequisiteError(f"{plain(folder)} cannot be written: {error.strerror}.") from None


def is_kept(folder: Path) -> bool:
    """Whether the run is kept."""
    return os.path.lexists(folder / KEPT)


def remove(folder: Path) -> None:
    """Remove a run atomically. Raises InputError if it is kept, PrerequisiteError if removal fails."""
    if is_kept(folder):
        raise InputError(f"The run {plain(folder.name)} is kept.", hint="Use `looksmith runs keep --no` first.")
    try:
        if folder.is_symlink():
            folder.unlink()
            return
        # A partly deleted run would look damaged; names like this are not listed.
        gone = folder.with_name(f".removed-{secrets.token_hex(4)}")
        os.replace(folder, gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise PrerequisiteError(f"{plain(folder)} cannot be removed: {error.strerror}.") from None


def stored_runs(root: Path) -> list[StoredSize]:
    """All runs in a folder, oldest first. Raises InputError if it cannot be listed."""
    return sorted(map(_stored, below(root)), key=lambda one: (one.started, one.name))


def size_of(runs: Iterable[StoredSize]) -> int:
    """Total bytes of runs; shared images count once."""
    return sum({node: size for run in runs for node, size in run.files.items()}.values())


def size_on_disk(folder: Path) -> int:
    """Bytes of a run's files, including images that other runs share; 0 for a link."""
    return sum(_files(folder).values())


def too_much(runs: Iterable[StoredSize], limits: StorageLimits, now: datetime) -> list[StoredSize]:
    """The runs to remove so that the limits hold, oldest first. runs: in that order."""
    left = list(runs)
    names = Counter(node for run in left for node in run.files)
    total, count, found = size_of(left), len(left), list[StoredSize]()
    for run in left:
        too_old = limits.age is not None and now - run.started > limits.age
        too_large = limits.size is not None and total > limits.size
        too_many = limits.count is not None and count > limits.count
        if run.kept or run.busy or not (too_old or too_large or too_many):
            continue
        found.append(run)
        count -= 1
        for node, size in run.files.items():
            names[node] -= 1
            total -= size * (names[node] == 0)
    return found


def _stored(folder: Path) -> StoredSize:
    files = _files(folder)
    written = max(_written(folder / name) for name in ("", "run.json", "events.jsonl"))
    try:
        record = read_record(folder)
        started, ended = record.started, record.outcome is not None
    except InputError:
        started, ended = written, False
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    busy = not ended and datetime.now(UTC) - written < UNDER_WAY
    return StoredSize(folder, started, files, is_kept(folder), busy)


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def _files(folder: Path) -> dict[Node, int]:
    """The size of a folder on disk; links count as nothing."""
    found: dict[Node, int] = {}
    for parent, _, names in os.walk(folder) if not folder.is_symlink() else ():
        for name in names:
            try:
                status = os.lstat(os.path.join(parent, name))
            except OSError:
                continue
            found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return found
