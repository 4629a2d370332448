"""AT and PART: the picture at a time, and a part of a video."""

from __future__ import annotations

from ..core.errors import ToolError
from ..core.times import clock
from ..core.tool import tool
from ..core.values import Image, Video
from ..media.seek import picture
from ..runtime.cache import Recent

_REMEMBERED = 16
_SLACK = 0.5
"""Tolerance in seconds for times outside of a video, since people round."""


class ClipPictures:
    """AT and PART, decoded by PyAV, with the latest few pictures remembered."""

    backend = "pyav"
    occupies = ()

    def __init__(self) -> None:
        self._seen: Recent[Image] = Recent(_REMEMBERED)

    @tool
    def AT(self, video: Video, time: float) -> Image:
        """The picture at a time, in seconds from the video's start.

        Raises ToolError for a time outside of the video.
        """
        _require_inside(video, time)
        number, whole = video.first + video.index(time), video.whole or video
        return self._seen.get((video.source, number), lambda: picture(whole, number))

    @tool
    def PART(self, video: Video, start: float, end: float) -> Video:
        """The part of the video between two times, in seconds.

        Times in the part stay those of the whole.

        Raises ToolError for times outside of the video, or an end that is not after the start.
        """
        if not start < end:
            said = f"A part of a video needs start < end, got {start:g} to {end:g}."
            raise ToolError(said, hint="The order is start, end, in seconds.")
        first, last = video.time(0), video.time(video.frames)
        if start >= last or end <= first:
            raise ToolError(f"There is nothing from {start:g} s to {end:g} s.", hint=_extent(video))
        begin, stop = video.index(max(start, first)), video.index(min(end, last))
        if stop > begin and video.time(stop) >= end:
            stop -= 1
        return video.part(begin, stop)


def _require_inside(video: Video, time: float) -> None:
    if not video.time(0) - _SLACK <= time <= video.time(video.frames) + _SLACK:
        raise ToolError(f"The video has no picture at {time:g} s.", hint=_extent(video))


def _extent(video: Video) -> str:
    return f"It goes from {clock(video.time(0))} to {clock(video.time(video.frames))} (minutes:seconds)."
