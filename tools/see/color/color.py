"""The colour of a thing, as one of the eleven basic terms, and how bright it is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ...core.tool import Scored, tool
from ...core.values import Box, Image, Mask
from .lamps import is_traffic_light, lit_lamp
from .terms import COLORS, SWATCH, Light, color_names, light_and_chroma, photo_light, relight
from .thing_pixels import Seen, see_box, see_mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLORS", "ColorNamer", "color_names"]

# People name a thing by its paint, so tyres, chrome, outlines and shadows count less than vivid pixels (a motorcycle
# is red, although few of its pixels are). The weight of a colourless pixel; with a chroma of 60 or more, it is 1.
_DULL = 0.4
_VIVID_CHROMA = 60
_PIXELS = 250_000  # maximum number of pixels; larger images are subsampled
_LONGEST = 256  # number of pixels to estimate the light of a photo
_MOST_OF_IT, _CLEAR, _MIXED = 0.6, 0.75, 0.5  # a share, and how often the colour is right from it on, and below it
_LARGE = 0.15  # of the photo: a thing as large is its own surroundings


class ColorNamer:
    """COLOR and BRIGHTNESS: names pixels by hue, lightness and chroma, of what in a box is the thing."""

    backend = "lab-hsv"

    @tool
    def COLOR(self, image: Image, where: Box | Mask | None = None) -> Scored[str]:
        """The main color, a basic name such as "red" or "gray".

        where: the thing whose color is asked; without it, the whole image.

        The names are black, white, gray, red, orange, yellow, green, blue, purple, pink and brown.

        In a box or a crop the foreground counts (GrabCut, and what differs from the surroundings) and the middle more
        than the edges; skin hardly, where the box's label is a piece of clothing. Of a traffic light, by its label,
        only the lamp that is lit counts. A thing is seen in its photo's light: dark photos are brightened, a cast is
        taken out, and black, gray and white are told by the difference to what is around. In a box, crop or mask vivid
        pixels count more than black, white and gray ones. The scores are the colors' shares of what counts and sum
        to 1.

        Raises ToolError when the place lies outside the image.
        """
        if isinstance(where, Box) and is_traffic_light(where.label) and (lit := lit_lamp(image.crop(where).array())):
            return Scored(next(iter(lit)), lit, confidence=_CLEAR)
        if where is None and _is_whole(image):
            step = math.ceil(math.sqrt(image.frame.area / _PIXELS))
            return _vote(image.array()[::step, ::step], None, SWATCH)
        seen = _see(image, where)
        light = photo_light(_small(image.array()), whole=_is_whole(image))
        pixels = relight(seen.pixels, light)
        if light != SWATCH and seen.outside.any():
            lightness, _ = light_and_chroma(pixels)
            contrast = max(0.0, 1 - _share(image, where) / _LARGE)
            light = replace(light, around=float(lightness[seen.outside].mean()), contrast=contrast)
        return _vote(pixels, seen.weights, light)

    @tool
    def BRIGHTNESS(self, image: Image, where: Box | Mask | None = None) -> float:
        """How bright it is: 0 is black, 255 is white.

        where: the thing whose brightness is asked; without it, the whole image.

        The mean luma (Rec. 601) of the pixels as they are; in a box or crop of those that COLOR takes for the thing.

        Raises ToolError when the place lies outside the image.
        """
        import numpy as np

        weights = None
        if where is None and _is_whole(image):
            pixels = image.array()
        else:
            seen = _see(image, where)
            pixels, weights = seen.pixels, seen.weights
        return float(np.average(pixels @ np.array((0.299, 0.587, 0.114)), weights=weights))


def _is_whole(image: Image) -> bool:
    return (image.width, image.height) == image.original


def _see(image: Image, where: Box | Mask | None) -> Seen:
    return see_mask(image, where) if isinstance(where, Mask) else see_box(image, where or image.frame)


def _share(image: Image, where: Box | Mask | None) -> float:
    """The fraction of the image covered by the thing's box."""
    box = where.box if isinstance(where, Mask) else where or image.frame
    return image.crop(box).frame.area / image.frame.area


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    scale = _LONGEST / max(pixels.shape)
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _vote(pixels: NDArray[np.uint8], weights: NDArray[np.float64] | None, light: Light) -> Scored[str]:
    """The colour with the largest weight.

    weights: how much each pixel of a thing counts, shape (height, width), not all 0; None counts all pixels alike.
    """
    import numpy as np

    counted = np.ones(pixels.shape[:2], np.bool_) if weights is None else weights > 0
    chosen = pixels[counted][:, None]
    share = None
    if weights is not None:
        _, chroma = light_and_chroma(chosen)
        share = weights[counted] * (_DULL + (1 - _DULL) * np.minimum(chroma[:, 0] / _VIVID_CHROMA, 1))
    totals = np.bincount(color_names(chosen, light)[:, 0], share, minlength=len(COLORS))
    ranked = sorted(zip(COLORS, (totals / totals.sum()).tolist(), strict=True), key=lambda item: -item[1])
    return Scored(ranked[0][0], dict(ranked), confidence=_CLEAR if ranked[0][1] >= _MOST_OF_IT else _MIXED)
