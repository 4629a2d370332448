"""Stored runs that cannot be read: what is wrong with one is told in a sentence, and stands in nobody's way."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...tools.core.errors import InputError, LooksmithError

MAX_RECORD = 64_000_000
MAX_EVENTS = 512_000_000
"""Bytes of a run's files that are read: no run that was written here comes near."""


@dataclass(frozen=True)
class Unreadable:
    """A run that is there and cannot be read. why: in a sentence."""

    folder: Path
    why: str

    @property
    def name(self) -> str:
        """The folder's name as text."""
        return plain(self.folder.name)


@contextmanager
def reading(folder: Path) -> Generator[None]:
    """Raises InputError for whatever a damaged run makes its readers raise: it may hold anything at all."""
    try:
        yield
    except LooksmithError:
        raise
    except Exception as error:  # MemoryError and RecursionError too
        what = " ".join(f"{type(error).__name__} {error}".split())
        raise InputError(f"The run {plain(folder)} is damaged: {what:.200}.") from error


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a regular file: a pipe would never end. Raises OSError, also for one that is too large."""
    if path.exists() and not path.is_file():
        raise OSError(0, "it is no regular file")
    if path.stat().st_size > most:
        raise OSError(0, f"it is larger than {most // 1_000_000} MB")
    return path.read_bytes()


def plain(path: Path | str) -> str:
    r"""The path as text that can be written down: a byte that is not UTF-8 is told as `\xff`."""
    try:
        return os.fsencode(path).decode("utf-8", errors="backslashreplace")
    except UnicodeEncodeError:  # half of a pair of surrogates, which no file name has
        return str(path).encode("utf-8", errors="backslashreplace").decode()


def below(root: Path) -> list[Path]:
    """The folders in a folder by name, and the links that lead nowhere; none where there is no such folder.

    Raises InputError for one that cannot be listed.
    """
    try:
        with os.scandir(root) as entries:
            found = [Path(entry.path) for entry in entries if not entry.name.startswith(".") and _may_hold(entry)]
    except FileNotFoundError:
        if root.is_symlink():
            raise InputError(f"{plain(root)} is a link to a folder that is not there.") from None
        return []
    except OSError as error:
        raise InputError(f"{plain(root)} cannot be read: {error.strerror}.") from None
    return sorted(found)


def _may_hold(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir() or (entry.is_symlink() and not entry.is_file())
    except OSError:  # a link that leads to itself
        return True
