"""From a detector's numbers to boxes in the original image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ToolError
from .values import Box, Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

_NOTHING = 0.01
"""Pixels: what is not wider or higher lies outside the image, or is no box."""


def boxes_of(image: Image, corners: Floats, scores: Floats, label: str, *, floor: float, overlap: float) -> list[Box]:
    """Boxes with a score of at least `floor`, best first, in original pixels and cut to the image.

    corners: left, top, right, bottom in pixels of `image`, shape (n, 4); scores: shape (n,).
    overlap: of boxes with a larger IoU only the best stays (non-maximum suppression); 1 keeps all.
    Raises ToolError when a number is not finite: the model, its precision or its weights are broken.
    """
    import numpy as np

    if not (np.isfinite(corners).all() and np.isfinite(scores).all()):
        raise ToolError(
            f"The detector's numbers for {label!r} are not finite.",
            hint='Try precision = "float32" in the profile, or pull the weights again.',
        )
    cut = np.clip(corners.astype(np.float64), 0, (image.width, image.height) * 2)
    sides = cut[:, 2:] - cut[:, :2]
    kept = np.flatnonzero((scores >= floor) & (sides > _NOTHING).all(axis=1))
    order = kept[np.argsort(-scores[kept], kind="stable")]
    chosen = order[suppress(cut[order], overlap)]
    places = (cut[chosen] + (image.left, image.top) * 2).tolist()
    return [
        Box(left, top, right, bottom, label, float(score))
        for (left, top, right, bottom), score in zip(places, scores[chosen], strict=True)
    ]


def suppress(corners: Floats, overlap: float) -> NDArray[np.intp]:
    """Which of the boxes, best first, stay: each that has an IoU of at most `overlap` with all better ones that stay.

    corners: left, top, right, bottom, shape (n, 4), of boxes with an area.
    """
    import numpy as np

    area = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    stays = np.ones(len(corners), np.bool_)
    for best in range(len(corners)):
        if not stays[best]:
            continue
        rest = corners[best + 1 :]
        sides = np.minimum(rest[:, 2:], corners[best, 2:]) - np.maximum(rest[:, :2], corners[best, :2])
        shared = sides.clip(min=0).prod(axis=1)
        stays[best + 1 :] &= shared / (area[best] + area[best + 1 :] - shared) <= overlap
    return np.flatnonzero(stays)
