"""Finds when something is seen in a video by looking at few of its frames: coarse to fine.

Starts with a grid of frames. A change between two neighbours is narrowed down by bisection; a frame that differs from
both of its neighbours is doubted, and decided by two more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..core.times import Moment, Segment
from ..core.values import Box, Video
from ..media.seek import nearest_key
from .desk import Desk, FrameSight

MOST = 240
"""Frames of a grid."""
FINEST, LEAST = 0.5, 12
"""Seconds between the frames of the grid for short videos, which has at least `LEAST` frames."""
ON_KEYS = 2.0
"""Minimum seconds between frames from which keyframes are used instead."""
MOST_BOXES = 8
"""Boxes of a frame that are recorded."""
EXACT = 0.1
"""Precision in seconds of a start or an end."""
GAP = 0.7
"""Seconds for which something may be undetected before it counts as gone."""
SURE = 0.5
"""Score from which a box needs no confirmation."""
_FIRST = 8
_TOLD = 1.0
"""Seconds between frames from which the answer mentions how coarse the search was."""


_VERBS = r"appear|enter|arriv|emerg|com|turn|show|pop|step|walk|mov|driv"
_PRESENCE = re.compile(
    r"(?:(?:is|are|be|being|gets?|first|last|ever|still|now|again) )*"
    rf"(?:visible|seen|shown|present|there|(?:{_VERBS})(?:e?s|e|ing)?(?: up| in| by)?|in (?:view|sight))"
    r"(?: (?:in|into|on|to) (?:the |this )?(?:view|sight|picture|image|frame|video|clip|recording|scene|screen))?"
    r"(?: (?:again|first|last|for the (?:first|last|second) time))*"
    r"|(?:in|into|on) (?:the |this )?(?:view|picture|image|frame|video|clip|recording|scene|screen)"
)
"""Conditions that only say that a thing is there, as every question about a video does."""


@dataclass
class Search:
    """Looks for one thing in a video, or a part of one. Frames are named by their number in the whole video."""

    video: Video
    desk: Desk
    name: str
    which: str = ""
    seen: dict[int, FrameSight] = field(default_factory=dict[int, FrameSight])
    unreadable: int = 0

    def __post_init__(self) -> None:
        self.which = "" if _PRESENCE.fullmatch(self.which.strip().lower()) else self.which

    @property
    def whole(self) -> Video:
        """The whole video."""
        return self.video.whole or self.video

    @property
    def step(self) -> float:
        """Seconds between the frames of the grid."""
        return max(self.video.seconds / MOST, min(FINEST, self.video.seconds / LEAST))

    def time(self, number: int) -> float:
        """When a frame is shown."""
        return self.whole.time(number)

    def look(self, numbers: Iterable[int]) -> None:
        """Process frames that were not processed yet."""
        new = sorted({number for number in numbers if number not in self.seen})
        if not new:
            return
        self.desk.tell(f"looking for {self.name}: {len(self.seen)} pictures seen, {len(new)} to see")
        for number, sight in self.desk.look(self.whole, new, self.name, self.which).items():
            self.unreadable += sight is None
            self.seen[number] = sight or FrameSight()

    def has(self, number: int) -> bool:
        """Was it seen in a processed frame?"""
        return bool(self.seen[number].boxes)

    def grid(self) -> list[int]:
        """The frames of the grid, from the first to the last of the video."""
        first, last = self.video.first, self.video.first + self.video.frames - 1
        start, step = self.time(first), self.step
        count = round(self.video.seconds / step)
        numbers = [self.whole.index(start + step * place) for place in range(count + 1)]
        if step >= ON_KEYS:
            reach = int(step * self.whole.fps / 2)
            numbers = [nearest_key(self.whole, number, reach) for number in numbers]
        return sorted({min(max(number, first), last) for number in (first, *numbers, last)})

    def segments(self) -> list[Segment]:
        """Every stretch of time in which it is seen, in order."""
        grid = self.grid()
        self.look(grid)
        states = self._settled(grid)
        starts = [place for place in range(len(grid)) if states[place] and (place == 0 or not states[place - 1])]
        ends = [
            place for place in range(len(grid)) if states[place] and (place + 1 == len(grid) or not states[place + 1])
        ]
        opened = self._narrowed([(grid[place - 1] if place else None, grid[place]) for place in starts])
        closed = self._narrowed([(grid[place + 1] if place + 1 < len(grid) else None, grid[place]) for place in ends])
        spans = list(zip(opened, closed, strict=True))
        joined: list[tuple[int, int]] = []
        for span in spans:
            if joined and self.time(span[0]) - self.time(joined[-1][1] + 1) < GAP:
                joined[-1] = (joined[-1][0], span[1])
            else:
                joined.append(span)
        return [self._segment(*span) for span in joined]

    def first(self, *, last: bool = False) -> int | None:
        """The first or last frame in which it is seen; None if it never is. Searches no farther than needed."""
        grid = self.grid()[:: -1 if last else 1]
        known = 0
        while known < len(grid):
            known = min(known + _FIRST, len(grid))
            self.look(grid[:known])
            final = known == len(grid)
            for place in range(known if final else known - 1):
                if self.has(grid[place]) and self._settled(grid[: known if final else place + 2])[place]:
                    return self._narrowed([(grid[place - 1] if place else None, grid[place])])[0]
        return None

    def ever(self) -> bool:
        """Is it seen at all? Starts with scattered frames, and stops once it is seen."""
        grid = self.grid()
        order = _spread(len(grid))
        for start in range(0, len(order), _FIRST):
            places = order[start : start + _FIRST]
            self.look(grid[place] for place in places)
            for place in places:
                sure = any(box.score >= SURE for box in self.seen[grid[place]].boxes)
                if sure or (self.has(grid[place]) and self._again(grid, place)):
                    return True
        return False

    def clearest(self) -> int | None:
        """The frame in which it is seen best, by score and size; None if it is never seen."""
        self.look(self.grid())
        seen = [number for number in self.seen if self.has(number)]
        return max(seen, key=lambda number: _clear(self.seen[number].boxes), default=None)

    def moments(self, most: int = 300) -> tuple[Moment, ...]:
        """The moments at which it was seen, in order of time: the best boxes of at most so many frames, best first."""
        seen = [number for number in sorted(self.seen) if self.has(number)]
        kept = seen[:: -(-len(seen) // most) or 1]
        return tuple(Moment(self.time(number), box) for number in kept for box in self.seen[number].boxes[:MOST_BOXES])

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions of the search."""
        told = [text for sight in self.seen.values() for text in sight.assumptions]
        if self.step >= _TOLD:
            told.append(f"looked about every {self.step:.1f} s: what is seen for less may have been missed")
        if self.unreadable:
            told.append(f"{self.unreadable} pictures could not be decoded")
        return tuple(dict.fromkeys(told))

    @property
    def confidence(self) -> float | None:
        """The confidence, from the frames with the thing if there are any."""
        sights = [sight for sight in self.seen.values() if sight.boxes] or list(self.seen.values())
        known = [sight.confidence for sight in sights if sight.confidence is not None]
        return sum(known) / len(known) if known else None

    def _settled(self, grid: Sequence[int]) -> list[bool]:
        """Whether it is seen at each frame of the grid, after checking frames that differ from both neighbours."""
        states = [self.has(number) for number in grid]
        alone = [
            place
            for place in range(len(grid))
            if all(states[near] != states[place] for near in (place - 1, place + 1) if 0 <= near < len(grid))
        ]
        if len(grid) < 2 or not alone:
            return states
        beside = {place: self._beside(grid, place) for place in alone}
        self.look(number for numbers in beside.values() for number in numbers)
        for place, numbers in beside.items():
            votes = [states[place], *(self.has(number) for number in numbers)]
            states[place] = states[place] if len(numbers) < 2 else sum(votes) * 2 > len(votes)
        return states

    def _again(self, grid: Sequence[int], place: int) -> bool:
        """Is it also seen in a neighbouring frame? True if the video is too short for that."""
        beside = self._beside(grid, place)
        self.look(beside)
        return not beside or any(self.has(number) for number in beside)

    def _beside(self, grid: Sequence[int], place: int) -> list[int]:
        """Frames a little before and after one of a grid, none of them in it."""
        here = grid[place]
        near = [grid[other] for other in (place - 1, place + 1) if 0 <= other < len(grid)]
        found = {here + (other - here) // 3 if other > here else here - (here - other) // 3 for other in near}
        return sorted(found - {here})

    def _narrowed(self, edges: Sequence[tuple[int | None, int]]) -> list[int]:
        """For each edge (a frame without the thing, or None, and one with it), the nearest frame with the thing."""
        left = [[without, with_] for without, with_ in edges]
        while wide := [edge for edge in left if edge[0] is not None and self._is_wide(edge[0], edge[1] or 0)]:
            middles = [((edge[0] or 0) + (edge[1] or 0)) // 2 for edge in wide]
            self.look(middles)
            for edge, middle in zip(wide, middles, strict=True):
                edge[1 if self.has(middle) else 0] = middle
        return [edge[1] or 0 for edge in left]

    def _is_wide(self, one: int, other: int) -> bool:
        return abs(one - other) > 1 and abs(self.time(one) - self.time(other)) > EXACT

    def _segment(self, first: int, last: int) -> Segment:
        inside = [
            sight.boxes[0].score for number, sight in self.seen.items() if first <= number <= last and sight.boxes
        ]
        score = sum(inside) / len(inside) if inside else 1.0
        return Segment(self.time(first), self.time(last + 1), self.name, score)


def _clear(boxes: Sequence[Box]) -> float:
    best = boxes[0]
    return best.score * best.area**0.25


def _spread(count: int) -> list[int]:
    """The places 0 to `count` - 1, those far from each other first (van der Corput's sequence)."""
    bits = max(count - 1, 1).bit_length()
    turned = (int(f"{place:0{bits}b}"[::-1], 2) for place in range(1 << bits))
    return [place for place in turned if place < count]
