"""A finder on a detector with a fixed vocabulary: maps words to its classes, and distinguishes people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...models.detect.detector import THRESHOLD, Detector
from ...models.detect.postprocess import suppress
from ...words.people import ANYBODY, LOOKS, YOUNG
from ...words.vocabulary import Match
from ..people.people import Guess
from .sights import Sight

_ONE_THING = 0.75
"""IoU above which two boxes of different classes are the same thing; the better one is kept."""
_PERSON = "person"


class TellsPeople(Protocol):
    """Distinguishes men, women and children (people.py)."""

    def load(self) -> None:
        """Bring its models into memory."""
        ...

    def guess(self, image: Image, persons: Sequence[Box]) -> list[Guess]:
        """What each person looks like."""
        ...


class DetectorEye:
    """Finds what a detector knows, also by wider, narrower and near words. precision: how often its results are right;
    people: distinguishes men, women and children, if there is such a model.
    """

    def __init__(self, detector: Detector, precision: float, people: TellsPeople | None = None) -> None:
        self._detector = detector
        self._precision = precision
        self._people = people

    def load(self) -> None:
        """Bring the models into memory."""
        self._detector.load()
        if self._people:
            self._people.load()

    def look(self, images: Sequence[Image]) -> None:
        """Look at several images at once."""
        self._detector.look(images)

    def knows(self, noun: str) -> bool:
        """Is it one of the detector's names, or near one?"""
        return self._detector.vocabulary.find(noun).how != "unknown"

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The things of that name. Raises UnknownName where it cannot tell them from others."""
        match = self._detector.vocabulary.find(noun)
        if match.how == "unknown":
            raise UnknownName(f'The detector does not know "{noun:.80}".', hint=match.hint)
        sight = self._named(image, match)
        if match.how in ("same", "wider"):
            return sight
        if match.names == (_PERSON,) and self._people is not None and noun in LOOKS:
            return self._told(image, sight, noun, told_apart=told_apart)
        if match.names == (_PERSON,) and noun in ANYBODY:
            return Sight(sight.boxes, sight.rejected, (match.assumption,), self._precision)
        if told_apart:
            known = " or ".join(match.names[:3])
            raise UnknownName(f"No model tells which {known} is a {noun}.", hint=f'It can look for "{known}".')
        return Sight(sight.boxes, sight.rejected, (match.assumption,), _NEAR * self._precision)

    def resembling(self, image: Image, noun: str) -> Sight:
        """The best poor candidate of that name, else the surest thing of the same kind: a truck for a car."""
        match = self._detector.vocabulary.find(noun)
        poor = [box for box in self._detector.detect(image) if box.label in match.names and box.score >= _FAINT]
        if poor:
            return Sight(
                (poor[0],), tuple(poor[1:]), (f"took the likeliest place for {noun!r}",), max(_ALIKE, poor[0].score)
            )
        for kind in _KINDS:
            if not self.is_kind(noun, kind):
                continue
            alike = [box for box in self.everything(image) if self.is_kind(box.label, kind)]
            if alike:
                return Sight((alike[0],), tuple(alike[1:]), (f"took {alike[0].label!r} for {noun!r}",), _ALIKE)
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """All confident detections, with one name for each thing."""
        return self._sure(self._detector.detect(image))[0]

    def is_kind(self, name: str, kind: str) -> bool:
        """Is the name a kind of that?"""
        return bool(self._detector.vocabulary.kind_of(name, kind))

    def _named(self, image: Image, match: Match) -> Sight:
        candidates = [box for box in self._detector.detect(image) if box.label in match.names]
        sure, poor = self._sure(candidates)
        return Sight(sure, poor, (), self._precision)

    def _sure(self, candidates: Sequence[Box]) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """The candidates that count as found, one name for each thing, and those that do not."""
        import numpy as np

        limits = self._detector.thresholds
        sure = [box.score >= limits.get(box.label, THRESHOLD) for box in candidates]
        found = [box for box, enough in zip(candidates, sure, strict=True) if enough]
        poor = [box for box, enough in zip(candidates, sure, strict=True) if not enough]
        if found:
            corners = np.array([[box.left, box.top, box.right, box.bottom] for box in found])
            kept = set(suppress(corners, _ONE_THING).tolist())
            poor += [box for place, box in enumerate(found) if place not in kept]
            found = [box for place, box in enumerate(found) if place in kept]
        return tuple(found), tuple(poor)

    def _told(self, image: Image, sight: Sight, noun: str, *, told_apart: bool) -> Sight:
        """The people of that description, and those who cannot be classified, if any would do.

        Raises UnknownName if most cannot be classified and the difference matters.
        """
        guesses = self._people.guess(image, sight.boxes) if self._people else []
        looks = LOOKS[noun]
        if not any(one.kind in (*looks, "unknown") for one in guesses):
            looks = (*looks, *YOUNG.get(noun, ()))
        verdicts = [None if one.kind == "unknown" else one.kind in looks for one in guesses]
        pairs = list(zip(sight.boxes, verdicts, strict=True))
        untold = [box for box, verdict in pairs if verdict is None]
        if told_apart and len(untold) * 2 > len(pairs):
            said = f"Of {len(pairs)} people here, {len(untold)} cannot be told: no face is seen well enough."
            raise UnknownName(said, hint="It can count people.")
        kept = [box for box, verdict in pairs if verdict]
        if kept and not told_apart:
            kept += untold
        if kept or told_apart:
            left_out = tuple(box for box in sight.boxes if box not in kept)
            return Sight(tuple(kept), (*left_out, *sight.rejected), (), _NEAR * self._precision)
        others = tuple(untold) or sight.boxes
        return Sight(others, sight.rejected, (f"took {noun!r} for {_PERSON!r}",), _NEAR * self._precision)


_KINDS = ("fruit", "vegetable", "bird", "animal", "vehicle", "furniture", "bag", "food")
"""Kinds within which the detector mistakes one thing for another."""
_FAINT, _ALIKE = 0.2, 0.4
"""The score from which a poor candidate is better than none; how sure it is that such a thing is meant."""
_NEAR = 0.8
"""How much less sure it is that a thing of a near name is meant."""
