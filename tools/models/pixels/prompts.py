"""Converts box and point prompts to the coordinates of a model's input image, and masks back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ...core.errors import ToolError
from ...core.values import Box, Image, Mask, Point, show_box
from ...runtime.batching import in_batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Decode: TypeAlias = Callable[[Sequence[Box | Point]], Sequence[list[Mask]]]


def local_prompts(image: Image, prompts: Sequence[Box | Point]) -> list[Box | Point]:
    """Convert prompts to pixels of `image`; boxes are clipped.

    Raises ToolError for a box that does not overlap the image, or a point outside.
    """
    return [_local_box(image, p) if isinstance(p, Box) else _local_point(image, p) for p in prompts]


def by_kind(places: Sequence[Box | Point], decode: Decode, batch: int) -> list[list[Mask]]:
    """The masks of all prompts, in order; boxes and points are decoded in separate batches."""
    found: dict[int, list[Mask]] = {}
    for boxes in (True, False):
        numbers = [i for i, place in enumerate(places) if isinstance(place, Box) == boxes]
        decoded = in_batches(lambda some: decode([places[i] for i in some]), numbers, batch)
        found.update(zip(numbers, decoded, strict=True))
    return [found[i] for i in range(len(places))]


def masks_of(image: Image, places: Sequence[Box | Point], found: Any, scores: Any) -> list[list[Mask]]:
    """Convert to masks over the whole original image, with the prompts' labels.

    found: booleans of shape (prompts, masks, height, width); scores: numbers of shape (prompts, masks).
    """
    return [
        [whole_mask(image, mask, place.label, score) for mask, score in zip(several, of_several, strict=True)]
        for place, several, of_several in zip(places, found, scores, strict=True)
    ]


def whole_mask(image: Image, found: NDArray[np.bool_], label: str, score: float) -> Mask:
    """A mask over the original image. found: bool (height, width) of `image`, which may be a crop."""
    import numpy as np

    width, height = image.original
    whole = np.zeros((height, width), np.bool_)
    whole[image.top : image.top + image.height, image.left : image.left + image.width] = found
    return Mask.from_array(whole, label, score)


def _local_box(image: Image, box: Box) -> Box:
    shared = box.intersection(image.frame)
    if shared is None:
        raise ToolError(f"The box {show_box(box)} lies outside the image {show_box(image.frame)}.")
    left, top = image.left, image.top
    return Box(shared.left - left, shared.top - top, shared.right - left, shared.bottom - top, box.label, box.score)


def _local_point(image: Image, point: Point) -> Point:
    x, y = point.x - image.left, point.y - image.top
    if not (0 <= x < image.width and 0 <= y < image.height):
        raise ToolError(
            f"The point ({point.x:.0f}, {point.y:.0f}) lies outside the image {show_box(image.frame)}.",
            hint="Points are in pixels of the original image, whatever crop they were found in.",
        )
    return Point(x, y, point.label, point.score)
