"""Qwen2.5-VL: JSON lists of boxes and points, in pixels of the resized picture.

The cookbook of the model's authors (QwenLM/Qwen2.5-VL, cookbooks/spatial_understanding.ipynb) reads `bbox_2d` and
`point_2d` in a picture of the processor's size; Qwen's notes on spatial understanding say it in words: "absolute pixel
values relative to the top-left corner of the resized image". The resizing is `smart_resize` of transformers
(models/qwen2_vl/image_processing_qwen2_vl.py): sides that are multiples of 28, and a number of pixels within bounds.
Alibaba Cloud's Model Studio (help page "Visual understanding", object localization) found places to be robust from
480 x 480 to 2560 x 2560 pixels.
"""

from __future__ import annotations

import math

from ...core.errors import ToolError
from .family import Family, ReplyBox, ReplyPoint, Size
from .json_lists import read_entries
from .reading import box_of, unreadable

SIDE = 28
"""Sides are multiples of this: a token is a square of so many pixels."""
LEAST, MOST = 256 * SIDE * SIDE, 1280 * SIDE * SIDE
"""Pixels of a picture that is sent: within what every processor of the family leaves as it is."""
_SLIMMEST = 200
"""The longest side, as a multiple of the shortest, that the processor takes."""


class Qwen25Vl(Family):
    """A picture is sent in a size that the server does not change, so that its pixels are known."""

    name = "qwen2.5-vl"
    boxes = points = True
    flags = ("--mm-processor-kwargs", f'{{"min_pixels": {4 * SIDE * SIDE}, "max_pixels": {MOST}}}')

    def shown(self, size: Size) -> Size:
        """Multiples of 28 that are nearest to the picture's shape, within the bounds on pixels.

        Raises ToolError for a picture more than 200 times as long as wide.
        """
        if max(size) > _SLIMMEST * min(size):
            said = f"A picture of {size[0]} x {size[1]} pixels is too slim for a Qwen model."
            raise ToolError(said, hint="Crop a part of it.")
        width, height = (max(round(side / SIDE), 1) * SIDE for side in size)
        if width * height > MOST:
            smaller = math.sqrt(MOST / (size[0] * size[1]))
            width, height = (max(math.floor(side * smaller / SIDE), 1) * SIDE for side in size)
        elif width * height < LEAST:
            larger = math.sqrt(LEAST / (size[0] * size[1]))
            width, height = (math.ceil(side * larger / SIDE) * SIDE for side in size)
        return width, height

    def box_prompt(self, phrase: str) -> str:
        """The wording of the authors' examples."""
        return f"Detect all {phrase} in the image and output their bbox coordinates and labels in JSON format."

    def point_prompt(self, phrase: str) -> str:
        """The wording of the authors' examples."""
        return f"Locate all {phrase} in the image using points, and output their point coordinates in JSON format."

    def read_boxes(self, reply: str, size: Size) -> list[ReplyBox]:
        """See `Family`."""
        units = self._units(size)
        entries = read_entries(reply, "bbox_2d", 4, "boxes")
        return [box_of(reply, one.numbers, units, one.label, one.span) for one in entries]

    def read_points(self, reply: str, size: Size) -> list[ReplyPoint]:
        """See `Family`."""
        across, down = self._units(size)
        entries = read_entries(reply, "point_2d", 2, "points")
        spots = [ReplyPoint(one.numbers[0] / across, one.numbers[1] / down, one.span) for one in entries]
        if any(not (0 <= spot.x <= 1 and 0 <= spot.y <= 1) for spot in spots):
            raise unreadable(reply, "a point outside the image", "points")
        return spots

    def _units(self, size: Size) -> tuple[float, float]:
        """How many units of the coordinates a picture of that size is wide and high."""
        return size
