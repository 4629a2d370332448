"""Sizes and positions of boxes, in pixels of the original image, with the y axis pointing down."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from ..core.errors import NoDetection
from ..core.tool import tool
from ..core.values import Box, Mask
from .spatial import nearness


@tool
def AREA(item: Box | Mask) -> float:
    """Area of a box or mask in square pixels."""
    return float(item.area)


@tool
def OVERLAP(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    shared = a.intersection(b)
    return shared.area / (a.area + b.area - shared.area) if shared else 0.0


@tool
def DISTANCE(a: Box, b: Box) -> float:
    """Gap between two boxes in pixels, 0 when they touch.

    Measured between the two nearest points of the boxes, and 0 where they overlap.
    """
    gap_x = max(a.left - b.right, b.left - a.right, 0.0)
    gap_y = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return hypot(gap_x, gap_y)


@tool
def LEFT_OF(a: Box, b: Box) -> bool:
    """Is a to the left of b? Compares centers."""
    return a.center_x < b.center_x


@tool
def RIGHT_OF(a: Box, b: Box) -> bool:
    """Is a to the right of b? Compares centers."""
    return a.center_x > b.center_x


@tool
def ABOVE(a: Box, b: Box) -> bool:
    """Is a above b in the picture? Compares centers."""
    return a.center_y < b.center_y


@tool
def BELOW(a: Box, b: Box) -> bool:
    """Is a below b in the picture? Compares centers."""
    return a.center_y > b.center_y


@tool
def INSIDE(a: Box, b: Box) -> bool:
    """Is a inside b?

    True when the center of a lies in b, edges included, and b covers more than half of a's area. In the picture,
    not in the room: what stands in front of a thing is inside its box too.
    """
    shared = a.intersection(b)
    centered = b.left <= a.center_x <= b.right and b.top <= a.center_y <= b.bottom
    return shared is not None and centered and shared.area > a.area / 2


@tool
def NEAREST(box: Box, boxes: list[Box]) -> Box:
    """The one of the boxes with the smallest gap to box.

    Box itself does not count. Between equal gaps the nearer center decides. Raises NoDetection when no other box is
    given.
    """
    others = [other for other in boxes if other != box]
    return _best(others, lambda other: (DISTANCE(box, other), _between_centers(box, other)), "nearest")


@tool
def LARGEST(boxes: list[Box]) -> Box:
    """The box with the largest area."""
    return _best(boxes, lambda box: -box.area, "largest")


@tool
def SMALLEST(boxes: list[Box]) -> Box:
    """The box with the smallest area."""
    return _best(boxes, lambda box: box.area, "smallest")


@tool
def LEFTMOST(boxes: list[Box]) -> Box:
    """The box farthest to the left, by its center."""
    return _best(boxes, lambda box: box.center_x, "leftmost")


@tool
def RIGHTMOST(boxes: list[Box]) -> Box:
    """The box farthest to the right, by its center."""
    return _best(boxes, lambda box: -box.center_x, "rightmost")


@tool
def TOPMOST(boxes: list[Box]) -> Box:
    """The box highest in the picture, by its center."""
    return _best(boxes, lambda box: box.center_y, "topmost")


@tool
def BOTTOMMOST(boxes: list[Box]) -> Box:
    """The box lowest in the picture, by its center."""
    return _best(boxes, lambda box: -box.center_y, "bottommost")


@tool
def MIDDLE(boxes: list[Box]) -> Box:
    """The middle one of the boxes, from left to right.

    Of an even number the left one of the two in the middle. Raises NoDetection when there is no box.
    """
    ordered = sorted(boxes, key=lambda box: box.center_x)
    return _best(ordered[(len(ordered) - 1) // 2 :][:1], lambda box: box.center_x, "middle")


@tool
def CLOSEST(boxes: list[Box]) -> Box:
    """The box of the thing closest to the camera.

    Told from the picture alone: of things that stand on one ground, the nearer one reaches further down, and is larger.
    Raises NoDetection when there is no box.
    """
    return _best(boxes, lambda box: -nearness(box), "closest")


@tool
def FARTHEST(boxes: list[Box]) -> Box:
    """The box of the thing farthest from the camera.

    Told as in CLOSEST. Raises NoDetection when there is no box.
    """
    return _best(boxes, nearness, "farthest")


@tool
def IN_FRONT_OF(a: Box, b: Box) -> bool:
    """Is a closer to the camera than b? Told as in CLOSEST."""
    return nearness(a) > nearness(b)


@tool
def BEHIND(a: Box, b: Box) -> bool:
    """Is a farther from the camera than b? Told as in CLOSEST."""
    return nearness(a) < nearness(b)


@tool
def TOUCHING(a: Box, b: Box) -> bool:
    """Do the boxes touch or overlap?"""
    return DISTANCE(a, b) == 0.0


def _best(boxes: list[Box], rank: Callable[[Box], float | tuple[float, ...]], what: str) -> Box:
    """The box of the lowest rank, the first of equals."""
    if not boxes:
        raise NoDetection(
            f"There is no {what} box: no boxes were found to choose from.",
            hint="Test the list first, or look for another name.",
        )
    return min(boxes, key=rank)


def _between_centers(a: Box, b: Box) -> float:
    return hypot(a.center_x - b.center_x, a.center_y - b.center_y)
