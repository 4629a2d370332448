"""The tool SEGMENT_ALL over a model that divides an image into things and regions."""

from __future__ import annotations

from typing import Protocol

from ...core.over_model import Loadable, OverModel
from ...core.tool import tool
from ...core.values import Image, Mask


class PanopticModel(Loadable, Protocol):
    """A model that gives every pixel to one thing or region at most."""

    def divide(self, image: Image) -> list[Mask]:
        """Masks of the whole original image with their labels, best score first; no two share a pixel."""
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
