"""Foreground segmentation by GrabCut: alternates between colour models and a graph cut.

Rother, Kolmogorov and Blake, "GrabCut: Interactive Foreground Extraction using Iterated Graph Cuts", SIGGRAPH 2004.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 256  # pixels; the graph cut takes 0.1 to 0.4 s at this size
_COMPONENTS = 5  # components of each colour model, hence the minimum number of pixels
_FLAT = 8  # of 255: images with smaller differences have no visible content
_ROUNDS = 4
_CONTEXT = 0.25  # of the box's size, on each side: the area for the background's colours
_RIM = 0.03  # border of an image that the box fills, used as background
_SEED, _REACH = 0.02, 0.2  # radii of the discs of certain and probable foreground, relative to the shorter side
_GROWN = 2.0  # minimum size of a foreground, relative to its seed
_SPECK = 0.02  # parts smaller than this fraction of the foreground are noise


def segment_box(pixels: NDArray[np.uint8], box: tuple[int, int, int, int], rounds: int = _ROUNDS) -> NDArray[np.bool_]:
    """Segment the object in a box.

    pixels: RGB of shape (height, width, 3).
    box: left, top, right, bottom in whole pixels, inside the image.
    rounds: number of iterations.
    Returns the foreground, bool (height, width); False outside the box, all False if nothing stands out.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    left, top, right, bottom = box
    x, y = math.ceil((right - left) * _CONTEXT), math.ceil((bottom - top) * _CONTEXT)
    x0, y0, x1, y1 = max(left - x, 0), max(top - y, 0), min(right + x, width), min(bottom + y, height)
    window = pixels[y0:y1, x0:x1]

    trimap = np.full(window.shape[:2], cv2.GC_BGD, np.uint8)
    trimap[top - y0 : bottom - y0, left - x0 : right - x0] = cv2.GC_PR_FGD
    if (trimap == cv2.GC_PR_FGD).mean() > (1 - _RIM) ** 2:
        rim = max(1, round(_RIM * min(window.shape[:2])))
        trimap[:rim], trimap[-rim:], trimap[:, :rim], trimap[:, -rim:] = (cv2.GC_BGD,) * 4
    found = np.zeros((height, width), np.bool_)
    found[y0:y1, x0:x1] = _without_specks(_cut(window, trimap, rounds))
    inside = np.zeros_like(found)
    inside[top:bottom, left:right] = found[top:bottom, left:right]
    return inside


def segment_point(pixels: NDArray[np.uint8], x: int, y: int) -> NDArray[np.bool_]:
    """Segment the object at a point: the region connected to the pixel in column x and row y.

    pixels: RGB of shape (height, width, 3). Returns the foreground, bool (height, width), all False if the point's
        surroundings are no more similar to it than the rest of the image.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    distance = np.hypot(rows - y, columns - x)
    side = min(height, width)
    trimap = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    trimap[distance <= _REACH * side] = cv2.GC_PR_FGD
    seed = distance <= max(1, _SEED * side)
    trimap[seed] = cv2.GC_FGD
    found = _cut(pixels, trimap)
    _, parts = cv2.connectedComponents(found.astype(np.uint8))
    thing = found & (parts == parts[y, x])
    return thing if thing.sum() > _GROWN * seed.sum() else np.zeros_like(thing)


def _cut(pixels: NDArray[np.uint8], trimap: NDArray[np.uint8], rounds: int = _ROUNDS) -> NDArray[np.bool_]:
    """Compute the foreground on a downscaled copy of the image."""
    import cv2
    import numpy as np

    height, width = trimap.shape
    scale = min(1.0, _LONGEST / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    labels = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    sides = np.bincount(np.isin(labels, (cv2.GC_BGD, cv2.GC_PR_BGD)).reshape(-1), minlength=2)
    if sides.min() < _COMPONENTS or np.ptp(small.reshape(-1, 3), axis=0).max() < _FLAT:
        return np.zeros((height, width), np.bool_)
    models: tuple[Any, Any] = (np.zeros((1, 65)), np.zeros((1, 65)))
    cv2.setRNGSeed(0)  # its k-means has a random initialization
    cv2.grabCut(small, labels, (0, 0, 1, 1), *models, rounds, cv2.GC_INIT_WITH_MASK)
    chosen = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return cv2.resize(chosen, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def _without_specks(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import cv2
    import numpy as np

    _, parts, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    areas = np.asarray(stats[:, cv2.CC_STAT_AREA])
    kept = areas >= _SPECK * found.sum()
    kept[0] = False
    return kept[parts]
