"""A cache of image files that several questions are about."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.pictures.door import LOCAL

MEMORY = 256_000_000
"""Bytes of pixels to keep."""


class OpenImages:
    """An LRU cache of images. Thread-safe: one thread reads a file, and others that want it wait.

    memory: maximum bytes of pixels; an image that takes more is not kept.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        kept: LRUCache[Any, Image] = LRUCache(memory, getsizeof=attrgetter("bytes"))
        self._read = cached(kept, condition=Condition())(_read)

    def get(self, picture: Path | str) -> Image:
        """The image in a file, read again if the file has changed; or at an address. Raises like `Door.read`."""
        return self._read(*_key(picture))


def _read(picture: Path | str, _changed: int, _size: int) -> Image:
    image, _ = LOCAL.read(picture)
    return image


def _key(picture: Path | str) -> tuple[Path | str, int, int]:
    """A file with its modification time and size; or an address alone."""
    if isinstance(picture, str):
        return picture, 0, 0
    try:
        status = picture.stat()
    except OSError as error:
        raise InputError(f"{picture} cannot be read: {error.strerror}.") from None
    return picture, status.st_mtime_ns, status.st_size
