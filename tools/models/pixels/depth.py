"""Depth of single images through transformers: Depth Anything, DPT (MiDaS) and others.

Yang et al., "Depth Anything V2", NeurIPS 2024; Ranftl et al., "Vision Transformers for Dense Prediction", ICCV 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ...core.errors import ToolError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.cache import Recent
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DepthOptions(Frozen):
    """Options in a profile.

    output: the kind of output. Relative models give inverse depth (larger is nearer); those with "metric" in their name
        give distance.
    remembered: number of images whose depths are cached.
    """

    output: Literal["inverse", "distance"] = "inverse"
    remembered: Annotated[int, Field(ge=1)] = 8


class DepthEstimator:
    """Estimates the depth of every pixel; the model runs once per image."""

    backend = "depth"
    Options = DepthOptions

    def __init__(self, spec: Spec, options: DepthOptions | None = None) -> None:
        self._spec = spec
        self._options = options or DepthOptions()
        self._slot = spec.shelf.slot(self._make)
        self._seen: Recent[NDArray[np.float32]] = Recent(self._options.remembered)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def distances(self, image: Image) -> NDArray[np.float32]:
        """The depth of every pixel, larger is farther, shape (height, width) of the image.

        Raises ToolError for an image that is too narrow.
        For inverse depth, its negative is returned, which has the same order as distance and avoids divisions by 0.
        """
        return self._seen.get(image.key, lambda: self._distances(image))

    def _make(self) -> tuple[Any, Any]:
        from transformers import AutoImageProcessor, AutoModelForDepthEstimation

        return (
            load_model(AutoModelForDepthEstimation, self._spec, half=False),
            load_processor(AutoImageProcessor, self._spec),
        )

    def _distances(self, image: Image) -> NDArray[np.float32]:
        import torch

        model, processor = self._slot.get()
        try:
            inputs = processor(images=image.pixels, return_tensors="pt").to(self._spec.device)
        except ValueError:
            size = f"{image.width} x {image.height}"
            raise ToolError(
                f"An image of {size} pixels is too narrow for its depth.", hint="Use a larger crop."
            ) from None
        with torch.inference_mode():
            outputs = model(**inputs)
        (found,) = processor.post_process_depth_estimation(outputs, target_sizes=[(image.height, image.width)])
        depth = found["predicted_depth"].float().cpu().numpy().reshape(image.height, image.width)
        return depth if self._options.output == "distance" else -depth
