"""Tools for easy-VQA (Victor Zhou, 2019): one coloured shape on a pale background, in 64 x 64 pixels.

A plug-in like any other: `looksmith ask --tools tests/domains/easy_vqa.py IMAGE QUESTION`. The tools look at pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from looksmith import Box, Image, tool
from looksmith.tools.core.errors import NoDetection
from looksmith.tools.core.tool import Scored
from looksmith.tools.profiles.plugins import Register

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Shape = Literal["circle", "rectangle", "triangle"]
Color = Literal["black", "blue", "brown", "gray", "green", "red", "teal", "yellow"]

_RGB: dict[Color, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "brown": (165, 42, 42),
    "gray": (128, 128, 128),
    "green": (0, 255, 0),
    "red": (255, 0, 0),
    "teal": (0, 128, 128),
    "yellow": (255, 255, 0),
}
"""As CSS has them, but for green, which is CSS's lime."""
_FILLED: dict[Shape, float] = {"triangle": 0.6, "circle": 0.82, "rectangle": 1.0}
"""Share of its width times its height that a shape covers. Of a few pixels they are fatter than in geometry: on the
training images triangles have 0.53 to 0.68, circles 0.79 to 0.87, rectangles 1.00."""
_CONTRAST = 40.0
"""How far a pixel is from the background, of 0 to 441, before it belongs to a shape."""
_SMALLEST = 12
"""Pixels; fewer are noise."""


@tool
def SHAPE(image: Image) -> Scored[Shape]:
    """Which shape the image shows."""
    seen = _look(image)
    off = {shape: abs(share - seen.filled) for shape, share in _FILLED.items()}
    ranked = sorted(off, key=lambda shape: off[shape])
    return Scored(ranked[0], {shape: round(1 - off[shape], 3) for shape in ranked}, found=(seen.box,))


@tool
def SHAPE_COLOR(image: Image) -> Scored[Color]:
    """Which color the shape in the image has."""
    seen = _look(image)
    off = {color: sum((a - b) ** 2 for a, b in zip(rgb, seen.rgb, strict=True)) ** 0.5 for color, rgb in _RGB.items()}
    ranked = sorted(off, key=lambda color: off[color])
    return Scored(ranked[0], {color: round(1 - off[color] / 442, 3) for color in ranked[:3]}, found=(seen.box,))


def register_tools(register: Register) -> None:
    """Add worked examples; the tools themselves are found by their decorator."""
    register.examples(Path(__file__).with_suffix(".toml"))


@dataclass(frozen=True)
class _Seen:
    """The shape: where it is, its color, and the share of its width times its height that it covers."""

    box: Box
    rgb: tuple[float, float, float]
    filled: float


def _look(image: Image) -> _Seen:
    """Find what differs from the background. Raises NoDetection."""
    import numpy as np

    pixels = image.array().astype(float)
    background = _most_common(pixels.reshape(-1, 3))
    different = np.linalg.norm(pixels - background, axis=-1) > _CONTRAST
    if different.sum() < _SMALLEST:
        raise NoDetection("The image shows no shape.")
    rgb = _most_common(pixels[different])
    # Pixels at the border of the shape are a blend: each counts for as much of it as the shape covers.
    span = rgb - background
    cover = np.clip((pixels - background) @ span / (span @ span), 0, 1)
    # The widest row and the tallest column: sharper than the bounding box, which counts whole pixels.
    filled = cover.sum() / (cover.sum(axis=1).max() * cover.sum(axis=0).max())
    red, green, blue = rgb.tolist()
    return _Seen(_around(image, cover > 0.5), (red, green, blue), float(filled))


def _around(image: Image, inside: NDArray[np.bool_]) -> Box:
    """The smallest box around the pixels of an image that are inside."""
    import numpy as np

    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    left, top = image.left + int(columns[0]), image.top + int(rows[0])
    return Box(left, top, left + int(np.ptp(columns)) + 1, top + int(np.ptp(rows)) + 1)


def _most_common(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The color, of shape (3,), that most of the pixels, of shape (n, 3), have."""
    import numpy as np

    colors, counts = np.unique(pixels, axis=0, return_counts=True)
    return colors[counts.argmax()]
