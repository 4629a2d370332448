"""Uploaded images: limited in number and total pixels, and decoded in a process with resource limits."""

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
"""Maximum bytes of one image."""
MAX_NAME = 200
MAX_IN_FLIGHT = 2 * MAX_PIXELS
"""Maximum pixels of all questions in progress; a single question may have half of them."""


class Uploads:
    """Reads the images of questions. Thread-safe; decodes one image at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: list[tuple[Job, int]] = []

    def read(self, files: Sequence[UploadFile]) -> list[Named]:
        """Read the images with their names. Raises InputError."""
        if len(files) > MAX_IMAGES:
            raise InputError(f"A question can have at most {MAX_IMAGES} images, not {len(files)}.")
        found: list[Named] = []
        with self._lock:
            before = sum(pixels for job, pixels in self._under_way if not job.done.is_set())
            for file in files:
                found.append((_image(file), _name(file)))
                pixels = _pixels(found)
                if pixels > MAX_PIXELS:
                    raise InputError(f"The images have more than {MAX_PIXELS:,} pixels in total.")
                if before + pixels > MAX_IN_FLIGHT:
                    raise InputError(
                        "There are too many large images in progress.", hint="Wait for other questions to finish."
                    )
        return found

    def count(self, job: Job, images: Sequence[Named]) -> None:
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


def _image(file: UploadFile) -> Image:
    data = file.file.read(MAX_BYTES + 1)
    if not data:
        raise InputError("There is no image.", hint="Drop one, paste one, or choose a file.")
    if len(data) > MAX_BYTES:
        raise InputError(f"{_name(file)} is larger than {MAX_BYTES // 1_000_000} MB.")
    with tempfile.NamedTemporaryFile(prefix="looksmith-") as stored:
        stored.write(data)
        stored.flush()
        return _decoded(Path(stored.name), _name(file))


def _decoded(path: Path, name: str) -> Image:
    """Decode an image file; name: its name in messages. Raises InputError."""
    from PIL import Image as pillow

    command = [sys.executable, "-m", "looksmith.agent.web.decoder", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired:
        done = None
    head, _, pixels = done.stdout.partition(b"\n") if done else (b"", b"", b"")
    if done is None or done.returncode or not head:
        raise InputError(f"{name} takes too much time or memory to decode.", hint="Save it again, or make it smaller.")
    told = json.loads(head)
    if "problem" in told:
        raise InputError(str(told["problem"]).replace(plain(path), name))
    return Image.of(pillow.frombytes("RGB", tuple(told["size"]), pixels))
