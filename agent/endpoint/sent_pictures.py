"""Reads the pictures of requests: data URLs and web addresses."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from operator import attrgetter
from threading import Lock

from cachetools import LRUCache

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.media.images import MAX_PIXELS
from ...tools.pictures.data_url import read_data_url
from ...tools.pictures.door import is_web, name_of_address
from ...tools.pictures.fetch import fetch
from ...tools.pictures.limits import DOWNLOAD
from ..inputs.subject import Named
from ..traces.trace import in_utf8
from ..web.decoder import decoded_bytes
from ..web.uploads import MAX_BYTES, MAX_IMAGES, MAX_IN_FLIGHT
from .errors import BUSY, ApiError

MEMORY = 256_000_000
"""Bytes of pixels that are cached: with each message, chat clients send all pictures of the conversation again."""


class PictureReader:
    """Reads pictures, one at a time, each in a process with limits. Thread-safe.

    private: whether addresses of this machine and its network are allowed.
    """

    def __init__(self, *, private: bool = False) -> None:
        self._private = private
        self._kept: LRUCache[bytes, Image] = LRUCache(MEMORY, getsizeof=attrgetter("bytes"))
        self._pixels = 0
        self._turn, self._lock = Lock(), Lock()

    @contextmanager
    def held(self, urls: Sequence[str]) -> Generator[list[Named]]:
        """Hold the pictures at these addresses for a question. Raises InputError; ApiError for too many."""
        if len(urls) > MAX_IMAGES:
            raise InputError(f"There are {len(urls)} pictures; a question is about at most {MAX_IMAGES}.")
        found = [self._read(url) for url in urls]
        pixels = sum(image.width * image.height for image, _ in found)
        if pixels > MAX_PIXELS:
            raise InputError(f"The pictures have more than {MAX_PIXELS:,} pixels together.")
        with self._lock:
            if self._pixels + pixels > MAX_IN_FLIGHT:
                raise ApiError(BUSY, "There are too many large pictures in progress.", code="too_many_pixels")
            self._pixels += pixels
        try:
            yield found
        finally:
            with self._lock:
                self._pixels -= pixels

    def _read(self, url: str) -> Named:
        if is_web(url):
            data, last = fetch(url.partition("#")[0], DOWNLOAD, private=self._private)
            name = in_utf8(name_of_address(last))
        elif url[:5].lower() == "data:":
            data, name = read_data_url(url)
        else:
            raise InputError(f"{url!r:.60} is not a picture.", hint="Pass a data URL, or an http or https address.")
        if not data:
            raise InputError("The picture is empty.")
        if len(data) > MAX_BYTES:
            raise InputError(f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
        return self._image(data, name), name

    def _image(self, data: bytes, name: str) -> Image:
        key = sha256(data).digest()
        with self._turn:
            image = self._kept.get(key)
            if image is None:
                image = decoded_bytes(data, name)
                with suppress(ValueError):  # larger than the whole cache
                    self._kept[key] = image
        return image
