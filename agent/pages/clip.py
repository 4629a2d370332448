"""The video of a run on its page: its relevant parts, and what was seen when."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import Any, cast

from ...tools.core.errors import InputError
from ...tools.core.times import clock
from ...tools.media.video import SUFFIXES
from ..reading.view import RunView
from ..traces.damage import plain
from ..traces.run_record import RunRecord
from ..traces.runs import StoredRun
from .marks import Part

MAX_BOXES = 5000
MAX_SPANS = 12
SMALL = 2_000_000
"""Maximum bytes of a clip that is embedded in an exported page."""
TYPES = {".webm": "video/webm", ".mkv": "video/x-matroska"}
MP4 = "video/mp4"
KEPT = "The frames that the steps are based on are stored with the run."


@dataclass(frozen=True)
class ClipSpan:
    """A relevant part of a clip, from `start` to `end` in seconds, which are equal for a single time."""

    start: float
    end: float

    @property
    def text(self) -> str:
        """As text."""
        return clock(self.start) if self.end <= self.start else f"{clock(self.start)} to {clock(self.end)}"


@dataclass(frozen=True)
class Clip:
    """A run's video, for a player. name: of its file; width, height: in pixels; problem: why it cannot be played.

    spans: the relevant parts, the answer's first.
    boxes: what was seen, in order of time: time, number of the step, left, top, width, height in pixels of the frame,
        and label.
    """

    name: str
    width: int
    height: int
    spans: tuple[ClipSpan, ...]
    boxes: tuple[tuple[float, int, float, float, float, float, str], ...]
    problem: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """As JSON for the page's script."""
        return {"boxes": self.boxes, "spans": [(span.start, span.end) for span in self.spans]}


def video_of(record: RunRecord) -> Part | None:
    """The video that a run is about, as JSON; None for other runs."""
    parts = (cast("Part", value) for value in record.inputs.values() if isinstance(value, dict))
    return next((part for part in parts if part.get("type") == "video"), None)


def clip_of(run: RunView) -> Clip | None:
    """The clip of a run; None if the run is not about a video."""
    video = video_of(run.run.record)
    if video is None:
        return None
    boxes = sorted(_boxes(run))[:MAX_BOXES]
    spans = _apart(_spans(run))[:MAX_SPANS]
    size = int(video["width"]), int(video["height"])
    return Clip(str(video["name"]), *size, spans, tuple(boxes), _missing(video))


def _boxes(run: RunView) -> Iterator[tuple[float, int, float, float, float, float, str]]:
    for number, step in enumerate(run.steps, start=1):
        for moment in step.moments:
            box = moment["box"]
            size = box["right"] - box["left"], box["bottom"] - box["top"]
            yield moment["time"], number, box["left"], box["top"], *size, str(box["label"])


def _spans(run: RunView) -> Iterator[ClipSpan]:
    """The parts that are the answer, then the times of the frames on which steps are based, the last step's first."""
    answer: Any = run.run.record.answer
    for part in cast("list[Any]", answer if isinstance(answer, list) else [answer]):
        found = cast("Part", part) if isinstance(part, dict) else {}
        if found.get("type") == "segment":
            yield ClipSpan(float(found["start"]), float(found["end"]))
    for step in reversed(run.steps):
        yield from (ClipSpan(frame.time, frame.time) for frame in step.frames if step.moments)


def _apart(spans: Iterable[ClipSpan]) -> tuple[ClipSpan, ...]:
    """The parts without those that start where an earlier one does."""
    kept: dict[float, ClipSpan] = {}
    for span in spans:
        kept.setdefault(span.start, span)
    return tuple(kept.values())


def _missing(video: Part) -> str:
    try:
        path = clip_path(video)
    except InputError as error:
        return str(error)
    return "" if path.is_file() else f"The video {plain(path)} is not there any more. {KEPT}"


def clip_path(video: Part) -> Path:
    """The path of a video file. Raises InputError for a path that cannot be a video's."""
    path = Path(str(video.get("path", "")))
    if not path.is_absolute() or path.suffix.lower() not in SUFFIXES or "\0" in str(path):
        raise InputError(f"The run names no video file that can be played. {KEPT}")
    return path


def media_type(path: Path) -> str:
    """The type of a video file, by its name."""
    return TYPES.get(path.suffix.lower(), MP4)


class ClipFiles:
    """Finds the video files of runs. Thread-safe; hashes each file once, unless it changes."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}
        self._lock = Lock()

    def file(self, run: StoredRun) -> Path:
        """The video file of a run, if its content is that of the question.

        A run may come from elsewhere and name any file, so the content must have the hash that the run recorded.
        Raises InputError if there is none, or if its content has changed.
        """
        video = video_of(run.record)
        if video is None:
            raise InputError(f"The run {run.record.id} is about no video.")
        path = clip_path(video)
        try:
            same = path.is_file() and self._digest(path) == video.get("sha256")
        except OSError as error:
            raise InputError(f"The video {plain(path)} cannot be read ({error.strerror}). {KEPT}") from None
        if not same:
            raise InputError(f"The video {plain(path)} is not there any more, or has changed since the run. {KEPT}")
        return path

    def _digest(self, path: Path) -> str:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        with self._lock:
            known = self._known.get(path)
            if known is None or known[0] != stamp:
                with path.open("rb") as file:
                    known = (stamp, file_digest(file, "sha256").hexdigest())
                self._known[path] = known
            return known[1]


def small_clip(run: StoredRun) -> str:
    """The video of a run as a data URL; "" if it is large, gone or changed, or if there is none."""
    video = video_of(run.record)
    try:
        if video is None or os.path.getsize(clip_path(video)) > SMALL:
            return ""
        path = ClipFiles().file(run)
        return f"data:{media_type(path)};base64,{b64encode(path.read_bytes()).decode()}"
    except (InputError, OSError, ValueError):
        return ""
