"""Guesses from the shape of the box whether a person stands or sits, without seeing limbs.

Of 116 people of the development photos with a stated pose, 81 of the 95 whose boxes are more than 1.6 times as tall as
wide stand, walk or run, and 15 of the other 21 sit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...core.errors import UnknownName
from ...core.tool import Scored
from ...core.values import Box, Image
from ...words.english import word_set
from ..boxes.parts import is_person

Posture = Literal["upright", "seated"]

_WORDS: dict[str, Posture] = {
    **dict.fromkeys(word_set("standing walking running upright strolling jogging"), "upright"),
    **dict.fromkeys(word_set("sitting seated squatting crouching kneeling"), "seated"),
}
_TALL, _VERY_TALL = 1.6, 2.0
"""Height / width above which a person is probably, and certainly, upright."""


def posture_of(word: str) -> Posture | None:
    """The posture of a word or a few: "standing still", "sitting down"; None where they say none, or more than that."""
    words = [one for one in word.casefold().split() if one not in ("up", "down", "still", "upright")] or word.split()
    return _WORDS.get(words[0].casefold()) if len(words) == 1 else None


def posture(person: Box) -> tuple[Posture, float] | None:
    """How the person in the box holds themself, and how often that is right; None for what is no person."""
    if not is_person(person.label):
        return None
    shape = person.height / person.width
    if shape <= _TALL:
        return "seated", 0.7
    return "upright", 0.85 if shape >= _VERY_TALL else 0.65


class BoxPosture:
    """Judges whether people stand or sit by their boxes alone, for profiles without a model that sees more."""

    def load(self) -> None:
        """Nothing has to be loaded."""

    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool]:
        """Does the person in the box sit, or stand? Raises UnknownName for anything else."""
        wanted, seen = posture_of(statement), posture(box)
        if wanted is None or seen is None:
            raise UnknownName(f"Whether somebody is {statement!r} cannot be seen here.")
        return Scored(wanted == seen[0], confidence=seen[1])

    def choose(self, image: Image, box: Box | None, labels: Sequence[str]) -> Scored[str] | None:
        """The label that is so, of "sitting" and "standing"; None for others."""
        named, seen = [posture_of(label) for label in labels], posture(box) if box else None
        if seen is None or None in named or len(set(named)) < len(named) or seen[0] not in named:
            return None
        return Scored(labels[named.index(seen[0])], confidence=seen[1])

    def hands(self, image: Image, person: Box) -> list[Box] | None:
        """None: a box does not tell where the hands are."""
