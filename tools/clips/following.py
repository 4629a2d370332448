"""HOW_MANY, PATH, MOVES and SPEED: things followed over the frames of a video.

The boxes of neighbouring frames are linked by ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by Associating
Every Detection Box", ECCV 2022), so that things are counted, and not frames.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Any, Literal

from ..core.errors import NoDetection
from ..core.packages import require
from ..core.times import Moment
from ..core.tool import Scored, tool
from ..core.values import Box, Video
from .desk import Desk
from .search import GAP, Search
from .watching import HOUR, never, told

Way = Literal["left", "right", "up", "down", "nowhere"]
APART, MOST = 0.2, 400
"""Seconds between the frames used for tracking, and their maximum number."""
HITS = 3
"""Minimum number of frames with a thing before it counts."""
_LOST = GAP
"""Maximum seconds for which a thing may be hidden and still be the same."""
_FEW = 3
_GROWN = 0.3
"""Margin added to each side of a box, as a share of its size, so that fast things overlap between distant frames."""
_STILL, _OF_ITSELF = 0.03, 0.25
"""Minimum movement of a thing, as a share of the picture's diagonal and of its own size."""


class ThingFollower:
    """The tools about which things are the same, and how they move, over GLANCE."""

    backend = "bytetrack"
    occupies = ()

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def load(self) -> None:
        """Check that the tracker is installed. Raises PrerequisiteError."""
        require("video", "edgefirst.tracker")

    @tool(timeout=HOUR)
    def HOW_MANY(self, video: Video, name: str, which: str = "") -> Scored[int]:
        """How many different ones are seen in the video.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Things are told apart by how they move: one that leaves and comes back counts again.
        Raises UnknownName for a thing that no model has learnt.
        """
        search = Search(video, self.desk, name, which)
        return told(len(tracks(search)), search)

    @tool(timeout=HOUR)
    def MOST_AT_ONCE(self, video: Video, name: str, which: str = "") -> Scored[int]:
        """The largest number of them that is seen at the same time.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Raises UnknownName for a thing that no model has learnt.
        """
        search = Search(video, self.desk, name, which)
        search.segments()
        counts = sorted((len(sight.boxes) for sight in search.seen.values()), reverse=True)
        # A number seen in a single picture is doubted if there are many pictures.
        return told(counts[min(len(counts) // HITS, 1)] if counts else 0, search)

    @tool(timeout=HOUR)
    def PATH(self, video: Video, name: str, which: str = "") -> Scored[list[Moment]]:
        """Where it is from time to time, in order.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Of several things, the one that is seen longest. Raises NoDetection when it is never seen, UnknownName for a
        thing that no model has learnt.
        """
        search = Search(video, self.desk, name, which)
        return told(_longest(search), search)

    @tool(timeout=HOUR)
    def MOVES(self, video: Video, name: str, which: str = "") -> Scored[Way]:
        """Where it moves: "left", "right", "up", "down" or "nowhere".

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Raises NoDetection when it is never seen, UnknownName for a thing that no model has learnt.
        """
        search = Search(video, self.desk, name, which)
        return told(direction(_longest(search), math.hypot(video.width, video.height)), search)

    @tool(timeout=HOUR)
    def SPEED(self, video: Video, name: str, which: str = "") -> Scored[float]:
        """How fast it moves, in pixels per second.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Raises NoDetection when it is never seen, UnknownName for a thing that no model has learnt.
        """
        search = Search(video, self.desk, name, which)
        path = _longest(search)
        seconds = path[-1].time - path[0].time
        far = math.dist(*_ends(path))
        return told(round(far / seconds, 2) if seconds else 0.0, search)


def tracks(search: Search) -> list[list[Moment]]:
    """All things with their positions over time, the one seen longest first."""
    segments = search.segments()
    seconds = sum(segment.seconds for segment in segments)
    apart = max(APART, seconds / MOST)
    numbers: set[int] = set()
    for segment in segments:
        steps = range(int((segment.seconds + apart) / apart) + 1)
        numbers.update(search.video.first + search.video.index(segment.start + step * apart) for step in steps)
    search.look(numbers)
    found = _linked(search, sorted(numbers), max(_LOST, 3 * apart))
    enough = min(HITS, max(len(numbers), 1))
    return sorted((one for one in found if len(one) >= enough), key=len, reverse=True)


def direction(path: list[Moment], diagonal: float) -> Way:
    """Where a path leads to."""
    (x, y), (to_x, to_y) = _ends(path)
    across, down = to_x - x, to_y - y
    own = median(math.hypot(moment.box.width, moment.box.height) for moment in path)
    if max(abs(across), abs(down)) < max(_STILL * diagonal, _OF_ITSELF * own):
        return "nowhere"
    if abs(across) >= abs(down):
        return "right" if across > 0 else "left"
    return "down" if down > 0 else "up"


def _longest(search: Search) -> list[Moment]:
    found = tracks(search)
    if not found:
        raise never(search) if not search.moments() else NoDetection(f"No {search.name} could be followed.")
    return found[0]


def _linked(search: Search, numbers: list[int], lost: float) -> list[list[Moment]]:
    """The boxes of these frames, linked to one path for each thing."""
    import numpy as np
    from edgefirst.tracker import ByteTrack

    tracker: Any = None
    paths: dict[str, list[Moment]] = {}
    before = -math.inf
    for number in numbers:
        boxes, time = search.seen[number].boxes, search.time(number)
        if time - before > lost:  # the tracker only drops tracks as it gets frames
            tracker = ByteTrack(high_conf=0.3, iou=0.1, update=0.9, lifespan_ns=int(lost * 1e9))
        before = time if boxes else before
        corners = np.array([_grown(box) for box in boxes], np.float32).reshape(-1, 4)
        scores = np.array([box.score for box in boxes], np.float32)
        tracked: list[Any] = tracker.update(corners, scores, np.zeros(len(boxes), np.uint64), int(time * 1e9))
        for box, track in zip(boxes, tracked, strict=True):
            if track is not None:
                paths.setdefault(track.uuid, []).append(Moment(time, box))
    return list(paths.values())


def _ends(path: list[Moment]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a path starts and ends: medians of a few boxes, since one may be wrong."""
    few = max(min(_FEW, len(path) // 3), 1)
    middles = [_middle(moment.box) for moment in path]
    (x, y), (to_x, to_y) = (
        (median(one[0] for one in some), median(one[1] for one in some)) for some in (middles[:few], middles[-few:])
    )
    return (x, y), (to_x, to_y)


def _grown(box: Box) -> tuple[float, float, float, float]:
    across, down = _GROWN * box.width, _GROWN * box.height
    return box.left - across, box.top - down, box.right + across, box.bottom + down


def _middle(box: Box) -> tuple[float, float]:
    return box.center_x, box.center_y
