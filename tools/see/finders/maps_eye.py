"""A finder on class activation maps of ImageNet's 1000 classes: weaker than a detector, for other names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...words.vocabulary import Vocabulary
from .sights import Sight

_ENOUGH = 0.5
"""Minimum probability of presence."""
_LEAST = 0.35
"""Probability from which the likeliest place of a thing that has to be somewhere is worth a look."""
_COUNTED = 0.35
"""How often the number of regions equals the number of things; touching things form one region."""


class Maps(Protocol):
    """Class activation maps (models/class_maps.py)."""

    def load(self) -> None:
        """Load the network."""
        ...

    def present(self, image: Image, classes: Sequence[int]) -> float:
        """The probability that a thing of one of the classes is in the image."""
        ...

    def find(self, image: Image, classes: Sequence[int]) -> list[Box]:
        """The regions where things of the classes may be, best first."""
        ...


class MapsEye:
    """Finds what an ImageNet classifier knows.

    vocabulary: gives, after `load`, what people call its classes: WordNet's synsets in the order of their numbers.
    """

    def __init__(self, maps: Maps, vocabulary: Callable[[], Vocabulary]) -> None:
        self._maps = maps
        self._make_vocabulary = vocabulary

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return self._make_vocabulary()

    def load(self) -> None:
        """Load the network."""
        self._maps.load()

    def look(self, images: Sequence[Image]) -> None:
        """Each image is looked at when it is asked about."""

    def knows(self, noun: str) -> bool:
        """Is there a class for it, or one near it? People are left to the detector: the few classes of people are
        occupations.
        """
        return self._vocabulary.find(noun).how != "unknown" and not self.is_kind(noun, "person")

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The likeliest regions. Raises UnknownName for a noun without a class."""
        match = self._vocabulary.find(noun)
        if match.how == "unknown":
            raise UnknownName(f"No model of this profile knows {noun!r}.", hint=match.hint)
        numbers = {name: number for number, name in enumerate(self._vocabulary.names)}
        classes = [numbers[name] for name in match.names]
        there = self._maps.present(image, classes)
        own = match.how == "wider"  # of an animal it is told which
        regions = [box if own else replace(box, label=noun) for box in self._maps.find(image, classes)]
        if there < (_ENOUGH if told_apart else _LEAST):
            return Sight((), tuple(regions), (), max(1 - there, _ENOUGH))
        best = regions[0].score if regions else 0.0
        found = tuple(box for box in regions if box.score >= 0.5 * best)
        likely = f"took the likeliest place for {noun!r}" if there < _ENOUGH else ""
        told = tuple(filter(None, (match.assumption, likely)))
        return Sight(found, tuple(box for box in regions if box not in found), told, min(there, _COUNTED + best / 2))

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: the likeliest region was looked at already."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """Nothing: what may be anywhere is not a list of what is there."""
        return ()

    def is_kind(self, name: str, kind: str) -> bool:
        """Is the name a kind of that?"""
        return bool(self._vocabulary.kind_of(name, kind))
