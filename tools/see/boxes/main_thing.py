"""A detector's names for the thing in a box, or the main things of an image, to complement a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...core.errors import ToolError
from ...core.values import Box, Image
from ...media.geometry import OVERLAP
from ...models.detect.detector import Detector

_SAME_THING = 0.5
MARGIN = 0.1
"""Context around a thing that helps to name it, as a fraction of its box on each side."""


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
            weight = one.score if OVERLAP(box, one) >= _SAME_THING else 0.0
        if weight > found.get(one.label, 0.0):
            found[one.label] = weight
    return found


def part_of(image: Image, box: Box | None) -> Image:
    """Crop the box with some context, or return the whole image. Raises ToolError for a box outside of it."""
    if box is None:
        return image
    x, y = MARGIN * box.width, MARGIN * box.height
    if box.intersection(image.frame) is None:
        raise ToolError("The box lies outside the image.", hint="Give a box that was found in this image.")
    return image.crop(replace(box, left=box.left - x, top=box.top - y, right=box.right + x, bottom=box.bottom + y))


def about(last: str, image: Image, *rest: Any, **given: Any) -> dict[str, Any]:
    """A call about an image, or about a box in it, by names, whichever way it was written. last: the other argument."""
    names = ("box", last) if len(rest) + len(given) == 2 else (last,)
    return {"image": image, **dict(zip(names, rest, strict=False)), **given}


def said_of(box: Box | None, statement: str, between: str = " ") -> str:
    """A statement about the thing in a box, such as "wearing a hat", as one about what a crop of it shows.

    between: "is" for a whole sentence; what the thing is called comes from the box.
    """
    said = " ".join(statement.split())
    if not said or box is None:
        return said
    return f"{'the' if between.strip() else 'a'} {box.label or 'thing'}{between}{said}"
