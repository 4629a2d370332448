"""Guesses the other thing of a relation from boxes: what somebody holds, what a cat lies on, what is behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...core.values import Box
from ...media.geometry import OVERLAP
from ...media.spatial import BY_BOXES, abreast, covered, gap

_HELD = 0.5
"""Maximum size of things held, worn or eaten, as a fraction of the holder's box."""
_REACH = 0.2
"""Reach of a person's hands, as a fraction of the person's box."""


def partners(box: Box, relation: str, others: Sequence[Box], frame: Box) -> list[Box]:
    """The things that may be the other one of a relation, the likeliest first; [] where none can be.

    box: of the thing that does it: it holds, lies on, stands behind the other. relation: a name of
    `tools/phrases/relations.py`. others: everything that is seen; frame: of the picture.
    """
    able = [one for one in others if one != box and OVERLAP(one, box) < 0.8]
    if relation in _HANDLED:
        able = [one for one in able if one.label != "person"]
    rank = _RANKS.get(relation)
    if rank is not None:
        ranked = [(rank(box, one), one) for one in able]
        return [one for value, one in sorted(ranked, key=lambda pair: -pair[0]) if value > 0]
    test = BY_BOXES.get(relation)
    if test is None:
        return []
    fitting = [one for one in able if test(box, one, frame)]
    return sorted(fitting, key=lambda one: gap(box, one) + 0.1 * (abs(one.center_x - box.center_x)))


def _in_hands(holder: Box, one: Box) -> float:
    """A score for being held by somebody: small, and within reach."""
    if one.area > _HELD * holder.area:
        return 0.0
    across, down = _REACH * holder.width, _REACH * holder.height
    reach = Box(holder.left - across, holder.top, holder.right + across, holder.bottom + down)
    inside = covered(one, reach)
    return one.score * inside if inside > 0.5 else 0.0


def _beneath(upper: Box, one: Box) -> float:
    """A score for supporting another thing: extends below it, and is wide enough."""
    if one.bottom <= upper.center_y or one.center_y < upper.top:
        return 0.0
    shared = abreast(upper.left, upper.right, one.left, one.right)
    touching = one.top < upper.bottom + 0.1 * upper.height
    wide = min(one.width / upper.width, 1.0)
    return one.score * shared * wide if touching and shared > 0.5 and wide > 0.5 else 0.0


def _around(inner: Box, one: Box) -> float:
    """A score for containing another thing."""
    return one.score * covered(inner, one) if one.area > inner.area and covered(inner, one) > 0.6 else 0.0


_HANDLED = frozenset(("holding", "carrying", "using", "eating", "drinking", "wearing", "with", "riding"))
_RANKS: Mapping[str, Callable[[Box, Box], float]] = {
    **dict.fromkeys(("holding", "carrying", "using", "eating", "drinking", "wearing", "with", "pulling"), _in_hands),
    **dict.fromkeys(("on", "riding"), _beneath),
    "in": _around,
}
