"""Panoptic segmentation by Mask2Former through transformers.

Cheng et al., "Masked-attention Mask Transformer for Universal Image Segmentation", CVPR 2022.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import ToolError
from ...core.frozen import Frozen
from ...core.values import Image, Mask
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from ...words.labels import plain_label
from .prompts import whole_mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# COCO's names of regions have suffixes such as "sky-other-merged".
_PUT_TOGETHER = re.compile(r"(-other|-merged|-stuff)+$")


class Mask2FormerOptions(Frozen):
    """Options in a profile.

    threshold: minimum score (0 to 1) of a thing or region. overlap: minimum fraction of its mask that is not covered by
        better ones.
    things: the number of the checkpoint's classes, from the first on, that are things with one mask per instance; the
        others are regions. 80 for COCO.
    """

    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    overlap: Annotated[float, Field(ge=0, le=1)] = 0.8
    things: Annotated[int, Field(ge=0)] = 80


class Mask2Former:
    """Panoptic segmentation, like the library's post-processing."""

    backend = "mask2former"
    Options = Mask2FormerOptions

    def __init__(self, spec: Spec, options: Mask2FormerOptions | None = None) -> None:
        self._spec = spec
        self._options = options or Mask2FormerOptions()
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def divide(self, image: Image) -> list[Mask]:
        """Non-overlapping masks over the whole original image with their labels, best score first.

        Raises ToolError if the output is not finite.
        """
        import torch

        model, processor = self._slot.get()
        inputs = processor(images=image.pixels, return_tensors="pt").to(self._spec.device)
        with torch.inference_mode():
            outputs = model(**inputs)
            if not torch.isfinite(outputs.class_queries_logits).all():
                raise ToolError("The scores of the masks are not finite.", hint='Try precision = "float32".')
            # Regions are merged below, because of a bug in the library (5.24): after merging, it keeps counting from
            # the merged region's number, so that two things get the same number.
            (found,) = processor.post_process_panoptic_segmentation(
                outputs,
                threshold=self._options.threshold,
                overlap_mask_area_threshold=self._options.overlap,
                label_ids_to_fuse=set(),
                target_sizes=[(image.height, image.width)],
            )
        return self._masks(image, found["segmentation"].cpu().numpy(), found["segments_info"], model.config.id2label)

    def _make(self) -> tuple[Any, Any]:
        from transformers import Mask2FormerForUniversalSegmentation, Mask2FormerImageProcessor

        return (
            load_model(Mask2FormerForUniversalSegmentation, self._spec, half=False),
            load_processor(Mask2FormerImageProcessor, self._spec),
        )

    def _masks(
        self, image: Image, numbers: NDArray[np.int32], segments: Iterable[dict[str, Any]], labels: dict[int, str]
    ) -> list[Mask]:
        """One mask per thing and per kind of region. numbers: segment ids, shape (height, width)."""
        import numpy as np

        kinds: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for one in segments:
            thing = one["label_id"] < self._options.things
            kinds.setdefault(("thing", one["id"]) if thing else ("region", one["label_id"]), []).append(one)
        masks = [
            whole_mask(
                image,
                np.isin(numbers, [one["id"] for one in several]),
                plain_label(_PUT_TOGETHER.sub("", labels[several[0]["label_id"]])),
                max(one["score"] for one in several),
            )
            for several in kinds.values()
        ]
        return sorted(masks, key=lambda mask: -mask.score)
