"""Finds signs, plates and numbers by the text that can be read on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ...core.errors import UnknownName
from ...core.tool import Scored
from ...core.values import Box, Image
from ..boxes.around import around
from ..text.units import UNITS, units
from .sights import Sight

_PLATES = frozenset(("number plate", "license plate", "licence plate"))
_WITH_DIGITS = frozenset(("number", "digit", "price", "date", "time")) | _PLATES
_WRITING = frozenset(
    (
        *("text", "writing", "word", "letter", "lettering", "name", "sign", "label", "logo", "brand", "inscription"),
        *("poster", "banner", "plate", "slogan", "title", "message", "headline", "street sign", "name tag", "sticker"),
        *("billboard", "board", "notice", "placard", "website"),
    )
)
_TEXT = frozenset(("text", "writing", "word", "letter", "lettering", "number", "digit"))
"""What lines of text are, and not only stand on."""
_ALONE = _TEXT | frozenset(("name", "title", "headline", "slogan", "brand", "logo", "website"))
"""What a line is, and not what several lines stand on."""
_GAP = 0.8
"""How far apart lines of one sign may be, as a share of the smaller line's height."""
_SHARED = 0.3
"""How much of the narrower line is above or below the other one."""
_ALIKE = 3.0
"""How much taller than another one a line of the same sign may be."""
TEXT_SURE = 0.6
"""How often a line of text is the one that is meant."""


class ReadsLines(Protocol):
    """Reads text (tools/see/text/read.py); its `found` are the boxes of the lines."""

    def load(self) -> None:
        """Bring the model into memory."""
        ...

    def READ(self, image: Image) -> Scored[str]:
        """The text in the image."""
        ...


class TextEye:
    """Finds lines of text under the names of what bears text."""

    def __init__(self, reader: ReadsLines) -> None:
        self._reader = reader

    def load(self) -> None:
        """Bring the reader into memory."""
        self._reader.load()

    def look(self, images: Sequence[Image]) -> None:
        """Each image is read when it is asked about."""

    def knows(self, noun: str) -> bool:
        """Does such a thing bear text?"""
        return noun in _WITH_DIGITS or noun in _WRITING

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The lines of text, the largest first; of numbers and plates those with digits; of a sign all that are on it.

        Where it is asked how many there are, words, numbers, letters and digits are those that the lines consist of.

        Raises UnknownName where nothing is read, or where it is asked whether or how many there are: a sign may be
        without a word, and words may be on other things.
        """
        read = [line for line in self._reader.READ(image).found if isinstance(line, Box)]
        lines = sorted(read, key=lambda line: -line.area)
        if told_apart and noun in UNITS:
            return Sight(tuple(replace(one, label=noun) for one in units(lines, noun)), (), (), TEXT_SURE)
        if noun in _WITH_DIGITS:
            digits = [line for line in lines if any(map(str.isdigit, line.label))]
            lines = digits if told_apart else digits or lines
        if noun not in _TEXT and not lines:
            raise UnknownName(f"Nothing is read in the image that could be a {noun}.")
        if noun not in _TEXT and told_apart:
            raise UnknownName(f"No model tells whether what is read in the image is on a {noun}.")
        if noun in _PLATES or (noun in _WRITING and noun not in _ALONE):
            blocks = [
                block for block in _blocks(read if noun in _PLATES else lines) if not set(lines).isdisjoint(block)
            ]
            lines = sorted(map(around, blocks), key=lambda block: -block.area)
        return Sight(tuple(replace(line, label=noun) for line in lines), (), (), TEXT_SURE)

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: all lines were looked at already."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """Nothing: lines of text are not things."""
        return ()

    def is_kind(self, name: str, kind: str) -> bool:
        """Text has no kinds."""
        return name == kind


def _blocks(lines: Sequence[Box]) -> list[list[Box]]:
    """Lines that are close below or beside each other, and about as tall: those of one sign."""
    blocks: list[list[Box]] = []
    for line in lines:
        near = [block for block in blocks if any(_are_together(line, other) for other in block)]
        blocks = [block for block in blocks if block not in near] + [[line, *(one for block in near for one in block)]]
    return blocks


def _are_together(a: Box, b: Box) -> bool:
    low, high = sorted((a.height, b.height))
    gap = max(a.top, b.top) - min(a.bottom, b.bottom)
    shared = min(a.right, b.right) - max(a.left, b.left)
    beneath = gap <= _GAP * low and shared >= _SHARED * min(a.width, b.width)
    beside = -gap >= low / 2 and -shared <= _GAP * low
    return high <= _ALIKE * low and (beneath or beside)
