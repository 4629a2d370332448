"""A cache of image files that several questions are about."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path
from threading import Lock

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.media.images import load_image

_Key = tuple[Path, int, int]
"""A file with its modification time and size."""

MEMORY = 256_000_000
"""Bytes of pixels to keep."""


class OpenImages:
    """An LRU cache of images. Thread-safe. memory: maximum bytes of pixels."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._size = 0
        self._kept: OrderedDict[_Key, Image] = OrderedDict()
        self._coming: dict[_Key, Future[Image]] = {}
        self._lock = Lock()

    def get(self, path: Path) -> Image:
        """Load an image; a changed file is read again. Raises InputError like `load_image`."""
        try:
            status = path.stat()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        key = path, status.st_mtime_ns, status.st_size
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
            mine: Future[Image] = Future()
            coming = self._coming.setdefault(key, mine)
        return self._read(key, mine) if coming is mine else coming.result()

    def _read(self, key: _Key, mine: Future[Image]) -> Image:
        """Read an image for all threads that wait for it."""
        try:
            image = load_image(key[0])
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._coming[key]
            self._kept[key] = image
            self._size += _bytes(image)
            while self._size > self._memory:
                self._size -= _bytes(self._kept.popitem(last=False)[1])
        mine.set_result(image)
        return image


def _bytes(image: Image) -> int:
    return 3 * image.width * image.height
