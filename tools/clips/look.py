"""GLANCE: detections in one frame of a video. The frames of a batch are decoded and processed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..core.batch_calls import one_by_one
from ..core.errors import ToolError, UnreadableFrame
from ..core.tool import Scored, tool
from ..core.values import Box, Image, Video
from ..media.seek import read_frames


class Finds(Protocol):
    """A tool set that finds things in images (see/find/find.py).

    If it has a method `look_many`, which takes calls and the tool of each, images are processed together; if it has a
    method `load`, it is loaded first.
    """

    backend: str

    def DETECT(self, image: Image, name: str, which: str = "") -> Any:
        """All boxes of the named thing. Raises UnknownName."""
        ...


class Looker:
    """GLANCE, over a finder of things in images."""

    def __init__(self, finder: Finds) -> None:
        self._finder = finder
        self.backend = finder.backend
        self.identity, self.occupies = "", ("cpu",)
        self.concurrency, self.server_timeout = 1, 0.0

    def load(self) -> None:
        """Load the models. Raises WeightsError."""
        getattr(self._finder, "load", lambda: None)()

    @tool(batch=16, many="look_many")
    def GLANCE(self, video: Video, number: int, name: str, which: str = "") -> Scored[list[Box]]:
        """All boxes of the named thing in a frame; [] if none.

        number: of the frame, from 0. name, which: as in DETECT.

        Raises UnknownName for a thing that no model has learnt, ToolError for a frame that cannot be decoded.
        """
        (found,) = self.look_many([{"video": video, "number": number, "name": name, "which": which}])
        if isinstance(found, Exception):
            raise found
        return found

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """GLANCE for each call: a Scored, or the LooksmithError that it would have raised."""
        images = self._decoded(calls)
        readable = [call for call in calls if _place(call) in images]
        asked = [
            {"image": images[_place(call)], "name": call["name"], "which": call.get("which", "")} for call in readable
        ]
        found = iter(self._found(asked) if asked else ())
        return [next(found) if _place(call) in images else _unreadable(*_place(call)) for call in calls]

    def _found(self, asked: Sequence[Mapping[str, Any]]) -> list[Any]:
        """DETECT for each of these calls, in one pass if the finder can."""
        together = getattr(self._finder, "look_many", None)
        return together(asked, ["DETECT"] * len(asked)) if together else one_by_one(asked, self._finder.DETECT)

    def _decoded(self, calls: Sequence[Mapping[str, Any]]) -> dict[tuple[Video, int], Image]:
        """The frames of the calls that can be decoded. Frames after damaged data are read one by one."""
        wanted: dict[Video, list[int]] = {}
        for call in calls:
            wanted.setdefault(call["video"], []).append(call["number"])
        images: dict[tuple[Video, int], Image] = {}
        for video, numbers in wanted.items():
            left = sorted(set(numbers))
            while left:
                try:
                    images |= {(video, number): image for number, image in read_frames(video, left)}
                    left = []
                except ToolError:
                    read = [number for number in left if (video, number) in images]
                    left = left[len(read) + 1 :]
        return images


def _place(call: Mapping[str, Any]) -> tuple[Video, int]:
    return call["video"], call["number"]


def _unreadable(video: Video, number: int) -> UnreadableFrame:
    hint = "The file is damaged there, or has changed."
    return UnreadableFrame(f"Frame {number} of {video.path.name} cannot be decoded.", hint=hint)
