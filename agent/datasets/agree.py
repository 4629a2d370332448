"""Compares two results of a tool; small differences in coordinates do not count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, isclose
from typing import Any, cast

from ...tools.core.values import Box, Image, Mask, Point
from ...tools.media.geometry import OVERLAP
from .scorers import normalize

SHARED = 0.5
"""Minimum IoU of two boxes, masks or crops of the same object, as in PASCAL VOC."""
NEAR = 10.0
"""Maximum distance in pixels of two points on the same object."""
_RELATIVE = 0.05


def agree(one: Any, other: Any) -> bool:
    """Whether the results are equivalent. The order of lists is ignored; errors agree if their classes are equal."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return _same_number(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return _all_found(cast("Sequence[Any]", one), cast("Sequence[Any]", other))
    for kind, same in _SAME:
        if isinstance(one, kind):
            return same(one, other)
    return isinstance(one, Exception) or one == other


def _same_number(one: float, other: float) -> bool:
    """Integers must be equal; floats must be close."""
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return isclose(one, other, rel_tol=_RELATIVE, abs_tol=1e-6)


def _all_found(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether the lists can be matched one to one, greedily."""
    left = list(other)
    for item in one:
        fitting = next((number for number, candidate in enumerate(left) if agree(item, candidate)), None)
        if fitting is None:
            return False
        del left[fitting]
    return not left


def _same_box(one: Box, other: Box) -> bool:
    return normalize(one.label) == normalize(other.label) and OVERLAP(one, other) >= SHARED


def _same_point(one: Point, other: Point) -> bool:
    return hypot(one.x - other.x, one.y - other.y) <= NEAR


def _same_mask(one: Mask, other: Mask) -> bool:
    if (one.width, one.height) != (other.width, other.height):
        return False
    shared, whole = one.array() & other.array(), one.array() | other.array()
    return not whole.any() or float(shared.sum() / whole.sum()) >= SHARED


def _same_image(one: Image, other: Image) -> bool:
    return one.source == other.source and OVERLAP(one.frame, other.frame) >= SHARED


def _same_text(one: str, other: str) -> bool:
    return normalize(one) == normalize(other)


_SAME: tuple[tuple[type, Callable[[Any, Any], bool]], ...] = (
    (Box, _same_box),
    (Point, _same_point),
    (Mask, _same_mask),
    (Image, _same_image),
    (str, _same_text),
)
