"""Finds what a close-up shows: a thing that fills the picture, where a detector that looks for whole things sees none.

A classifier of whole pictures was taught on such pictures. It is believed only where one name outweighs the others, and
only for names that the detector knows and has not found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...words.vocabulary import Vocabulary
from .sights import Eye, Sight

_OUTWEIGHS = 0.4
"""Share of all names from which a picture is believed to show the thing: true of 13 of the 14 development photos that
have one, and of the 3 of them in which the detector finds nothing of that name."""
_SURE = 0.7
"""As sure as of what the detector finds: 3 photos are too few to say more."""


class NamesPictures(Protocol):
    """Names what a picture mainly shows (tools/name/naming.py)."""

    def load(self) -> None:
        """Bring the models into memory."""
        ...

    def shares(self, image: Image, kind: str = "thing") -> Mapping[str, float]:
        """The likeliest names of that kind, best first, each with its share of all names."""
        ...


class CloseUps:
    """Finds the one thing that a picture mainly shows.

    vocabulary: the detector's; said: what people call a name of it; maps: finds the thing's region.
    """

    def __init__(self, namer: NamesPictures, vocabulary: Vocabulary, said: Callable[[str], str], maps: Eye) -> None:
        self._namer = namer
        self._vocabulary = vocabulary
        self._said = said
        self._maps = maps

    def load(self) -> None:
        """Bring the models into memory."""
        self._namer.load()

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The thing of that name, if the picture is of it; no box otherwise. told_apart: as in `Eye.find`."""
        match = self._vocabulary.find(noun)
        meant = match.how in ("same", "wider") or not told_apart  # a dog may be no poodle
        box = self._of(image, match.names) if match.names and meant else None
        if box is None:
            return Sight(())
        return Sight((box,), (), (f"took the picture for a close-up of {self._said(box.label)!r}",), _SURE)

    def main(self, image: Image) -> Box | None:
        """The thing, of any of the detector's names, if the picture is of one."""
        return self._of(image, self._vocabulary.names)

    def _of(self, image: Image, names: Sequence[str]) -> Box | None:
        """The thing, if the picture is of one of these names; its score is the name's share."""
        meant = {self._said(name): name for name in names}
        named, share = next(iter(self._namer.shares(image).items()), ("", 0.0))
        if named not in meant or share < _OUTWEIGHS:
            return None
        return replace(self._region(image, meant[named]), label=meant[named], score=share)

    def _region(self, image: Image, noun: str) -> Box:
        """The likeliest region of the thing; the whole picture where no class is its own."""
        try:
            regions = self._maps.find(image, noun, told_apart=False).boxes if self._maps.knows(noun) else ()
        except UnknownName:
            regions = ()
        return regions[0] if regions else image.frame
