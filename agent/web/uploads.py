"""Pictures that somebody sends: few at a time, decoded by a process with limits, and only so many pixels in all."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from fastapi import UploadFile

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ...tools.media.images import MAX_PIXELS
from ..inputs.subject import Named
from ..traces.damage import plain
from ..traces.trace import in_utf8
from .decoder import SECONDS
from .live import Job

MAX_IMAGES = 16
MAX_BYTES = 100_000_000
"""Of one picture."""
MAX_NAME = 200
MAX_IN_FLIGHT = 2 * MAX_PIXELS
"""Pixels of all questions that are being answered; a question alone may have half of them."""


class Uploads:
    """Reads the pictures of questions. Threads may share it; they decode one picture at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: list[tuple[Job, int]] = []

    def read(self, files: Sequence[UploadFile]) -> list[Named]:
        """The pictures with their names. Raises InputError."""
        if len(files) > MAX_IMAGES:
            raise InputError(f"There are {len(files)} pictures; a question is about at most {MAX_IMAGES}.")
        found: list[Named] = []
        with self._lock:
            before = sum(pixels for job, pixels in self._under_way if not job.done.is_set())
            for file in files:
                found.append((_image(file), _name(file)))
                pixels = _pixels(found)
                if pixels > MAX_PIXELS:
                    raise InputError(f"The pictures have more than {MAX_PIXELS:,} pixels together.")
                if before + pixels > MAX_IN_FLIGHT:
                    raise InputError("Too many large pictures are being asked about.", hint="Wait for their answers.")
        return found

    def count(self, job: Job, images: Sequence[Named]) -> None:
        """The pictures are in memory until the job is done."""
        with self._lock:
            self._under_way = [one for one in self._under_way if not one[0].done.is_set()]
            self._under_way.append((job, _pixels(images)))


def _pixels(images: Sequence[Named]) -> int:
    return sum(image.width * image.height for image, _ in images)


def _name(file: UploadFile) -> str:
    """What the sender calls the file: its last part, and never a folder."""
    name = in_utf8(Path((file.filename or "").replace("\0", "")).name)[:MAX_NAME]
    return name if name.strip(". ") else "image"


def _image(file: UploadFile) -> Image:
    data = file.file.read(MAX_BYTES + 1)
    if not data:
        raise InputError("There is no picture.", hint="Drop one, paste one, or choose a file.")
    if len(data) > MAX_BYTES:
        raise InputError(f"{_name(file)} is larger than {MAX_BYTES // 1_000_000} MB.")
    with tempfile.NamedTemporaryFile(prefix="looksmith-") as stored:
        stored.write(data)
        stored.flush()
        return _decoded(Path(stored.name), _name(file))


def _decoded(path: Path, name: str) -> Image:
    """The image in a file that is called `name`. Raises InputError."""
    from PIL import Image as pillow

    command = [sys.executable, "-m", "looksmith.agent.web.decoder", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired:
        done = None
    head, _, pixels = done.stdout.partition(b"\n") if done else (b"", b"", b"")
    if done is None or done.returncode or not head:
        raise InputError(f"{name} takes too much time or memory to decode.", hint="Save it anew, or make it smaller.")
    told = json.loads(head)
    if "problem" in told:
        raise InputError(str(told["problem"]).replace(plain(path), name))
    return Image.of(pillow.frombytes("RGB", tuple(told["size"]), pixels))
