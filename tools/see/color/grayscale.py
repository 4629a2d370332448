"""Tells photos in black and white from those in color."""

from __future__ import annotations

from ...core.values import Image
from ...words.english import word_set

_GRAY = frozenset(("black and white", "black-and-white", "grayscale", "monochrome", "b and w"))
_COLORED = frozenset(("color", "colored", "full color", "colorful"))
_SPELLED = {"&": " and ", "colour": "color", "grey": "gray", "gray scale": "grayscale", "gray-scale": "grayscale"}
_PICTURE = word_set("a an the photo photograph picture image in is it taken shot this")
_TINTED = 12
"""Difference of the channels (of 255) from which a pixel has a color: 5 % of the pixels of a white room in color do."""
_FEW = 0.01
"""Share of such pixels below which a picture has no color."""
GRAYSCALE_SURE = 0.95


def says_grayscale(statement: str) -> bool | None:
    """Does a statement about a picture say that it is in black and white? False for one in color, None for others."""
    text = statement.casefold().strip(" .")
    for other, usual in _SPELLED.items():
        text = text.replace(other, usual)
    words = [word for word in text.split() if word not in _PICTURE]
    denied = words[:1] in (["not"], ["no"], ["without"])
    said = " ".join(words[denied:])
    return not denied if said in _GRAY else denied if said in _COLORED else None


def is_grayscale(image: Image) -> bool:
    """Is it in black and white?"""
    import numpy as np

    pixels = image.array()[::4, ::4].astype(np.int16)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return float((spread > _TINTED).mean()) < _FEW
