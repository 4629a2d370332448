"""Finds signs, plates and numbers by the text that can be read on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ...core.errors import UnknownName
from ...core.tool import Scored
from ...core.values import Box, Image
from .sights import Sight

_WITH_DIGITS = frozenset(("number", "digit", "price", "date", "time", "number plate", "license plate", "licence plate"))
_WRITING = frozenset(
    (
        *("text", "writing", "word", "letter", "lettering", "name", "sign", "label", "logo", "brand", "inscription"),
        *("poster", "banner", "plate", "slogan", "title", "message", "headline", "street sign", "name tag", "sticker"),
        *("billboard", "board", "notice", "placard", "website"),
    )
)
_TEXT = frozenset(("text", "writing", "word", "letter", "lettering", "number", "digit"))
"""What lines of text are, and not only stand on."""
_SURE = 0.6
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
        """The lines of text, the largest first; of numbers and plates those with digits.

        Raises UnknownName where nothing is read, or where it is asked whether or how many there are: a sign may be
        without a word, and words may be on other things.
        """
        read = [line for line in self._reader.READ(image).found if isinstance(line, Box)]
        lines = sorted(read, key=lambda line: -line.area)
        if noun in _WITH_DIGITS:
            digits = [line for line in lines if any(map(str.isdigit, line.label))]
            lines = digits if told_apart else digits or lines
        if noun not in _TEXT and (told_apart or not lines):
            raise UnknownName(f"Nothing is read in the image that could be a {noun}.")
        return Sight(tuple(replace(line, label=noun) for line in lines), (), (), _SURE)

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: all lines were looked at already."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """Nothing: lines of text are not things."""
        return ()

    def is_kind(self, name: str, kind: str) -> bool:
        """Text has no kinds."""
        return name == kind
