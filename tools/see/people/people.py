"""Man, woman, boy or girl: a guess from how a face looks.

Age and sex cannot be determined reliably from an image, and the network's errors are not distributed evenly over
people. The result is how a face looks to a model, with a score, for questions such as "How many women are there?" A
profile can leave out this backend; such names are then unknown, or treated as "person" with an assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, Protocol

from ...core.values import Box, Image
from ...models.people.face_detector import THRESHOLD, FaceDetector

Kind = Literal["man", "woman", "boy", "girl", "child", "unknown"]

SURE = 0.6
"""Minimum probability of man or woman; tests/bench/faces.py measures the accuracy."""
GROWN_UP = 13.0
"""Age in years below which a person is a boy, a girl or a child."""
SMALLEST = 20.0
"""Minimum width of a face in pixels."""
_ROUND = 0.15  # what the model sees around the face, as a share of the longer side
_UPPER = 0.6  # a person's own face has its middle in this share of the box, from the top
_WITHIN = 0.7  # and at least this share of its area in the box


class Looks(Protocol):
    """How a face looks."""

    @property
    def woman(self) -> float:
        """Probability of a woman or girl, the rest being man or boy."""
        ...

    @property
    def age(self) -> float:
        """Years."""
        ...


class FaceReader(Protocol):
    """A model that guesses age and sex from a picture of a face."""

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def looks(self, face: Image) -> Looks:
        """What it makes of the face."""
        ...


@dataclass(frozen=True)
class Guess:
    """What a person looks like. score: 0 to 1, 0 if unknown; face: on which it is based, if visible."""

    kind: Kind
    score: float
    face: Box | None = None


class People:
    """Distinguishes men, women and children by their faces; people without a visible face are unknown."""

    def __init__(self, detector: FaceDetector, reader: FaceReader) -> None:
        self._detector = detector
        self._reader = reader

    def load(self) -> None:
        """Load both models. Raises WeightsError when their weights have not been pulled."""
        self._detector.load()
        self._reader.load()

    def guess(self, image: Image, persons: Sequence[Box]) -> list[Guess]:
        """What each person looks like, given the boxes of all of them, so that no face is counted for two."""
        faces = [face for face in self._detector.faces(image) if face.score >= THRESHOLD]
        return [self._guess(image, face) for face in owned(persons, faces)]

    def _guess(self, image: Image, face: Box | None) -> Guess:
        if face is None or face.width < SMALLEST:
            return Guess("unknown", 0.0, face)
        looks = self._reader.looks(image.crop(around(face)))
        kind, score = named(looks.woman, looks.age)
        return Guess(kind, score, face)


def named(woman: float, age: float) -> tuple[Kind, float]:
    """The name for a face that looks like a woman or girl with that probability, and of that age in years."""
    score = max(woman, 1 - woman)
    if score < SURE:
        return ("child", SURE) if age < GROWN_UP else ("unknown", 0.0)
    if age < GROWN_UP:
        return ("girl" if woman > 0.5 else "boy"), score
    return ("woman" if woman > 0.5 else "man"), score


def owned(persons: Sequence[Box], faces: Sequence[Box]) -> list[Box | None]:
    """Each person's face: the nearest fit first, each face given once. None for those who get none."""
    pairs = [(_misfit(person, face), p, f) for p, person in enumerate(persons) for f, face in enumerate(faces)]
    found: list[Box | None] = [None] * len(persons)
    given: set[int] = set()
    for misfit, p, f in sorted(pairs):
        if misfit < inf and found[p] is None and f not in given:
            found[p] = faces[f]
            given.add(f)
    return found


def _misfit(person: Box, face: Box) -> float:
    """How far the face is from the top middle of the person, in widths of the face; infinite when it is not theirs."""
    shared = face.intersection(person)
    if shared is None or shared.area < _WITHIN * face.area:
        return inf
    if face.center_y > person.top + _UPPER * person.height:
        return inf
    aside = abs(face.center_x - person.center_x)
    return (aside + max(face.top - person.top, 0)) / face.width


def around(face: Box) -> Box:
    """The square that the model sees: the face and a little more."""
    half = max(face.width, face.height) * (0.5 + _ROUND)
    x, y = face.center_x, face.center_y
    return Box(x - half, y - half, x + half, y + half)
