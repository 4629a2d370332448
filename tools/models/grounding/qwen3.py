"""Qwen3-VL: the JSON of Qwen2.5-VL, in thousandths of the picture's width and height.

The authors' cookbook (QwenLM/Qwen3-VL, cookbooks/2d_grounding.ipynb): the "default coordinate system has been changed
from the absolute coordinates used in Qwen2.5-VL to relative coordinates ranging from 0 to 1000"; it divides by 1000.
"""

from __future__ import annotations

from .family import Size
from .qwen2_5 import Qwen25Vl

SIDE = 32
"""Sides of the resized picture are multiples of this."""


class Qwen3Vl(Qwen25Vl):
    """Coordinates are relative, so the picture is sent as it is."""

    name = "qwen3-vl"
    flags = ("--mm-processor-kwargs", f'{{"min_pixels": {64 * SIDE * SIDE}, "max_pixels": {1280 * SIDE * SIDE}}}')

    def shown(self, size: Size) -> Size:
        """The same size. Raises ToolError for a picture more than 200 times as long as wide."""
        super().shown(size)
        return size

    def _units(self, size: Size) -> tuple[float, float]:
        return 1000, 1000
