"""Handles unreadable stored runs: the problem becomes one sentence, and other runs are not affected."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...tools.core.errors import InputError, LooksmithError, ToolError

MAX_RECORD = 64_000_000
MAX_EVENTS = 512_000_000
"""Maximum bytes of a run's files to read; valid runs are far smaller."""


@dataclass(frozen=True)
class Unreadable:
    """An unreadable run. why: the reason, in a sentence."""

    folder: Path
    why: str

    @property
    def name(self) -> str:
        """The folder's name as text."""
        return plain(self.folder.name)


@contextmanager
def reading(folder: Path) -> Generator[None]:
    """A context that turns any exception from reading a damaged run into an InputError."""
    try:
        yield
    except Exception as error:  # MemoryError and RecursionError too
        # A ToolError is from a stored value that cannot exist, such as a box without area.
        if isinstance(error, LooksmithError) and not isinstance(error, ToolError):
            raise
        what = " ".join(f"{type(error).__name__} {error}".split())
        raise InputError(f"The run {plain(folder)} is damaged: {what:.200}.") from error


def read_file(path: Path, most: int) -> bytes:
    """Read a regular file, not a pipe, which might never end. Raises OSError, also for a file that is too large."""
    if path.exists() and not path.is_file():
        raise OSError(0, "it is not a regular file")
    if path.stat().st_size > most:
        raise OSError(0, f"it is larger than {most // 1_000_000} MB")
    return path.read_bytes()


def plain(path: Path | str) -> str:
    r"""The path as encodable text: bytes that are not UTF-8 are escaped like `\xff`."""
    try:
        return os.fsencode(path).decode("utf-8", errors="backslashreplace")
    except UnicodeEncodeError:  # a lone surrogate, which no file name contains
        return str(path).encode("utf-8", errors="backslashreplace").decode()


def below(root: Path) -> list[Path]:
    """The folders in a folder, by name, including dangling links; empty if the folder does not exist.

    Raises InputError if it cannot be listed.
    """
    try:
        with os.scandir(root) as entries:
            found = [Path(entry.path) for entry in entries if not entry.name.startswith(".") and _may_hold(entry)]
    except FileNotFoundError:
        if root.is_symlink():
            raise InputError(f"{plain(root)} is a link to a folder that does not exist.") from None
        return []
    except OSError as error:
        raise InputError(f"{plain(root)} cannot be read: {error.strerror}.") from None
    return sorted(found)


def _may_hold(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir() or (entry.is_symlink() and not entry.is_file())
    except OSError:  # a link to itself
        return True
