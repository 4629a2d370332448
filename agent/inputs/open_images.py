"""A cache of image files that several questions are about."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.pictures.door import LOCAL

_Key = tuple[Path | str, int, int]
"""A file with its modification time and size; or an address alone."""

MEMORY = 256_000_000
"""Bytes of pixels to keep."""


class OpenImages:
    """An LRU cache of images. Thread-safe. memory: maximum bytes of pixels."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._kept: LRUCache[_Key, Image] = LRUCache(memory, getsizeof=attrgetter("bytes"))
        self._coming: dict[_Key, Future[Image]] = {}
        self._lock = Lock()

    def get(self, picture: Path | str) -> Image:
        """The image in a file, read again when the file has changed; or at an address. Raises as `Door.read` does."""
        key = _key(picture)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                return known
            mine: Future[Image] = Future()
            coming = self._coming.setdefault(key, mine)
        return self._read(key, mine) if coming is mine else coming.result()

    def _read(self, key: _Key, mine: Future[Image]) -> Image:
        """Read an image for all threads that wait for it."""
        try:
            image, _ = LOCAL.read(key[0])
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._coming[key]
            with suppress(ValueError):  # larger than the whole cache
                self._kept[key] = image
        mine.set_result(image)
        return image


def _key(picture: Path | str) -> _Key:
    if isinstance(picture, str):
        return picture, 0, 0
    try:
        status = picture.stat()
    except OSError as error:
        raise InputError(f"{picture} cannot be read: {error.strerror}.") from None
    return picture, status.st_mtime_ns, status.st_size
