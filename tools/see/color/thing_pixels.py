"""Weights of the pixels in a box, by how likely they belong to the thing, and its surroundings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.errors import ToolError
from ...core.values import Box, Image, Mask, show_box
from ...models.pixels.grabcut import segment_box
from ..boxes.parts import is_clothing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Weights = NDArray[np.float64]

_CONTEXT = 0.25  # of a box's size, on each side: the surroundings
_LONGEST = 96  # pixels of box and surroundings: enough for colours, and quick
_ROUNDS = 2  # of GrabCut
_ENOUGH = 0.15  # of the box: minimum size of a foreground
_AROUND = 0.05  # of the window: minimum size of the surroundings
_LEAST = 0.05  # weight of pixels that look like the surroundings, or like skin
_WITHOUT_SKIN = 0.25  # minimum fraction of the weight without skin
_BINS = (8, 16, 16)  # of L*, a* and b*
_COUNTED = 250_000  # maximum number of pixels; larger masks are subsampled


@dataclass(frozen=True)
class Seen:
    """A thing with what is around it.

    pixels: sRGB of shape (height, width, 3), the thing's box and its surroundings, made smaller.
    weights: how much each pixel belongs to the thing, shape (height, width), 0 outside of it, not all 0.
    outside: the surroundings, shape (height, width); all False where there are none.
    """

    pixels: NDArray[np.uint8]
    weights: Weights
    outside: Flags


def see_box(image: Image, box: Box) -> Seen:
    """The thing in a box: the middle counts more than the edges, the background hardly.

    Background is what GrabCut cuts away, where it leaves enough, and what has the colours of the surroundings. In the
    box of a piece of clothing (by its label) skin hardly counts. Raises ToolError when the box lies outside the image.
    """
    import numpy as np

    pixels, (left, top, right, bottom) = _window(image, image.crop(box).frame)
    rows, columns = slice(top, bottom), slice(left, right)
    inside = np.zeros(pixels.shape[:2], np.bool_)
    inside[rows, columns] = True
    weights = np.zeros(pixels.shape[:2])
    weights[rows, columns] = np.outer(_bell(bottom - top), _bell(right - left))
    foreground = segment_box(pixels, (left, top, right, bottom), _ROUNDS)
    if foreground[rows, columns].mean() >= _ENOUGH:
        weights *= foreground
    outside = ~inside if (~inside).mean() >= _AROUND else np.zeros_like(inside)
    if outside.any():
        weights *= _LEAST + (1 - _LEAST) * _unlike(pixels, inside, outside)
    if is_clothing(box.label):
        bare = weights * np.where(_skin(pixels), _LEAST, 1)
        if (weights * ~_skin(pixels)).sum() >= _WITHOUT_SKIN * weights.sum():
            weights = bare
    return Seen(pixels, weights, outside)


def see_mask(image: Image, mask: Mask) -> Seen:
    """The pixels of a mask, none of them mixed with their neighbours. Raises ToolError when none lies in the image."""
    import numpy as np

    if (mask.width, mask.height) != image.original:
        raise ToolError("The mask belongs to another image.", hint="Use a mask that was found in this image.")
    rows = slice(image.top, image.top + image.height)
    inside = mask.array()[rows, image.left : image.left + image.width]
    if not inside.any():
        raise ToolError(f"The mask has no pixel inside the image {show_box(image.frame)}.")
    step = math.ceil(math.sqrt(np.count_nonzero(inside) / _COUNTED))
    if inside[::step, ::step].any():
        return Seen(image.array()[::step, ::step], inside[::step, ::step].astype(float), ~inside[::step, ::step])
    return Seen(image.array(), inside.astype(float), ~inside)


def _window(image: Image, box: Box) -> tuple[NDArray[np.uint8], tuple[int, int, int, int]]:
    """A box of whole pixels with its surroundings, made smaller, and where the box lies there."""
    import cv2

    x, y = math.ceil(box.width * _CONTEXT) + 1, math.ceil(box.height * _CONTEXT) + 1
    window = image.crop(Box(box.left - x, box.top - y, box.right + x, box.bottom + y))
    scale = min(1.0, _LONGEST / max(window.width, window.height))
    width, height = max(1, round(window.width * scale)), max(1, round(window.height * scale))
    pixels = cv2.resize(window.array(), (width, height), interpolation=cv2.INTER_AREA)
    across, down = width / window.width, height / window.height
    left = min(math.floor((box.left - window.left) * across), width - 1)
    top = min(math.floor((box.top - window.top) * down), height - 1)
    right = min(max(math.ceil((box.right - window.left) * across), left + 1), width)
    bottom = min(max(math.ceil((box.bottom - window.top) * down), top + 1), height)
    return pixels.astype("uint8"), (left, top, right, bottom)


def _bell(length: int) -> Weights:
    """Weights along one side: 1 in the middle, about 0.1 at both ends."""
    import numpy as np

    offsets = (np.arange(length) + 0.5) / length * 2 - 1
    return np.exp(-2.25 * offsets**2)


def _unlike(pixels: NDArray[np.uint8], inside: Flags, outside: Flags) -> Weights:
    """How likely a pixel's colour is inside rather than outside (Bayes with equal priors), shape (height, width)."""
    import cv2
    import numpy as np

    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    shares = np.add(lab, (0, 64, 64)) / (100, 128, 128)
    cells = np.clip((shares * _BINS).astype(int), 0, np.subtract(_BINS, 1))
    index: NDArray[np.intp] = np.asarray(np.ravel_multi_index(tuple(np.moveaxis(cells, -1, 0)), _BINS))
    size = math.prod(_BINS)
    thing = np.bincount(index[inside], minlength=size) / np.count_nonzero(inside)
    around = np.bincount(index[outside], minlength=size) / np.count_nonzero(outside)
    return (thing / (thing + around + 1e-9))[index]


def _skin(pixels: NDArray[np.uint8]) -> Flags:
    """Pixels that may be skin, by the chrominance box of Chai and Ngan (IEEE Trans. CSVT, 1999), not in the dark."""
    import cv2
    import numpy as np

    luma, red, blue = np.moveaxis(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)), -1, 0)
    return (luma > 50) & (red > 138) & (red < 175) & (blue > 80) & (blue < 127)
