"""The tool SEGMENT_ALL on a panoptic segmentation model."""

from __future__ import annotations

from typing import Protocol

from ...core.over_model import Loadable, OverModel
from ...core.tool import tool
from ...core.values import Image, Mask


class PanopticModel(Loadable, Protocol):
    """A model that assigns each pixel to at most one thing or region."""

    def divide(self, image: Image) -> list[Mask]:
        """Non-overlapping masks over the whole original image with their labels, best score first."""
        ...


class SceneSegmenter(OverModel[PanopticModel]):
    """SEGMENT_ALL over a panoptic model (Kirillov et al., "Panoptic Segmentation", CVPR 2019)."""

    @tool
    def SEGMENT_ALL(self, image: Image) -> list[Mask]:
        """A labelled mask for each thing and background region.

        Panoptic: no pixel belongs to two masks; some belong to none. A thing has a mask of its own, a region such as
        sky or grass has one for all of its parts. Best score first; [] when the model is sure of nothing.
        """
        return self.model.divide(image)
