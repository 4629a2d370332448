"""Which lamp of a traffic light is lit: by its position if the lamps are vertical, else by its colour."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ORDER = ("red", "yellow", "green")
"""From top to bottom, as the Vienna Convention on Road Signs and Signals (1968), article 23, has it."""
_HUES = {"red": (range(12), range(160, 180)), "yellow": (range(12, 35),), "green": (range(40, 100),)}
"""In OpenCV's degrees / 2. Green lamps are bluish."""
_BRIGHT, _VIVID = 150, 35
"""Minimum of the brightest channel, and of its distance to the darkest one, for a glowing pixel."""
_UPRIGHT = 1.4
"""Height / width from which the lamps stand above each other."""
_EDGE = 0.15
"""Margin on each side, as a fraction of the width, where the sky may be visible."""


def is_traffic_light(label: str) -> bool:
    """Whether the label is a traffic light."""
    return label.casefold().removesuffix("s").endswith("traffic light")


def lit_lamp(pixels: NDArray[np.uint8]) -> Mapping[str, float] | None:
    """How much of what glows each of red, yellow and green is, the most first; None where nothing glows.

    pixels: sRGB of the light's box, shape (height, width, 3).
    """
    import cv2
    import numpy as np

    edge = int(_EDGE * pixels.shape[1])
    inner = np.ascontiguousarray(pixels[:, edge : pixels.shape[1] - edge])
    brightest, darkest = inner.max(axis=-1).astype(int), inner.min(axis=-1).astype(int)
    glow = (brightest >= _BRIGHT) & (brightest - darkest >= _VIVID)
    hue = cv2.cvtColor(inner, cv2.COLOR_RGB2HSV)[..., 0]
    of_hue = {name: np.isin(hue, [*chain.from_iterable(spans)]) for name, spans in _HUES.items()}
    glow &= of_hue["red"] | of_hue["yellow"] | of_hue["green"]
    if not glow.any():
        return None
    if pixels.shape[0] >= _UPRIGHT * pixels.shape[1]:
        shares = [float(part.sum()) for part in np.array_split(glow, 3)]
    else:
        shares = [float((glow & of_hue[name]).sum()) for name in _ORDER]
    ranked = sorted(zip(_ORDER, shares, strict=True), key=lambda pair: -pair[1])
    return {name: share / sum(shares) for name, share in ranked}
