"""The entry point for pictures: any supported input becomes an image with a name, or an InputError."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from os.path import exists, expanduser
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit

from ..core.errors import InputError
from ..core.values import Image
from ..media.images import MAX_BYTES, from_pixels
from .arrays import from_array
from .data_url import read_data_url
from .formats import decode_bytes, decode_file
from .limits import DOWNLOAD, DownloadLimits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels

Picture: TypeAlias = "str | Path | bytes | Image | Pixels | NDArray[np.uint8]"
"""The types of a picture: see `Door.read`."""

Named: TypeAlias = tuple[Image, str]
"""An image and its name, usually that of the file."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|(?:file|blob|about|javascript):", re.IGNORECASE)
_PAGE = re.compile(r"(?P<file>.*\.pdf)#(?:page=)?(?P<page>\d+)", re.IGNORECASE | re.DOTALL)
_KINDS = "a path, an http or https address, bytes, a data URL, a Pillow image, or an array of shape (height, width, 3)"
MAX_NAME = 200
MAX_FILE_NAME = 255
"""A text longer than most file systems allow for a name is probably base64, not a path."""


@dataclass(frozen=True)
class Door:
    """Reads pictures within limits.

    limits: of downloads; private: whether addresses of this machine and its network are allowed.
    files: whether paths and standard input are allowed; never for callers on other machines.
    """

    limits: DownloadLimits = DOWNLOAD
    private: bool = True
    files: bool = True

    def read(self, picture: Picture) -> Named:
        """The image with its name.

        picture: a path (`report.pdf#2` is the second page), `-` for standard input, an http or https address, a data
            URL, the bytes of a file, a Pillow image, or RGB of shape (height, width, 3), uint8.
        Raises InputError, or PrerequisiteError if a package is missing.
        """
        given: Any = picture
        if isinstance(given, Image):
            return given, "image"
        if isinstance(given, Path):
            return self._file(str(given))
        if isinstance(given, str):
            return self._text(given)
        if isinstance(given, bytes | bytearray | memoryview):
            return decode_bytes(bytes(cast("bytes", given)), "the picture"), "image"
        return _from_memory(given), "image"

    def _text(self, text: str) -> Named:
        start = text[:8].lower()
        if text == "-":
            return self._standard_input()
        if start.startswith("data:"):
            data, name = read_data_url(text)
            return decode_bytes(data, "the data URL"), name
        if is_web(text):
            return self._fetched(text)
        if _SCHEME.match(text) and not exists(text):
            scheme = text.partition(":")[0].lower()
            hint = "Give the path itself." if scheme == "file" else f"A picture is {_KINDS}."
            raise InputError(f"Addresses that begin with {scheme}: are not read.", hint=hint)
        return self._file(text)

    def _file(self, text: str) -> Named:
        if not self.files:
            raise InputError("Files of this machine are not read here.", hint="Send the picture itself, or an address.")
        if not text:
            raise InputError("The name of the picture is empty.", hint="Pass the path of an image file.")
        path, page = page_of(text)
        if len(text) > MAX_FILE_NAME and not exists(path):
            shown = f"{text[:40]!r}... ({len(text):,} characters)"
            hint = "If it is base64, write data:image/png;base64, before it, or pass the decoded bytes."
            raise InputError(f"There is no file {shown}.", hint=hint)
        return decode_file(path, page), path.name + (f"#{page}" if page else "")

    def _standard_input(self) -> Named:
        if not self.files or sys.stdin is None:
            raise InputError("There is no standard input to read here.")
        if sys.stdin.isatty():
            hint = "Pipe one into it: looksmith ask - QUESTION < photo.jpg"
            raise InputError("Standard input is the keyboard, not a picture.", hint=hint)
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        return decode_bytes(data, "standard input"), "stdin"

    def _fetched(self, url: str) -> Named:
        from .fetch import fetch

        address, _, fragment = url.partition("#")
        data, last = fetch(address, self.limits, private=self.private)
        page = int(fragment.removeprefix("page=")) if fragment.removeprefix("page=").isdigit() else 0
        return decode_bytes(data, address[:MAX_NAME], page), name_of_address(last)


LOCAL = Door()
"""For users of this machine: command line, Python, files of questions."""

SERVICE = Door(private=False, files=False)
"""The limits for callers of a service."""


def is_web(text: str) -> bool:
    """Is it an http or https address?"""
    return text[:8].lower().startswith(("http://", "https://"))


def is_address(text: str) -> bool:
    """Is it an address of the web or a data URL?"""
    return is_web(text) or text[:5].lower() == "data:"


def name_of_address(text: str) -> str:
    """The name of the picture: the last part of its address."""
    if not is_web(text):
        return "image"
    parts = urlsplit(text)
    return Path(parts.path).name[:MAX_NAME] or parts.hostname or "image"


def page_of(text: str) -> tuple[Path, int]:
    """A file and a page number, 0 if there is none. An existing file of the whole name takes precedence."""
    path, found = _expanded(text), _PAGE.fullmatch(text)
    if found is None or exists(path):
        return path, 0
    return _expanded(found["file"]), int(found["page"])


def path_in(picture: Picture) -> Path | None:
    """The path that is named, of a file or a folder; None for an empty text, an address, and anything else."""
    if isinstance(picture, str):
        return _expanded(picture) if picture and not is_address(picture) else None
    return _expanded(str(picture)) if isinstance(picture, Path) else None


def _expanded(text: str) -> Path:
    """The path with the home folder for `~`; that of an unknown user is left as it is."""
    return Path(expanduser(text))


def _from_memory(given: Any) -> Image:
    """Convert an image of Pillow or numpy."""
    if "PIL.Image" in sys.modules:
        from PIL.Image import Image as Pixels

        if isinstance(given, Pixels):
            return from_pixels(given)
    if "numpy" in sys.modules:
        import numpy as np

        if isinstance(given, np.ndarray):
            return from_array(cast("NDArray[Any]", given))
    raise InputError(f"A picture cannot be of type {type(given).__name__}.", hint=f"It is {_KINDS}.")
