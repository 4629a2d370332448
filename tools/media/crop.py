"""Crops of an image. An empty crop is an error, never the whole image.

The four sides of a box follow VisProg's modules of the same names (Gupta and Kembhavi, "Visual Programming", CVPR
2023): from the centre line of the box to the edge of the image.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..core.errors import ToolError
from ..core.tool import tool
from ..core.values import Box, Image, show_box


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part of the image inside the box.

    margin: grown on each side, as a share of the box's width and height.

    Raises ToolError when the box lies outside the image, or the margin is negative.
    """
    if not (math.isfinite(margin) and margin >= 0):
        raise ToolError(f"CROP cannot use a margin of {margin}.", hint="Give a share of the box, 0.0 or more.")
    grow_x, grow_y = margin * box.width, margin * box.height
    grown = Box(box.left - grow_x, box.top - grow_y, box.right + grow_x, box.bottom + grow_y)
    return image.crop(grown)


@tool
def CROP_LEFT_OF(image: Image, box: Box) -> Image:
    """The part of the image to the left of the box.

    From the image's left edge to the box's centre line, at full height. Raises ToolError when that is empty.
    """
    return _beside(image, box, "left of", right=box.center_x)


@tool
def CROP_RIGHT_OF(image: Image, box: Box) -> Image:
    """The part of the image to the right of the box.

    From the box's centre line to the image's right edge, at full height. Raises ToolError when that is empty.
    """
    return _beside(image, box, "right of", left=box.center_x)


@tool
def CROP_ABOVE(image: Image, box: Box) -> Image:
    """The part of the image above the box.

    From the image's top edge to the box's centre line, at full width. Raises ToolError when that is empty.
    """
    return _beside(image, box, "above", bottom=box.center_y)


@tool
def CROP_BELOW(image: Image, box: Box) -> Image:
    """The part of the image below the box.

    From the box's centre line to the image's bottom edge, at full width. Raises ToolError when that is empty.
    """
    return _beside(image, box, "below", top=box.center_y)


def _beside(image: Image, box: Box, where: str, **edge: float) -> Image:
    """The image with one edge moved to the box's centre line."""
    try:
        part = replace(image.frame, **edge)
    except ToolError:
        raise ToolError(f"Nothing of the image {show_box(image.frame)} lies {where} the box {show_box(box)}.") from None
    return image.crop(part)
