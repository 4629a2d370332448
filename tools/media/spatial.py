"""How boxes lie to each other in the picture: the relations and orders that people name, by boxes alone.

All are guesses about a room from its picture: a box "on" another one may hang before it. Sizes and gaps are compared
with the boxes and the picture, so that the scale of a photo makes no difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ..core.values import Box

_NEAR = 0.08
"""Gap, as a share of the picture's longer side, below which things are next to each other whatever their size."""
_THIRD = 1 / 3

BoxTest = Callable[[Box, Box, Box], bool]
"""Of two boxes and the frame of the picture: is the first in that relation to the second?"""


def gap(a: Box, b: Box) -> float:
    """Pixels between the nearest points of two boxes; 0 where they touch."""
    across = max(a.left - b.right, b.left - a.right, 0.0)
    down = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return math.hypot(across, down)


def covered(a: Box, b: Box) -> float:
    """The share of a's area that lies in b, 0 to 1."""
    shared = a.intersection(b)
    return shared.area / a.area if shared else 0.0


def abreast(low: float, high: float, other_low: float, other_high: float) -> float:
    """The share of the shorter of two stretches that both have, 0 to 1."""
    shared = min(high, other_high) - max(low, other_low)
    return max(shared, 0.0) / max(min(high - low, other_high - other_low), 1e-9)


def nearness(box: Box) -> float:
    """Grows with how near a thing of ordinary size on level ground is to the camera, in pixels of the picture.

    The lower edge tells the distance on a plane (Hoiem et al., "Putting Objects in Perspective", IJCV 2008); a larger
    thing is the nearer of two that end at the same height.
    """
    return box.bottom + 0.25 * math.sqrt(box.area)


def _on(a: Box, b: Box, frame: Box) -> bool:
    rests = b.top - 0.1 * a.height < a.bottom <= b.bottom + 0.05 * frame.height and a.top < b.bottom
    return rests and abreast(a.left, a.right, b.left, b.right) > 0.5 and a.center_y < b.bottom


def _in(a: Box, b: Box, frame: Box) -> bool:
    return covered(a, b) > 0.7 and a.area < 0.9 * b.area


def _beside(a: Box, b: Box, frame: Box) -> bool:
    sides = min(a.width + a.height, b.width + b.height) / 2
    return gap(a, b) < _NEAR * max(frame.width, frame.height) + 0.25 * sides


def _before(a: Box, b: Box, frame: Box) -> bool:
    return nearness(a) > nearness(b) and abreast(a.left, a.right, b.left, b.right) > 0.1


def _above(a: Box, b: Box, frame: Box) -> bool:
    return a.center_y < b.center_y and abreast(a.left, a.right, b.left, b.right) > 0.1


def _below(a: Box, b: Box, frame: Box) -> bool:
    return _above(b, a, frame)


def _riding(a: Box, b: Box, frame: Box) -> bool:
    return a.center_y < b.center_y and a.bottom > b.top and abreast(a.left, a.right, b.left, b.right) > 0.5


def _touching(a: Box, b: Box, frame: Box) -> bool:
    return gap(a, b) <= 0.01 * max(frame.width, frame.height)


BY_BOXES: Mapping[str, BoxTest] = MappingProxyType(
    {
        "left of": lambda a, b, frame: a.center_x < b.center_x,
        "right of": lambda a, b, frame: a.center_x > b.center_x,
        "above": _above,
        "below": _below,
        "under": _below,
        "on": _on,
        "in": _in,
        "at": _beside,
        "of": lambda a, b, frame: covered(a, b) > 0.5,
        "behind": lambda a, b, frame: _before(b, a, frame),
        "in front of": _before,
        "next to": _beside,
        "against": _touching,
        "touching": _touching,
        "attached to": _touching,
        "riding": _riding,
        "bigger than": lambda a, b, frame: a.area > b.area,
        "smaller than": lambda a, b, frame: a.area < b.area,
        "taller than": lambda a, b, frame: a.height > b.height,
        "shorter than": lambda a, b, frame: a.height < b.height,
        "closer than": lambda a, b, frame: nearness(a) > nearness(b),
        "farther than": lambda a, b, frame: nearness(a) < nearness(b),
    }
)
"""The relations of `tools/phrases/relations.py` that boxes tell."""


def is_between(one: Box, a: Box, b: Box) -> bool:
    """Does the center of one lie between those of a and b, and near the line that joins them?"""
    across, down = b.center_x - a.center_x, b.center_y - a.center_y
    length = across**2 + down**2
    if not length:
        return False
    x, y = one.center_x - a.center_x, one.center_y - a.center_y
    along, off = (x * across + y * down) / length, abs(x * down - y * across) / math.sqrt(length)
    return 0 < along < 1 and off < max(one.width, one.height, a.width, a.height, b.width, b.height)


def is_at(box: Box, where: str, frame: Box) -> bool | None:
    """Does the box lie in that part of the frame ("left", "top left", "middle", "background")? None where unknown."""
    x = (box.center_x - frame.left) / frame.width
    y = (box.center_y - frame.top) / frame.height
    tests = {
        "left": x < 0.5,
        "right": x > 0.5,
        "top": y < 0.5,
        "bottom": y > 0.5,
        "middle": _THIRD - 0.05 < x < 2 * _THIRD + 0.05,
        "foreground": (box.bottom - frame.top) / frame.height > 0.8,
        "front": (box.bottom - frame.top) / frame.height > 0.8,
        "background": (box.bottom - frame.top) / frame.height < 0.75,
        "back": (box.bottom - frame.top) / frame.height < 0.75,
        "corner": (x < _THIRD or x > 2 * _THIRD) and (y < _THIRD or y > 2 * _THIRD),
        "edge": min(x, 1 - x, y, 1 - y) < 0.2,
        "side": min(x, 1 - x) < _THIRD,
    }
    known = [tests[word] for word in where.split() if word in tests]
    return all(known) if known else None


_RANKS: Mapping[str, Callable[[Box], float]] = {
    "left": lambda box: box.center_x,
    "right": lambda box: -box.center_x,
    "top": lambda box: box.center_y,
    "bottom": lambda box: -box.center_y,
    "camera": lambda box: -nearness(box),
    "size": lambda box: -box.area,
    "height": lambda box: -box.height,
    "width": lambda box: -box.width,
    "foreground": lambda box: -nearness(box),
    "front": lambda box: -nearness(box),
    "background": nearness,
    "back": nearness,
}


def ordered(boxes: Sequence[Box], along: str) -> list[Box]:
    """The boxes in an order of `condition_values.Order`, the first first; as they are where it is unknown."""
    if along == "middle":
        middle = sum(box.center_x for box in boxes) / max(len(boxes), 1)
        return sorted(boxes, key=lambda box: abs(box.center_x - middle))
    rank = _RANKS.get(along)
    return sorted(boxes, key=rank) if rank else list(boxes)
