"""The tool READ on a text recognition model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, overload

from ...core.tool import Scored, tool
from ...core.values import Box, Image
from ...words.english import singular
from ..color.color import ColorNamer
from ..color.colors_meant import colors_meant
from .text_meant import read_meant
from .text_selection import pick

FLOOR = 0.75
"""Minimum score of a line."""
SHORT, SHORT_FLOOR = 2, 0.9
"""Higher minimum score for very short lines, because textures and round things look like an 8, an O or an A."""
MARGIN = 0.1
"""Margin on each side of a box, as a fraction of its shorter side, because boxes may cut letters."""
_DOTTED = str.maketrans("íìÍÌ", "iiII")
_ACCENTED = re.compile(r"[^\W\d_]*[íìÍÌ][^\W\d_]*")
_SPANISH = re.compile(r"ías?$", re.IGNORECASE)
"""The end of words that have this accent: "cafetería"."""
_COLORED = 0.2
"""Minimum fraction of a line's box covered by its letters."""


class ReadLine(Protocol):
    """A line of text."""

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def score(self) -> float:
        """The score of its characters, 0 to 1."""
        ...

    @property
    def box(self) -> Box:
        """Its box, in pixels of the original."""
        ...


class TextReader(Protocol):
    """A text recognition model."""

    def load(self) -> None:
        """Load the weights."""
        ...

    def lines(self, image: Image) -> Sequence[ReadLine]:
        """All lines of text, including poor ones, in any order."""
        ...


class Nouns(Protocol):
    """Knows nouns (tools/words/wordnet.py)."""

    def load(self) -> None:
        """Open its files."""
        ...

    def spelled(self, noun: str) -> str:
        """How the noun, in the singular, is written in its usual meaning; "" for what is no noun."""
        ...


class Reader:
    """The tool READ on a text recognition model. nouns: tells letters that were misread as accented ones."""

    backend = "rapidocr"

    def __init__(self, model: TextReader, nouns: Nouns | None = None) -> None:
        self._model = model
        self._nouns = nouns
        self._colors = ColorNamer()

    def load(self) -> None:
        """Load the models. Raises WeightsError if weights are missing."""
        self._model.load()
        if self._nouns is not None:
            self._nouns.load()

    @overload
    def READ(self, image: Image, what: str = "") -> Scored[str]: ...
    @overload
    def READ(self, image: Image, box: Box, what: str = "") -> Scored[str]: ...
    @tool
    def READ(self, *args: Any, **kwargs: Any) -> Scored[str]:
        r"""The text in the image or box, in lines; "" if none.

        what: which part of it, such as "number", "last word", "red letters" or "name under 'Hotel'".

        Lines go from top to bottom, those beside each other from left to right, joined by "\n". The scores are the
        lines', in that order, numbered from 1. What reads too poorly to be text is kept as rejected. A part that the
        text does not have ("website") leaves all of it.

        Raises ToolError when the box lies outside the image.
        """
        return self._read(*which_form(args, kwargs))

    def _read(self, image: Image, box: Box | None, what: str) -> Scored[str]:
        lines = [self._labelled(line) for line in self._model.lines(image if box is None else _part(image, box))]
        sure = in_reading_order([line for line in lines if legible(line.label, line.score)])
        poor = tuple(line for line in lines if not legible(line.label, line.score))
        scores = {f"{number}: {line.label}": line.score for number, line in enumerate(sure, start=1)}
        meant = pick(sure, read_meant(what), partial(self._is_colored, image)) if what else sure
        return Scored("\n".join(line.label for line in meant), scores, poor, tuple(meant))

    def _labelled(self, line: ReadLine) -> Box:
        """The line's box with its text as label."""
        return replace(line.box, label=self._spelled(line.text), score=line.score)

    def _spelled(self, text: str) -> str:
        """The text with a plain i for an accented one where that makes English nouns: "ship" for "shíp".

        A dot is often misread as an accent. A text with other accents, or with accents that make no English noun
        ("Haití", a name), is in another language.
        """
        words, dotted = _ACCENTED.findall(text), text.translate(_DOTTED)
        foreign = any(letter.isalpha() and not letter.isascii() for letter in dotted)
        return dotted if not foreign and all(map(self._is_misread, words)) else text

    def _is_misread(self, word: str) -> bool:
        noun = singular(word.translate(_DOTTED).lower())
        return self._nouns is not None and not _SPANISH.search(word) and self._nouns.spelled(noun) == noun

    def _is_colored(self, image: Image, line: Box, color: str) -> bool:
        """Whether the writing or its background, which are both in the box, has that colour."""
        wanted = colors_meant(color) or ()
        shares = self._colors.COLOR(image, line).scores
        return any(shares.get(name, 0.0) >= _COLORED for name in wanted)


def which_form(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Image, Box | None, str]:
    """The image, the box and what is meant of READ's arguments, in whichever form they were given."""
    image, *rest = (*args, *kwargs.values())
    box = next((one for one in rest if isinstance(one, Box)), None)
    return image, box, next((one for one in rest if isinstance(one, str)), "")


def legible(text: str, score: float) -> bool:
    """Whether a line's score is high enough; noise seldom has many letters and a high score."""
    characters = sum(map(str.isalnum, text))
    return characters > 0 and score >= (SHORT_FLOOR if characters <= SHORT else FLOOR)


def in_reading_order(lines: Sequence[Box]) -> list[Box]:
    """Rows from top to bottom, each from left to right. Lines are in a row when their middles are in each other."""
    rows: list[list[Box]] = []
    for line in sorted(lines, key=lambda line: line.center_y):
        row = next((row for row in rows if _beside(row[-1], line)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]


def _beside(a: Box, b: Box) -> bool:
    return a.top < b.center_y < a.bottom and b.top < a.center_y < b.bottom


def _part(image: Image, box: Box) -> Image:
    """The part of the image in the box and a little more. Raises ToolError when that is nothing."""
    image.crop(box)
    more = MARGIN * min(box.width, box.height)
    return image.crop(Box(box.left - more, box.top - more, box.right + more, box.bottom + more))
