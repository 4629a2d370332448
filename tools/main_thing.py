"""What a detector calls the thing in a box, or the main things of an image: a second opinion beside a classifier's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .detector import Detector
from .errors import ToolError
from .values import Box, Image

_SAME_THING = 0.5
MARGIN = 0.1
"""How much of what is around a thing helps to name it, as a share of its box on each side."""


def labels_on(detector: Detector, image: Image, box: Box | None) -> Mapping[str, float]:
    """The detector's names and scores for the thing in the box (IoU of at least 0.5).

    Without a box: for everything in the image, where a score counts the less the smaller the thing is (times the square
    root of its share of the image).
    """
    found: dict[str, float] = {}
    for one in detector.detect(image):
        if box is None:
            weight = one.score * (one.area / image.frame.area) ** 0.5
        else:
            weight = one.score if overlap(box, one) >= _SAME_THING else 0.0
        if weight > found.get(one.label, 0.0):
            found[one.label] = weight
    return found


def part_of(image: Image, box: Box | None) -> Image:
    """What is in the box and a little around it; the image without one. Raises ToolError for a box outside of it."""
    if box is None:
        return image
    x, y = MARGIN * box.width, MARGIN * box.height
    if box.intersection(image.frame) is None:
        raise ToolError("The box lies outside the image.", hint="Give a box that was found in this image.")
    return image.crop(replace(box, left=box.left - x, top=box.top - y, right=box.right + x, bottom=box.bottom + y))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = one.intersection(other)
    return shared.area / (one.area + other.area - shared.area) if shared else 0.0
