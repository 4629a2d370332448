"""Reads pictures of clients: a path in an allowed folder, an address, base64, or an earlier result of a tool."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from threading import Lock
from urllib.parse import urlsplit

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.media.images import MAX_PIXELS
from ...tools.pictures.fetch import fetch
from ...tools.pictures.limits import DOWNLOAD
from ..inputs.subject import Named
from ..web.decoder import decoded, decoded_bytes
from .held_values import HeldValues

MAX_IMAGES = 16
MAX_BYTES = 100_000_000
"""Maximum bytes of a picture."""
TOLD = "a path in an allowed folder, an http or https address, a data URL or base64, or what a tool gave before"
"""The description of a picture, for clients."""


class PictureDoor:
    """Reads pictures, one at a time, each in a process with limits. Thread-safe.

    roots: folders whose files may be read, with subfolders; private: whether addresses of this machine's network may.
    """

    def __init__(self, held: HeldValues, roots: Sequence[Path] = (), *, private: bool = False) -> None:
        self._held = held
        self._roots = tuple(root.expanduser().resolve() for root in roots)
        self._private = private
        self._turn = Lock()

    def named(self, texts: Sequence[str]) -> list[Named]:
        """The pictures of a question. Raises InputError."""
        if not 1 <= len(texts) <= MAX_IMAGES:
            raise InputError(f"A question is about 1 to {MAX_IMAGES} pictures, not {len(texts)}.")
        found = [self._read(text) for text in texts]
        if sum(image.width * image.height for image, _ in found) > MAX_PIXELS:
            raise InputError(f"The pictures have more than {MAX_PIXELS:,} pixels together.")
        return found

    def read(self, text: str) -> Image:
        """A picture. Raises InputError."""
        return self._read(text)[0]

    def _read(self, text: str) -> Named:
        """A picture with its name: the last part of its path or address."""
        if self._held.holds(text):
            return self._held.get(text, Image), "image"
        if text.startswith(("http://", "https://")):
            name = PurePosixPath(urlsplit(text).path).name[:100] or "image"
            return self._sent(fetch(text, DOWNLOAD, private=self._private)[0], name), name
        if text.startswith("data:"):
            head, comma, data = text.partition(",")
            if not comma or not head.endswith(";base64"):
                raise InputError("The data URL is not in base64.")
            return self._sent(_bytes(data), "The picture"), "image"
        path = self._path(text)
        if path is None:
            return self._sent(_bytes(text), "The picture"), "image"
        with self._turn:
            return decoded(path, path.name), path.name

    def _path(self, text: str) -> Path | None:
        """The file, if the text is a path that may be read; None if it is not a path. Raises InputError."""
        if len(text) > 4096 or "\0" in text:
            return None
        given = Path(text.removeprefix("file://")).expanduser()
        places = [given] if given.is_absolute() else [root / given for root in self._roots]
        chosen = next((file for place in places if (file := _file(place, self._roots))), None)
        if chosen is None and _looks_like_a_path(text):
            if not self._roots:
                hint = "Start it with --root FOLDER, or send the picture in base64."
                raise InputError("This server reads no files.", hint=hint)
            hint = f"It reads files below {', '.join(map(str, self._roots))}."
            raise InputError(f"There is no picture {given.name!r:.200} that this server may read.", hint=hint)
        return chosen

    def _sent(self, data: bytes, name: str) -> Image:
        if not data:
            raise InputError("The picture is empty.")
        if len(data) > MAX_BYTES:
            raise InputError(f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
        with self._turn:
            return decoded_bytes(data, name)


def _file(place: Path, roots: Sequence[Path]) -> Path | None:
    """The file after resolving links, if it is below one of the roots."""
    try:
        file = place.resolve()
        return file if any(file.is_relative_to(root) for root in roots) and file.is_file() else None
    except (OSError, RuntimeError):  # such as a name that is too long to be one
        return None


def _looks_like_a_path(text: str) -> bool:
    """Is it meant as a path? Base64 of the shortest picture is longer, and has no suffix."""
    return len(text) < 60 or text.startswith(("file://", "~", "./", "../")) or Path(text).suffix not in ("", ".")


def _bytes(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError("The format of a picture is not supported.", hint=f"It is {TOLD}.") from None
