"""FRAME and FRAMES: single frames of a video, as images."""

from __future__ import annotations

from ..core.errors import ToolError
from ..core.tool import tool
from ..core.values import Image, Video
from ..runtime.cache import Recent
from .video import frame

MOST = 64
"""Maximum number of frames of one FRAMES call."""
_REMEMBERED = 16


class Frames:
    """FRAME and FRAMES, decoded by PyAV, with a cache of the latest few frames."""

    backend = "pyav"

    def __init__(self) -> None:
        self._seen: Recent[Image] = Recent(_REMEMBERED)

    @tool
    def FRAME(self, video: Video, index: int) -> Image:
        """One frame of the video; the first is 0.

        Raises ToolError when there is no frame of that number.
        """
        return self._seen.get((video.source, index), lambda: frame(video, index))

    @tool
    def FRAMES(self, video: Video, count: int = 8) -> list[Image]:
        """Frames spread evenly over the video, in their order.

        count: how many, 1 to 64; all of a shorter video.

        Each is the middle one of its part of the video, of `count` parts of equal length.
        Raises ToolError for any other count.
        """
        if not 1 <= count <= MOST:
            raise ToolError(f"FRAMES cannot give {count} frames.", hint=f"Ask for 1 to {MOST}.")
        parts = min(count, video.frames)
        return [self.FRAME(video, (2 * part + 1) * video.frames // (2 * parts)) for part in range(parts)]
