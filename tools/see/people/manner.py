"""Judges what is said of people: "smiling", "facing away", "sitting", "with crossed arms".

A face shows an expression, not a feeling, and the network for it was trained on posed and labelled faces: its results
are how a face looks to a model. Each comes with how often such results are right (tests/bench/people.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from ...core.errors import UnknownName
from ...core.tool import Scored
from ...core.values import Box, Image
from ...models.people.face_detector import THRESHOLD, FaceDetector
from ...models.people.movenet import Body
from ..boxes.parts import is_person
from .bearing import arms, facing, sits
from .manner_words import Manners, arms_of, manner_of
from .people import SMALLEST, around, owned
from .posture import posture

_SMILE_SURE, _MOOD_SURE, _ARMS_SURE, _SITS_SURE = 0.8, 0.55, 0.6, 0.85
_FACING_SURE = {"away": 0.85, "camera": 0.75, "left": 0.7, "right": 0.7}
_HAND = 0.16
"""The side of a hand, as a share of its person's height."""
_HAND_SEEN = 0.3
"""The least score of a wrist whose hand is counted."""

Shares = tuple[Mapping[str, float], float]
"""The share of each manner of one kind, and how often the largest is right."""


class ReadsBodies(Protocol):
    """A model that finds the joints of people (tools/models/people/movenet.py)."""

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def bodies(self, image: Image, persons: Sequence[Box]) -> list[Body]:
        """The joints of each person."""
        ...


class ReadsExpressions(Protocol):
    """A model that classifies the expression of faces (tools/models/people/expression.py)."""

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def expressions(self, faces: Sequence[Image]) -> list[dict[str, float]]:
        """The probability of each expression for each face."""
        ...


class Manner:
    """Judges the expression, bearing and posture of people."""

    def __init__(self, bodies: ReadsBodies, faces: FaceDetector, expressions: ReadsExpressions) -> None:
        self._bodies = bodies
        self._faces = faces
        self._expressions = expressions

    def load(self) -> None:
        """Load all models. Raises WeightsError when their weights have not been pulled."""
        for model in (self._bodies, self._faces, self._expressions):
            model.load()

    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool]:
        """Is it so of the person in the box?

        statement: "smiling", "facing left", "sitting", "with crossed arms".

        Raises UnknownName for anything else, and where it cannot be seen.
        """
        wanted = manner_of(statement)
        shares = self._shares(image, box, wanted[0]) if wanted else None
        if wanted is None or shares is None:
            raise UnknownName(f"Whether somebody is {statement!r} cannot be seen here.")
        value, (scores, sure) = wanted[1], shares
        return Scored(scores[value] >= 0.5, {value: scores[value]}, confidence=sure)

    def choose(self, image: Image, box: Box | None, labels: Sequence[str]) -> Scored[str] | None:
        """The label that is so, of manners that exclude each other; None where they are none, or cannot be seen.

        box: None asks for the expression of all faces together.
        """
        wanted = [manner_of(label) or arms_of(label) for label in labels]
        first = wanted[0] if wanted else None
        if first is None or any(one is None or one[0] != first[0] for one in wanted) or len(set(wanted)) < len(labels):
            return None
        shares = self._shares(image, box, first[0])
        if shares is None:
            return None
        scores = {label: shares[0][one[1]] for label, one in zip(labels, wanted, strict=True) if one}
        ranked = dict(sorted(scores.items(), key=lambda item: -item[1]))
        best, score = next(iter(ranked.items()))
        return Scored(best, ranked, confidence=shares[1]) if score > 0 else None

    def hands(self, image: Image, person: Box) -> list[Box]:
        """The hands that are seen of a person, each a square around its wrist."""
        self.load()
        (body,) = self._bodies.bodies(image, [person])
        half = _HAND * person.height / 2
        wrists = [body[f"{side} wrist"] for side in ("left", "right")]
        found = [replace(person, left=w.x - half, top=w.y - half, right=w.x + half, bottom=w.y + half) for w in wrists]
        pairs = zip(wrists, found, strict=True)
        return [replace(hand, label="hand", score=wrist.score) for wrist, hand in pairs if wrist.score >= _HAND_SEEN]

    def _shares(self, image: Image, box: Box | None, kind: Manners) -> Shares | None:
        """None where it cannot be seen."""
        if kind == "mood":
            return self._mood(image, box)
        if box is None or not is_person(box.label):
            return None
        self.load()
        (body,) = self._bodies.bodies(image, [box])
        match kind:
            case "facing":
                seen = facing(body)
                return _all_of(seen, ("camera", "away", "left", "right"), _FACING_SURE[seen]) if seen else None
            case "arms":
                return _all_of(arms(body) or "down", ("raised", "crossed", "down"), _ARMS_SURE)
            case "posture":
                return _posture(body, box)

    def _mood(self, image: Image, box: Box | None) -> Shares | None:
        """The mean over the faces: of the one that belongs to the box, or of all."""
        self.load()
        faces = [face for face in self._faces.faces(image) if face.score >= THRESHOLD]
        own = faces if box is None else [face for face in owned([box], faces) if face]
        large = [face for face in own if face.width >= SMALLEST]
        if not large:
            return None
        rows = self._expressions.expressions([image.crop(around(face)) for face in large])
        shares = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
        return shares, _SMILE_SURE if max(shares, key=shares.__getitem__) == "happy" else _MOOD_SURE


def _all_of(seen: str, kinds: Sequence[str], sure: float) -> Shares:
    return {kind: float(kind == seen) for kind in kinds}, sure


def _posture(body: Body, box: Box) -> Shares | None:
    """By the thighs where they are seen, else by the shape of the box."""
    seated = sits(body)
    if seated is not None:
        return _all_of("seated" if seated else "upright", ("seated", "upright"), _SITS_SURE)
    told = posture(box)
    return _all_of(told[0], ("seated", "upright"), told[1]) if told else None
