"""Finds backdrops (sky, wall, floor, grass), which no model detects, at their typical positions.

The sky is at the top of a photo, the floor at its bottom, a wall behind the things (Torralba, "Contextual Priming for
Object Detection", IJCV 2003, on how well the place in a picture tells what is there). Plants are what is green.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Protocol

from ...core.errors import UnknownName
from ...core.values import Box, Image
from ...words.english import word_set
from .sights import Sight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ABOVE = word_set("sky ceiling")
_BEHIND = word_set("wall background backdrop")
_BELOW = word_set(
    "floor ground grass lawn meadow field road street pavement sidewalk carpet sand beach snow water sea lake river "
    "pitch court runway asphalt"
)
_GREEN = word_set("tree leaf bush foliage greenery vegetation hedge shrub grass lawn meadow")
BACKDROPS = _ABOVE | _BEHIND | _BELOW | _GREEN
"""Nouns of backdrops without a definite outline."""

_CELLS = 12
"""Rows and columns of the grid over the image."""
_COVERED = 0.4
"""Fraction of a cell above which a thing hides the backdrop."""
_LEAFY = 0.4
"""Fraction of green pixels above which a cell is green."""
_EVEN = 4.0
"""Deviation of the lightness (of 100) inside a cell below which it may be sky: of the sky's places in the development
photos, 93 % instead of 72 % lie in the sky."""
_PATCH = 4 / _CELLS**2
"""Share of the picture from which an even place may be the sky: a smaller one may be anything, such as a sign."""
_THERE, _ABSENT = 0.15, 0.01
"""Share of green from which a photo shows plants, and below which it shows none: of the development photos with more
green 18 of 22 have a tree, of those with less 8 of 28."""
_SURE, _PLANTS_SURE = 0.5, 0.65


class SeesThings(Protocol):
    """Detects the things in front of backdrops (detector_eye.py)."""

    def everything(self, image: Image) -> Sequence[Box]:
        """All things."""
        ...


class BackdropEye:
    """Returns the usual place of a backdrop, except where things hide it. things: detects these."""

    def __init__(self, things: SeesThings) -> None:
        self._things = things

    def load(self) -> None:
        """Nothing: the detector is loaded by its own eye."""

    def look(self, images: Sequence[Image]) -> None:
        """Nothing: the detector looks by its own eye."""

    def knows(self, noun: str) -> bool:
        """Whether it is a backdrop."""
        return noun in BACKDROPS

    def find(self, image: Image, noun: str, *, told_apart: bool) -> Sight:
        """The largest such place. Raises UnknownName if the question is whether there is one, except for plants."""
        if noun in _GREEN:
            green = _greenness(image)
            share = float(green.mean())
            place = _largest(green >= _LEAFY, image.frame)
            if share >= _THERE and place:
                return Sight((_named(place, noun),), (), (), _PLANTS_SURE)
            if told_apart and share < _ABSENT:
                return Sight((), (), (), _PLANTS_SURE)
            if place and not told_apart:
                return Sight((_named(place, noun),), (), (f"took what is green for {noun!r}",), _SURE)
        if told_apart or noun not in _ABOVE | _BEHIND | _BELOW:
            raise UnknownName(
                f"No model of this profile looks for {noun!r}: only where it would be is known.",
                hint="Its color can be asked: COLOR(image, LOC(image, name)).",
            )
        free = ~_hidden(self._things.everything(image), image.frame)
        band = _band(noun)
        even = _largest(free & band & (_unevenness(image) < _EVEN), image.frame) if noun == "sky" else None
        place = (
            (even if even and even.area >= _PATCH * image.frame.area else None)
            or _largest(free & band, image.frame)
            or _largest(band, image.frame)
            or image.frame
        )
        return Sight((_named(place, noun),), (), (f"took the usual place of {noun!r}",), _SURE)

    def resembling(self, image: Image, noun: str) -> Sight:
        """Nothing: `find` already returned the place."""
        return Sight(())

    def everything(self, image: Image) -> Sequence[Box]:
        """Nothing: backdrops are not things."""
        return ()

    def is_kind(self, name: str, kind: str) -> bool:
        """Backdrops have no kinds."""
        return name == kind


def _named(place: Box, noun: str) -> Box:
    return Box(place.left, place.top, place.right, place.bottom, noun, _SURE)


def _band(noun: str) -> NDArray[np.bool_]:
    """The cells where it usually is, shape (rows, columns)."""
    import numpy as np

    rows = np.arange(_CELLS)[:, None].repeat(_CELLS, axis=1)
    if noun in _ABOVE:
        return rows < _CELLS // 3
    return rows >= _CELLS * 2 // 3 if noun in _BELOW else rows < _CELLS * 2 // 3


def _hidden(things: Sequence[Box], frame: Box) -> NDArray[np.bool_]:
    """The cells that things hide."""
    import numpy as np

    hidden = np.zeros((_CELLS, _CELLS), np.bool_)
    for row, column in product(range(_CELLS), repeat=2):
        cell = _rectangle(row, column, row + 1, column + 1, frame)
        shared = (cell.intersection(thing) for thing in things)
        hidden[row, column] = any(one is not None and one.area >= _COVERED * cell.area for one in shared)
    return hidden


def _unevenness(image: Image) -> NDArray[np.float64]:
    """The standard deviation of the lightness in each cell, of 100."""
    import cv2
    import numpy as np

    side = 10 * _CELLS
    small = cv2.resize(image.array(), (side, side), interpolation=cv2.INTER_AREA)
    lightness = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0] / 2.55
    return np.asarray(lightness.reshape(_CELLS, 10, _CELLS, 10).std(axis=(1, 3)), np.float64)


def _greenness(image: Image) -> NDArray[np.float64]:
    """The share of green pixels in each cell."""
    import cv2
    import numpy as np

    side = 10 * _CELLS
    hue, saturation, value = cv2.split(
        cv2.cvtColor(cv2.resize(image.array(), (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2HSV)
    )
    green = (hue > 30) & (hue < 90) & (saturation > 40) & (value > 30)  # OpenCV's hue is 0 to 179
    return np.asarray(green.reshape(_CELLS, 10, _CELLS, 10).mean(axis=(1, 3)), np.float64)


def _largest(cells: NDArray[np.bool_], frame: Box) -> Box | None:
    """The largest rectangle of marked cells; None where none is marked."""
    import numpy as np

    sums = np.pad(cells, ((1, 0), (1, 0))).astype(int).cumsum(axis=0).cumsum(axis=1)
    best, area = None, 0
    spans = [(low, high) for low in range(_CELLS) for high in range(low + 1, _CELLS + 1)]
    for (top, bottom), (left, right) in product(spans, repeat=2):
        size = (bottom - top) * (right - left)
        if size > area and sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left] == size:
            best, area = (top, left, bottom, right), size
    return _rectangle(*best, frame) if best else None


def _rectangle(top: int, left: int, bottom: int, right: int, frame: Box) -> Box:
    """Cells in original pixels."""
    across, down = frame.width / _CELLS, frame.height / _CELLS
    return Box(
        frame.left + left * across, frame.top + top * down, frame.left + right * across, frame.top + bottom * down
    )
