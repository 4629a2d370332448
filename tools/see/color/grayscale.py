"""Tells photos in black and white from those in color."""

from __future__ import annotations

from ...core.values import Image
from ...words.english import word_set

_GRAY = frozenset(("black and white", "black-and-white", "grayscale", "greyscale", "monochrome", "b&w"))
_COLORED = frozenset(("color", "colour", "colored", "coloured", "full color", "full colour"))
_PICTURE = word_set("a an the photo photograph picture image in is it taken shot this")
_TINTED = 12
"""Difference of the channels (of 255) from which a pixel has a color: 5 % of the pixels of a white room in color do."""
_FEW = 0.01
"""Share of such pixels below which a picture has no color."""
GRAYSCALE_SURE = 0.95


def says_grayscale(statement: str) -> bool | None:
    """Does a statement about a picture say that it is in black and white? False for one in color, None for others."""
    said = " ".join(word for word in statement.casefold().strip(" .").split() if word not in _PICTURE)
    return True if said in _GRAY else False if said in _COLORED else None


def is_grayscale(image: Image) -> bool:
    """Is it in black and white?"""
    import numpy as np

    pixels = image.array()[::4, ::4].astype(np.int16)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return float((spread > _TINTED).mean()) < _FEW
