"""SEEN, FIRST_SEEN, LAST_SEEN, WHEN, HOW_LONG, HOW_OFTEN, SEEN_ORDER and TOGETHER: when things are seen in a video."""

from __future__ import annotations

from typing import Any, TypeVar

from ..core.errors import NoDetection
from ..core.times import Segment
from ..core.tool import Scored, tool
from ..core.values import Image, Video
from ..media.seek import picture
from .desk import Desk
from .search import Search

T = TypeVar("T")
HOUR = 3600.0
"""Seconds that a call may take."""


class Watcher:
    """The tools about when things are seen, over GLANCE. They use no device themselves."""

    backend = "frames"
    occupies = ()

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @tool(timeout=HOUR)
    def SEEN(self, video: Video, name: str, which: str = "") -> Scored[bool]:
        """Is the named thing ever seen in the video?

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        return told(search.ever(), search)

    @tool(timeout=HOUR)
    def FIRST_SEEN(self, video: Video, name: str, which: str = "") -> Scored[float]:
        """The time at which it is seen first, in seconds.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises NoDetection when it is never seen, UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        number = search.first()
        if number is None:
            raise never(search)
        return told(search.time(number), search)

    @tool(timeout=HOUR)
    def LAST_SEEN(self, video: Video, name: str, which: str = "") -> Scored[float]:
        """The time at which it is seen last, in seconds.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises NoDetection when it is never seen, UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        number = search.first(last=True)
        if number is None:
            raise never(search)
        return told(search.time(number + 1), search)

    @tool(timeout=HOUR)
    def WHEN(self, video: Video, name: str, which: str = "") -> Scored[list[Segment]]:
        """The stretches of time in which it is seen; [] if never.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        return told(search.segments(), search)

    @tool(timeout=HOUR)
    def HOW_LONG(self, video: Video, name: str, which: str = "") -> Scored[float]:
        """For how many seconds it is seen; 0 if never.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        return told(round(sum(segment.seconds for segment in search.segments()), 3), search)

    @tool(timeout=HOUR)
    def HOW_OFTEN(self, video: Video, name: str, which: str = "") -> Scored[int]:
        """How many times it appears: it is gone in between.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        return told(len(search.segments()), search)

    @tool(timeout=HOUR)
    def SEEN_ORDER(self, video: Video, names: list[str]) -> Scored[list[str]]:
        """The names in the order in which they are first seen.

        names: what is looked for, such as ["dog", "red car"].

        Raises NoDetection when none of them is ever seen, UnknownName for one that no model has learnt.
        """
        searches = {name: self._search(video, name) for name in names}
        found = {name: search.first() for name, search in searches.items()}
        seen = {name: number for name, number in found.items() if number is not None}
        if not seen:
            raise NoDetection(f"None of {', '.join(names)} is seen in {video.path.name}.")
        return told(sorted(seen, key=lambda name: seen[name]), *searches.values())

    @tool(timeout=HOUR)
    def TOGETHER(self, video: Video, a: str, b: str) -> Scored[list[Segment]]:
        """The times in which both things are seen; [] if never.

        a, b: nouns, such as "dog".

        Raises UnknownName for a thing that no model has learnt.
        """
        one, other = self._search(video, a), self._search(video, b)
        both = [
            Segment(max(s.start, t.start), min(s.end, t.end), f"{a} and {b}", min(s.score, t.score))
            for s in one.segments()
            for t in other.segments()
            if max(s.start, t.start) < min(s.end, t.end)
        ]
        return told(both, one, other)

    @tool(timeout=HOUR)
    def CLEAREST(self, video: Video, name: str, which: str = "") -> Scored[Image]:
        """The picture of the video in which it is seen best.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "touching the wall".

        Raises NoDetection when it is never seen, UnknownName for a thing that no model has learnt.
        """
        search = self._search(video, name, which)
        number = search.clearest()
        if number is None:
            raise never(search)
        return told(picture(search.whole, number), search)

    def _search(self, video: Video, name: str, which: str = "") -> Search:
        return Search(video, self.desk, name, which)


def told(value: T, *searches: Search) -> Scored[T]:
    """A value with the search behind it."""
    moments = sorted((moment for search in searches for moment in search.moments()), key=lambda moment: moment.time)
    assumptions = dict.fromkeys(text for search in searches for text in search.assumptions)
    sure = [search.confidence for search in searches if search.confidence is not None]
    more: dict[str, Any] = {"moments": tuple(moments), "assumptions": tuple(assumptions)}
    return Scored(value, confidence=min(sure, default=None), **more)


def never(search: Search) -> NoDetection:
    """The error for a thing that is never seen."""
    what = f"{search.name} {search.which}".strip()
    return NoDetection(f"No {what} is seen in {search.whole.path.name}.", hint=" ".join(search.assumptions))
