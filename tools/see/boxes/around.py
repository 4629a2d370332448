"""The box around several boxes."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.values import Box


def around(boxes: Sequence[Box]) -> Box:
    """The box around all boxes, of which there is one at least, without a label, as sure as the surest."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return Box(left, top, right, bottom, "", max(box.score for box in boxes))
