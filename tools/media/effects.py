"""Tools that return an edited image; the edits are in `edit.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..core.tool import tool
from ..core.values import Box, Image, Mask
from . import edit

Things: TypeAlias = Box | Mask | list[Box] | list[Mask]


class Effects:
    """COLORPOP, BLUR_BACKGROUND, TAG and HIDE_FACES, drawn with Pillow.

    An edited image keeps its position in the original, so boxes and masks found before remain valid.
    """

    backend = "pillow"

    @tool
    def COLORPOP(self, image: Image, things: Things) -> Image:
        """The image with color in the things only, gray elsewhere.

        things: boxes or masks; a mask has the thing's own outline.

        Raises NoDetection for an empty list, ToolError for a thing outside the image.
        """
        return edit.color_pop(image, _several(things))

    @tool
    def BLUR_BACKGROUND(self, image: Image, things: Things) -> Image:
        """The image with everything blurred but the things.

        things: boxes or masks; a mask has the thing's own outline.

        Raises NoDetection for an empty list, ToolError for a thing outside the image.
        """
        return edit.blur_background(image, _several(things))

    @tool
    def TAG(self, image: Image, things: Things) -> Image:
        """The image with a frame and the label around each thing.

        Raises NoDetection for an empty list, ToolError for a thing outside the image.
        """
        return edit.tag(image, _several(things))

    @tool
    def HIDE_FACES(self, image: Image, faces: Things) -> Image:
        """The image with the faces strongly blurred.

        faces: boxes or masks of the faces.

        Features smaller than about a quarter of the face are gone; that nobody can be recognised is not promised.

        Raises NoDetection for an empty list, ToolError for a face outside the image.
        """
        return edit.hide(image, _several(faces))


def _several(things: Things) -> Sequence[Box | Mask]:
    return [things] if isinstance(things, Box | Mask) else things
