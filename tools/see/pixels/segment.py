"""The tool SEGMENT on GrabCut, given a box or a point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...core.errors import NoDetection, ToolError
from ...core.tool import tool
from ...core.values import Box, Image, Mask, Point, show_box
from ...models.pixels.grabcut import segment_box, segment_point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Segmenter:
    """The tool SEGMENT on GrabCut."""

    backend = "grabcut"

    @tool
    def SEGMENT(self, image: Image, where: Box | Point) -> Mask:
        """The mask of the thing in the box or at the point.

        where: the part of a box that lies outside the image is not looked at.

        The mask has the label and score of the box or point.

        Raises ToolError for a place outside the image, NoDetection when nothing stands out from its surroundings.
        """
        import numpy as np

        found = _in_box(image, where) if isinstance(where, Box) else _at_point(image, where)
        if not found.any():
            place = show_box(where) if isinstance(where, Box) else f"({where.x:.0f}, {where.y:.0f})"
            raise NoDetection(f"SEGMENT found nothing that stands out from its surroundings at {place}.")
        width, height = image.original
        whole = np.zeros((height, width), np.bool_)
        whole[image.top : image.top + image.height, image.left : image.left + image.width] = found
        return Mask.from_array(whole, where.label, where.score)


def _in_box(image: Image, box: Box) -> NDArray[np.bool_]:
    """The foreground, shape of the image. Raises ToolError when the box does not touch the image."""
    part = image.crop(box)
    left, top = part.left - image.left, part.top - image.top
    return segment_box(image.array(), (left, top, left + part.width, top + part.height))


def _at_point(image: Image, point: Point) -> NDArray[np.bool_]:
    """The foreground, shape of the image. Raises ToolError when the point lies outside the image."""
    x, y = math.floor(point.x) - image.left, math.floor(point.y) - image.top
    if not (0 <= x < image.width and 0 <= y < image.height):
        raise ToolError(
            f"The point ({point.x:.0f}, {point.y:.0f}) lies outside the image {show_box(image.frame)}.",
            hint="Points are in pixels of the original image, whatever crop they were found in.",
        )
    return segment_point(image.array(), x, y)
