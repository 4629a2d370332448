"""Folders of photos as `Album`. No photo is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..core.albums import Album, Photo
from ..core.errors import InputError
from .images import SUFFIXES

_SUFFIXES = frozenset((*SUFFIXES, ".heic", ".heif"))
_MOST = 1_000_000
"""Maximum number of photos in an album."""


def load_album(folder: Path) -> Album:
    """The photos in a folder and its subfolders, sorted by name, without hidden ones.

    Raises InputError if there are none, or the folder cannot be read.
    """
    try:
        photos = sorted(_photos(folder), key=lambda photo: photo.name)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be read: {error.strerror}.") from None
    if not photos:
        raise InputError(f"There is no image in the folder {folder}.", hint="Choose a folder with photos.")
    if len(photos) > _MOST:
        raise InputError(f"{folder} has {len(photos):,} photos; an album has at most {_MOST:,}.")
    return Album.of(folder.resolve(), photos)


def stamped(folder: Path, name: str) -> Photo:
    """A photo of a folder with its current stamp; one that is gone has no stamp."""
    try:
        return Photo(name, _stamp((folder / name).stat()))
    except OSError:
        return Photo(name, "")


def _photos(folder: Path) -> Iterator[Photo]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                for photo in _photos(Path(entry.path)):
                    yield replace(photo, name=f"{entry.name}/{photo.name}")
            elif Path(entry.name).suffix.lower() in _SUFFIXES and entry.is_file():
                yield Photo(entry.name, _stamp(entry.stat()))


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"
