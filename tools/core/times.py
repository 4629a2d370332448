"""The values of programs about videos: periods, and places of a thing at a time.

A time is a plain number: seconds from the start of the video. Imports only the standard library and values, because the
sandbox's worker loads this module as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .errors import ToolError
from .values import Box


@dataclass(frozen=True, slots=True)
class Segment:
    """A period of a video in which something is seen, in seconds from the start of the video. Raises ToolError if a
    time is not a finite number, or if it ends before it starts.
    """

    start: float
    end: float
    label: str = ""
    score: float = 1.0

    visible: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("start", "end", "seconds", "score"), float),
        "label": str,
    }

    def __post_init__(self) -> None:
        for name in ("start", "end", "score"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not all(map(math.isfinite, (self.start, self.end, self.score))):
            raise ToolError(f"A segment needs finite numbers, got {(self.start, self.end, self.score)}.")
        if self.end < self.start:
            raise ToolError(f"A segment needs start <= end, got {self.start:g} to {self.end:g}.")

    @property
    def seconds(self) -> float:
        """Its duration."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a thing is at a time. time: seconds from the start of the video; box: in pixels of the frame.

    Raises ToolError if the time is not a finite number.
    """

    time: float
    box: Box

    visible: ClassVar[dict[str, type]] = {"time": float, "box": Box}

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", float(self.time))
        if not math.isfinite(self.time):
            raise ToolError(f"A moment needs a finite time, got {self.time}.")


def clock(seconds: float) -> str:
    """A time for people: `0:04.2`, `1:02:03.0`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"
