"""The tool TRACK on a video segmentation model."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Protocol

from ...core.errors import NoDetection, ToolError
from ...core.over_model import Loadable, OverModel
from ...core.tool import tool
from ...core.values import Box, Image, Mask, Video, show_box
from ...media.video import frames

MOST = 300
"""Maximum frames of one TRACK call: 10 seconds at 30 frames per second."""


class TrackingModel(Loadable, Protocol):
    """A tracking model."""

    def track(self, frames: Iterable[Image], where: Box) -> list[Mask]:
        """Yield a mask per frame of the object in the box in the first frame, with the probability of its presence.

        They have the box's label; where the thing is not seen, the mask is empty. Frames are taken one at a time.
        Raises ToolError for a box outside the first frame.
        """
        ...


class Tracker(OverModel[TrackingModel]):
    """TRACK on a tracking model."""

    @tool
    def TRACK(self, video: Video, where: Box, *, start: int = 0, count: int | None = None) -> list[Mask]:
        """The mask of a thing in each frame; empty where gone.

        where: the thing's box in the frame `start`.
        start: the frame to begin with, whose mask comes first.
        count: how many frames, at most 300; all that follow when it is not given.

        A longer clip is tracked in parts: a part begins with the box of the last mask of the one before.
        Raises ToolError for frames that the video does not have, more than 300, or a box outside the frame; NoDetection
        when the thing is in none of the frames.
        """
        following = self.model.track(islice(frames(video, start), self._count(video, start, count)), where)
        if not all(math.isfinite(mask.score) for mask in following):
            raise ToolError("The scores of the masks are not finite.", hint='Try precision = "float32" in the profile.')
        if not any(mask.area for mask in following):
            raise NoDetection(f"TRACK found nothing at {show_box(where)} in frame {start}.")
        return following

    def _count(self, video: Video, start: int, count: int | None) -> int:
        left = video.frames - start
        if count is not None and not 1 <= count <= left:
            raise ToolError(f"TRACK cannot follow {count} frames.", hint=f"From frame {start} on there are {left}.")
        if (count or left) > MOST:
            hint = f"Give count={MOST}, and go on from the last mask's box in another call."
            raise ToolError(f"TRACK follows at most {MOST} frames at once, not {count or left}.", hint=hint)
        return count or left
