"""Spatial relations and orders of boxes, judged from the boxes alone.

All of them are guesses about the 3D scene: a box "on" another one may hang in front of it. Sizes and gaps are relative
to the boxes and the image, so that the scale does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ..core.values import Box

_NEAR = 0.08
"""Gap, as a fraction of the image's longer side, below which things of any size are next to each other."""
_THIRD = 1 / 3

BoxTest = Callable[[Box, Box, Box], bool]
"""Whether the first box is in a relation to the second, given the frame of the image."""


def gap(a: Box, b: Box) -> float:
    """Pixels between the nearest points of two boxes; 0 if they touch."""
    across = max(a.left - b.right, b.left - a.right, 0.0)
    down = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return math.hypot(across, down)


def covered(a: Box, b: Box) -> float:
    """The fraction of a's area inside b, 0 to 1."""
    shared = a.intersection(b)
    return shared.area / a.area if shared else 0.0


def abreast(low: float, high: float, other_low: float, other_high: float) -> float:
    """The overlap of two intervals, as a fraction of the shorter one, 0 to 1."""
    shared = min(high, other_high) - max(low, other_low)
    return max(shared, 0.0) / max(min(high - low, other_high - other_low), 1e-9)


def nearness(box: Box) -> float:
    """A proximity score in pixels, larger for things nearer to the camera, assuming ordinary sizes on level ground.

    The lower edge indicates the distance on a plane (Hoiem et al., "Putting Objects in Perspective", IJCV 2008); among
    things with the same lower edge, the larger one is nearer.
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
"""The relations of `tools/phrases/relations.py` that can be judged from boxes."""


def is_between(one: Box, a: Box, b: Box) -> bool:
    """Whether the center of one lies between those of a and b, and near the line that joins them."""
    across, down = b.center_x - a.center_x, b.center_y - a.center_y
    length = across**2 + down**2
    if not length:
        return False
    x, y = one.center_x - a.center_x, one.center_y - a.center_y
    along, off = (x * across + y * down) / length, abs(x * down - y * across) / math.sqrt(length)
    return 0 < along < 1 and off < max(one.width, one.height, a.width, a.height, b.width, b.height)


def is_at(box: Box, where: str, frame: Box) -> bool | None:
    """Whether the box is in a part of the frame ("left", "top left", "middle", "background"); None if unknown."""
    left, right = box.center_x - frame.left, frame.right - box.center_x
    top, bottom = box.center_y - frame.top, frame.bottom - box.center_y
    aside, off = min(left, right) / frame.width, min(top, bottom) / frame.height
    reach = (box.bottom - frame.top) / frame.height
    tests = {
        "left": left < right,
        "right": left > right,
        "top": top < bottom,
        "bottom": top > bottom,
        "middle": aside > _THIRD - 0.05,
        **dict.fromkeys(("foreground", "front"), reach > 0.8),
        **dict.fromkeys(("background", "back"), reach < 0.75),
        "corner": aside < _THIRD and off < _THIRD,
        "edge": min(aside, off) < 0.2,
        "side": aside < _THIRD,
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
    """The boxes sorted by a `condition_values.Order`; unchanged if it is unknown."""
    if along == "middle":
        middle = sum(box.center_x for box in boxes) / max(len(boxes), 1)
        return sorted(boxes, key=lambda box: abs(box.center_x - middle))
    rank = _RANKS.get(along)
    return sorted(boxes, key=rank) if rank else list(boxes)
