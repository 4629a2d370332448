"""The colour of a thing, as one of the eleven basic terms that people of most languages agree on.

Berlin and Kay, "Basic Color Terms", 1969: black, white, gray, red, orange, yellow, green, blue, purple, pink, brown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .errors import ToolError
from .models.grabcut import segment_box
from .tool import Scored, tool
from .values import Box, Image, Mask, show_box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLORS = (
    "black",
    "white",
    "gray",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
)

# People name a thing by its paint: tyres, chrome, outlines and shadows count less than vivid pixels (a motorcycle is
# red, though few of its pixels are). A colourless pixel counts this much, one of chroma 60 or more counts 1.
_DULL = 0.2
_VIVID_CHROMA = 60
_ENOUGH_FOREGROUND = 0.25
_PIXELS = 250_000  # of a larger area every n-th pixel votes


class ColorNamer:
    """The tool COLOR: names pixels by hue, lightness and chroma, and asks GrabCut what in a box is the thing."""

    backend = "lab-hsv"

    @tool
    def COLOR(self, image: Image, where: Box | Mask | None = None) -> Scored[str]:
        """The main color, a basic name such as "red" or "gray".

        where: the thing whose color is asked; without it, the whole image.

        The names are black, white, gray, red, orange, yellow, green, blue, purple, pink and brown.

        In a box or a crop the foreground counts (GrabCut, where it finds a quarter of the box or more) and the middle
        more than the edges; in a box, crop or mask vivid pixels count more than black, white and gray ones. The scores
        are the colors' shares of what counts and sum to 1.

        Raises ToolError when the place lies outside the image.
        """
        if where is None and image.frame.area == image.original[0] * image.original[1]:
            return _vote(image.array(), None)
        if isinstance(where, Mask):
            return _vote(image.array(), _mask_in(image, where).astype(float))
        return _thing_color(image, where or image.frame)


def color_names(pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Index into COLORS for each pixel; pixels: sRGB of shape (height, width, 3), result of shape (height, width).

    Hue is HSV's (degrees; CIELAB's bends blue into purple), lightness and chroma are CIELAB's. The boundaries lie
    between the CSS colours named after the terms and their neighbours; a warm tint below chroma 20 is the light's.
    """
    import cv2
    import numpy as np

    light, chroma = _light_and_chroma(pixels)
    hsv = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]

    reddish, orangish, yellowish = (hue < 12) | (hue >= 345), (hue >= 12) & (hue < 45), (hue >= 45) & (hue < 70)
    colorless = (chroma < 13) | ((light > 65) & (chroma < 20) & (orangish | yellowish))
    vermilion = orangish & (hue < 18) & (chroma >= 45)
    rust = reddish & (light < 65) & ((chroma < 25) | ((light < 45) & (saturation < 0.78)))
    earth = orangish & ~vermilion & (((light < 60) & (chroma < 75)) | ((light < 80) & (chroma < 55)))
    rules = {
        "black": (value < 0.15) | ((light < 25) & (chroma < 15)),
        "white": colorless & (light >= 82),
        "gray": colorless,
        "brown": rust | earth | (yellowish & (light < 60) & (hue < 55)),
        "pink": (reddish & (light >= 64)) | ((hue >= 315) & (hue < 345) & (light >= 40)),
        "red": reddish | (vermilion & (light < 50)),
        "orange": orangish,
        "yellow": yellowish & (light >= 60),
        "green": (hue >= 45) & (hue < 170),
        "blue": (hue >= 170) & (hue < 255),
    }
    names = [COLORS.index(name) for name in rules]
    return np.select(list(rules.values()), names, default=COLORS.index("purple"))


def _light_and_chroma(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """L* (0 to 100) and C* (0 to about 134) of CIELAB, each of shape (height, width)."""
    import cv2
    import numpy as np

    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light, a, b = np.moveaxis(lab.astype(np.float32), -1, 0)
    return light, np.hypot(a, b)


def _thing_color(image: Image, box: Box) -> Scored[str]:
    """The colour of what stands out in a box. Raises ToolError when it lies outside the image."""
    import numpy as np

    part = image.crop(box)
    left, top = part.left - image.left, part.top - image.top
    right, bottom = left + part.width, top + part.height
    foreground = segment_box(image.array(), (left, top, right, bottom))[top:bottom, left:right]
    weights = np.outer(_bell(part.height), _bell(part.width))
    if foreground.mean() >= _ENOUGH_FOREGROUND:
        weights = weights * foreground
    return _vote(part.array(), weights)


def _bell(length: int) -> NDArray[np.float64]:
    """Weights along one side: 1 in the middle, about 0.1 at both ends."""
    import numpy as np

    offsets = (np.arange(length) + 0.5) / length * 2 - 1
    return np.exp(-2.25 * offsets**2)


def _mask_in(image: Image, mask: Mask) -> NDArray[np.bool_]:
    """The part of a mask that lies in the image, shape (height, width). Raises ToolError when there is none."""
    if (mask.width, mask.height) != image.original:
        raise ToolError("The mask belongs to another image.", hint="Use a mask that was found in this image.")
    rows = slice(image.top, image.top + image.height)
    inside = mask.array()[rows, image.left : image.left + image.width]
    if not inside.any():
        raise ToolError(f"The mask has no pixel inside the image {show_box(image.frame)}.")
    return inside


def _vote(pixels: NDArray[np.uint8], weights: NDArray[np.float64] | None) -> Scored[str]:
    """The colour with the largest share.

    weights: how much each pixel of a thing counts, shape (height, width), not all 0; None counts all pixels alike.
    """
    import numpy as np

    counted = np.ones(pixels.shape[:2], np.bool_) if weights is None else weights > 0
    step = math.ceil(np.count_nonzero(counted) / _PIXELS)
    chosen = pixels[counted][::step, None]
    share = None
    if weights is not None:
        _, chroma = _light_and_chroma(chosen)
        vividness = _DULL + (1 - _DULL) * np.minimum(chroma[:, 0] / _VIVID_CHROMA, 1)
        share = weights[counted][::step] * vividness
    totals = np.bincount(color_names(chosen)[:, 0], share, minlength=len(COLORS))
    ranked = sorted(zip(COLORS, (totals / totals.sum()).tolist(), strict=True), key=lambda item: -item[1])
    return Scored(ranked[0][0], dict(ranked))
