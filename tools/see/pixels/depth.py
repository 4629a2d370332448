"""DEPTH and NEARER: relative distances from the camera, by a depth model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable, OverModel
from ...core.tool import Scored, tool
from ...core.values import Box, Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DepthModel(Loadable, Protocol):
    """A model that estimates depth for every pixel."""

    def distances(self, image: Image) -> NDArray[np.float32]:
        """The depth of every pixel in the model's own units, larger is farther; shape (height, width)."""
        ...


class DepthMeter(OverModel[DepthModel]):
    """DEPTH and NEARER on a depth model."""

    @tool
    def DEPTH(self, image: Image, box: Box | None = None) -> float:
        """Median distance from the camera; larger is farther.

        box: the part of the image to look at; all of it when it is not given.

        In relative units: two depths of one image can be compared, and mean nothing by themselves. Crops of an image
        have depths of their own: give the whole image and a box.
        Raises ToolError for a box outside the image.
        """
        return self._depth(image, box)

    @tool
    def NEARER(self, image: Image, a: Box, b: Box) -> Scored[bool]:
        """Is a nearer to the camera than b? Compares median depths."""
        depths = {"a": self._depth(image, a), "b": self._depth(image, b)}
        return Scored(depths["a"] < depths["b"], depths)

    def _depth(self, image: Image, box: Box | None) -> float:
        import numpy as np

        distances = self.model.distances(image)
        if not np.isfinite(distances).all():
            raise ToolError("The depths are not finite.", hint='Try precision = "float32" in the profile.')
        if box is not None:
            part = image.crop(box)
            left, top = part.left - image.left, part.top - image.top
            distances = distances[top : top + part.height, left : left + part.width]
        return float(np.median(distances))
