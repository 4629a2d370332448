"""Uploaded images: limited in number and total pixels, and decoded in a process with resource limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from fastapi import UploadFile

from ...tools.core.errors import InputError
from ...tools.media.images import MAX_PIXELS
from ...tools.pictures.door import is_web, name_of_address
from ...tools.pictures.fetch import fetch
from ...tools.pictures.limits import DOWNLOAD
from ..inputs.subject import Named
from ..traces.trace import in_utf8
from .decoder import decoded_bytes
from .live import QuestionJob

MAX_IMAGES = 16
MAX_BYTES = 100_000_000
"""Maximum bytes of one image."""
MAX_NAME = 200
NOTHING, INSTEAD = "There is no picture.", "Drop one, paste one, choose a file, or give an address."
MAX_IN_FLIGHT = 2 * MAX_PIXELS
"""Maximum pixels of all questions in progress; a single question may have half of them."""


class Uploads:
    """Reads the images of questions. Thread-safe; decodes one image at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: list[tuple[QuestionJob, int]] = []

    def read(self, files: Sequence[UploadFile], addresses: Sequence[str] = ()) -> list[Named]:
        """The pictures with their names: those that were sent, then those at addresses. Raises InputError."""
        files = [file for file in files if file.filename or file.size]
        if not files and not addresses:
            raise InputError(NOTHING, hint=INSTEAD)
        if len(files) + len(addresses) > MAX_IMAGES:
            count = len(files) + len(addresses)
            raise InputError(f"There are {count} pictures; a question is about at most {MAX_IMAGES}.")
        sent = [partial(_sent, file) for file in files]
        fetched = [partial(_fetched, address) for address in addresses]
        found: list[Named] = []
        with self._lock:
            before = sum(pixels for job, pixels in self._under_way if not job.done.is_set())
            for read in (*sent, *fetched):
                found.append(read())
                pixels = _pixels(found)
                if pixels > MAX_PIXELS:
                    raise InputError(f"The images have more than {MAX_PIXELS:,} pixels in total.")
                if before + pixels > MAX_IN_FLIGHT:
                    raise InputError(
                        "There are too many large images in progress.", hint="Wait for other questions to finish."
                    )
        return found

    def count(self, job: QuestionJob, images: Sequence[Named]) -> None:
        """Reserve memory for the images until the job is done."""
        with self._lock:
            self._under_way = [one for one in self._under_way if not one[0].done.is_set()]
            self._under_way.append((job, _pixels(images)))


def _pixels(images: Sequence[Named]) -> int:
    return sum(image.width * image.height for image, _ in images)


def _name(file: UploadFile) -> str:
    """The base name of the uploaded file."""
    name = in_utf8(Path((file.filename or "").replace("\0", "")).name)[:MAX_NAME]
    return name if name.strip(". ") else "image"


def _sent(file: UploadFile) -> Named:
    data = file.file.read(MAX_BYTES + 1)
    if not data:
        raise InputError(NOTHING, hint=INSTEAD)
    if len(data) > MAX_BYTES:
        raise InputError(f"{_name(file)} is larger than {MAX_BYTES // 1_000_000} MB.")
    return decoded_bytes(data, _name(file)), _name(file)


def _fetched(address: str) -> Named:
    """The picture at a web address. The private network of this machine is off limits to users of the page."""
    if not is_web(address):
        raise InputError("An address begins with http:// or https://.")
    data, last = fetch(address.partition("#")[0], DOWNLOAD, private=False)
    name = in_utf8(name_of_address(last))
    return decoded_bytes(data, name), name
