"""A finder of parts and clothes: their typical positions on detected things, whether present or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...phrases.condition_values import Relation
from ...phrases.conditions import read_phrase
from ..boxes.parts import part_region
from .detector_eye import DetectorEye
from .sights import Sight

_SURE = 0.5
"""How often the place is about right if the part is present."""


class PartsEye:
    """Gives the place of a part on each thing that may have it. names: the labels of the things."""

    def __init__(self, things: DetectorEye, names: Sequence[str]) -> None:
        self._things = things
        self._names = tuple(names)
        self.knows = lru_cache(maxsize=1024)(self._knows)

    def load(self) -> None:
        """The detector is loaded by its own eye."""

    def look(self, images: Sequence[Image]) -> None:
        """The detector looks by its own eye."""

    def _knows(self, noun: str) -> bool:
        """Is it a part of something that the detector knows? A zebra with a hat is none, though a hat is."""
        if any(isinstance(one, Relation) for one in read_phrase(noun).conditions):
            return False
        wholes = (Box(0, 0, 100, 100), Box(0, 0, 100, 250))  # a portrait has no legs
        return any(part_region(whole, name, noun) is not None for name in self._names for whole in wholes)

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The places of the part, of larger things first. Raises UnknownName where it is asked whether it is there."""
        if told_apart:
            said = f"No model of this profile looks for {noun!r}: only where it would be is known."
            raise UnknownName(said, hint="Its color can be asked: COLOR(image, LOC(image, part)).")
        wholes = sorted(self._things.everything(image), key=lambda box: -box.area)
        places = ((box, part_region(box, box.label, noun)) for box in wholes)
        found = tuple(replace(place, label=noun, score=_SURE * box.score) for box, place in places if place is not None)
        assumed = (f"no model looks for {noun!r}: took its usual place",) if found else ()
        return Sight(found, (), assumed, _SURE)

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: places need a whole."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """Nothing: parts are found by name."""
        return ()

    def is_kind(self, name: str, kind: str) -> bool:
        """Parts have no kinds."""
        return name == kind
