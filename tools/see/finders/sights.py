"""Finds things by noun with several finders, each for the names that it knows.

A detector knows few names well, class maps know many poorly, and parts are assumed at their typical positions. Results
include assumptions, and the accuracy of such results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...media.geometry import OVERLAP


@dataclass(frozen=True)
class Sight:
    """The result for a noun.

    boxes: best first; rejected: candidates that were not good enough.
    assumptions, confidence: as in `tool.Scored`.
    untold: is there a condition of which no model could tell whether any of the boxes meets it?
    """

    boxes: tuple[Box, ...]
    rejected: tuple[Box, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    untold: bool = False

    @property
    def scores(self) -> Mapping[str, float]:
        """Of every candidate, numbered, best first."""
        every = (*self.boxes, *self.rejected)
        return {f"{box.label or 'thing'} {number}": box.score for number, box in enumerate(every, start=1)}


class Eye(Protocol):
    """A way to find things by name."""

    def load(self) -> None:
        """Bring its models into memory."""
        ...

    def look(self, images: Sequence[Image]) -> None:
        """Look at several images at once, which it remembers."""
        ...

    def knows(self, noun: str) -> bool:
        """Can it look for things of that name?"""
        ...

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The things of that name. told_apart: only those of exactly that name ("how many boys").

        Raises UnknownName if it cannot tell.
        """
        ...

    def resembling(self, image: Image, noun: str) -> Sight:
        """The nearest match for a thing that is presumed to be there: poor candidates, and things of its kind."""
        ...

    def everything(self, image: Image) -> Sequence[Box]:
        """All things that it detects, with their names, best first."""
        ...

    def is_kind(self, name: str, kind: str) -> bool:
        """Is `name`, one of its names, a kind of `kind`?"""
        ...


class FindsCloseUps(Protocol):
    """Finds the one thing that a picture mainly shows (close_up.py)."""

    def load(self) -> None:
        """Bring its models into memory."""
        ...

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The thing of that name, if the picture is of it; no box otherwise. told_apart: as in `Eye.find`."""
        ...

    def main(self, image: Image) -> Box | None:
        """The thing, whatever its name, if the picture is of one."""
        ...


class Eyes:
    """Several eyes, most reliable first: the first that knows a noun looks for it. close_ups: looks for what that one
    has not found.
    """

    def __init__(self, eyes: Sequence[Eye], close_ups: FindsCloseUps | None = None) -> None:
        self._eyes = tuple(eyes)
        self._close_ups = close_ups

    def load(self) -> None:
        """Bring all models into memory."""
        for eye in (*self._eyes, *([self._close_ups] if self._close_ups else [])):
            eye.load()

    def look(self, images: Sequence[Image]) -> None:
        """Look at several images at once."""
        for eye in self._eyes:
            eye.look(images)

    def knows(self, noun: str) -> bool:
        """Does any of them?"""
        return any(eye.knows(noun) for eye in self._eyes)

    def find(self, image: Image, noun: str, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        """The things of that name. Raises UnknownName, with the message of the most reliable eye. presumed: there is
        one, so that the nearest match is better than none.
        """
        refused: UnknownName | None = None
        seen: list[Sight] = []
        for eye in self._eyes:
            try:
                if eye.knows(noun):
                    seen.append(eye.find(image, noun, told_apart=told_apart))
            except UnknownName as error:
                refused = refused or error
            if seen and (seen[0].boxes or not presumed):
                break
        if presumed and not (seen and seen[0].boxes):
            others = (one for one in seen if one.boxes and (len(seen) == 1 or (one.confidence or 1.0) >= _OVERRULES))
            near = [*others, *(eye.resembling(image, noun) for eye in self._eyes)]
            best = max(near, key=lambda one: (bool(one.boxes), one.confidence or 0.0))
            seen = [best, *seen] if best.boxes else seen
        if seen and self._close_ups and not seen[0].boxes:
            near = self._close_ups.find(image, noun, told_apart=told_apart)
            return near if near.boxes else seen[0]
        if seen:
            return seen[0]
        raise refused or UnknownName(
            f"No model of this profile knows {noun!r}.", hint="Look for a wider kind of thing, or where it belongs."
        )

    def everything(self, image: Image, kind: str = "") -> list[Box]:
        """All things that are seen, of a kind where one is given, one box for each thing, best first."""
        found: list[Box] = []
        for eye in self._eyes:
            for box in eye.everything(image):
                known = not kind or eye.is_kind(box.label, kind)
                if known and all(OVERLAP(box, other) < _SAME for other in found):
                    found.append(box)
        main = self._close_ups.main(image) if self._close_ups and not found else None
        return [main] if main and (not kind or self.is_kind(main.label, kind)) else found

    def is_kind(self, name: str, kind: str) -> bool:
        """Is `name` a kind of `kind`, for any of them?"""
        return any(eye.is_kind(name, kind) for eye in self._eyes)


_OVERRULES = 0.5
"""How sure an eye has to be of a thing that a surer one knows and has not found."""
_SAME = 0.6
"""Intersection over union from which two boxes are one thing, seen by two eyes."""
