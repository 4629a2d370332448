"""Converts a detector's output to boxes in the original image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.errors import ToolError
from ...core.values import Box, Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

_NOTHING = 0.01
"""Minimum width and height in pixels of a valid box."""


def boxes_of(image: Image, corners: Floats, scores: Floats, label: str, *, floor: float, overlap: float) -> list[Box]:
    """Boxes with a score of at least `floor`, best first, in pixels of the original, clipped to the image.

    corners: left, top, right, bottom in pixels of `image`, shape (n, 4); scores: shape (n,).
    overlap: IoU threshold of non-maximum suppression; 1 keeps all.
    Raises ToolError if a value is not finite, because of a broken model, precision or weights.
    """
    import numpy as np

    check_finite(label, corners, scores)
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


def check_finite(what: str, *numbers: Floats) -> None:
    """Raise ToolError if a value is not finite, because of a broken model, precision or weights."""
    import numpy as np

    if not all(np.isfinite(each).all() for each in numbers):
        raise ToolError(
            f"The detector's numbers for {what!r} are not finite.",
            hint='Try precision = "float32" in the profile, or pull the weights again.',
        )


def suppress(corners: Floats, overlap: float) -> NDArray[np.intp]:
    """Non-maximum suppression: the indices of boxes to keep, which must be sorted best first.

    corners: left, top, right, bottom, shape (n, 4), of boxes with an area.
    """
    import numpy as np

    stays = np.ones(len(corners), np.bool_)
    for best in range(len(corners)):
        if stays[best]:
            stays[best + 1 :] &= overlaps(corners[best], corners[best + 1 :]) <= overlap
    return np.flatnonzero(stays)


def one_name_each(boxes: Sequence[Box], overlap: float) -> list[Box]:
    """Class-agnostic non-maximum suppression of boxes sorted best first: see `suppress`."""
    import numpy as np

    if not boxes:
        return []
    corners = np.array([[box.left, box.top, box.right, box.bottom] for box in boxes])
    return [boxes[number] for number in suppress(corners, overlap)]


def overlaps(one: Floats, others: Floats) -> Floats:
    """IoU of a box (4,) with several boxes (n, 4), all with positive area: shape (n,)."""
    import numpy as np

    sides = np.minimum(others[:, 2:], one[2:]) - np.maximum(others[:, :2], one[:2])
    shared = sides.clip(min=0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return shared / ((one[2:] - one[:2]).prod() + areas - shared)
