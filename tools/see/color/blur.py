"""How blurred an image or a thing is, without a sharp one to compare with.

Crété-Roffet et al., "The Blur Effect: Perception and Estimation with a New No-Reference Perceptual Blur Metric", SPIE
2007: what is blurred changes little when it is blurred again.
"""

from __future__ import annotations

from ...core.values import Box, Image
from ...words.english import word_set

BLURRY = word_set("blurry blurred unfocused fuzzy unsharp")
SHARP = word_set("sharp focused crisp clear")
BLURRED_FROM = 0.38
"""On the development photos 13 of 20 things that are called blurry lie above, and one in six of the others."""
BLUR_SURE = 0.65
_LONGEST = 1000
"""The longer side to which an image is reduced, in pixels: detail beyond it is not seen in a photo as a whole."""
_WINDOW = 9
_SMALLEST = 24
"""Sides in reduced pixels below which nothing can be told."""


def blur(image: Image, box: Box | None = None) -> float | None:
    """0 for sharp to 1 for blurred; None for what is too small. Raises ToolError for a box outside."""
    import cv2
    import numpy as np

    part = image.crop(box) if box else image
    scale = min(1.0, _LONGEST / max(image.width, image.height))
    width, height = round(part.width * scale), round(part.height * scale)
    if min(width, height) < _SMALLEST:
        return None
    reduced = cv2.resize(part.array(), (width, height), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY).astype(np.float32)
    kept: list[float] = []
    for axis, window in ((1, (_WINDOW, 1)), (0, (1, _WINDOW))):
        before = np.abs(np.diff(gray, axis=axis))
        after = np.abs(np.diff(cv2.blur(gray, window), axis=axis))
        lost = np.maximum(0.0, before - after).sum()
        kept.append(1.0 - float(lost) / max(float(before.sum()), 1e-6))
    return max(kept)
