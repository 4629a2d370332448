"""SAM 2 on single images, through transformers.

Ravi et al., "SAM 2: Segment Anything in Images and Videos", ICLR 2025.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from ...core.frozen import Frozen
from ...core.values import Box, Image, Mask, Point
from ...runtime.cache import Recent
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from .prompts import by_kind, local_prompts, masks_of


class Sam2Options(Frozen):
    """Options for SAM 2 in a profile.

    remembered: number of images whose features are cached; the encoder runs once per image.
    batch: prompts per pass of the decoder.
    """

    remembered: Annotated[int, Field(ge=1)] = 4
    batch: Annotated[int, Field(ge=1)] = 8


class Sam2:
    """Three masks for each prompt. The heavy encoder runs once per image, the light decoder per batch."""

    backend = "sam2"
    Options = Sam2Options

    def __init__(self, spec: Spec, options: Sam2Options | None = None) -> None:
        self._spec = spec
        self._options = options or Sam2Options()
        self._slot = spec.shelf.slot(self._make)
        self._features: Recent[Any] = Recent(self._options.remembered)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def masks(self, image: Image, prompts: Sequence[Box | Point]) -> list[list[Mask]]:
        """Three masks per prompt over the whole original image, with their predicted IoU.

        Raises ToolError for a prompt outside the image.
        """
        places = local_prompts(image, prompts)
        features = self._encoded(image)
        return by_kind(places, lambda some: self._decode(features, image, some), self._options.batch)

    def _make(self) -> tuple[Any, Any]:
        from transformers import Sam2Model, Sam2Processor

        self._features.clear()
        return load_model(Sam2Model, self._spec, half=False), load_processor(Sam2Processor, self._spec)

    def _encoded(self, image: Image) -> Any:
        """The encoder's features of the image."""
        import torch

        model, processor = self._slot.get()

        def encode() -> Any:
            inputs = processor(images=image.pixels, return_tensors="pt").to(self._spec.device)
            with torch.inference_mode():
                return model.get_image_embeddings(inputs["pixel_values"])

        return self._features.get(image.key, encode)

    def _decode(self, features: Any, image: Image, places: Sequence[Box | Point]) -> list[list[Mask]]:
        """Masks of prompts of one kind, in pixels of the image."""
        import torch

        model, processor = self._slot.get()
        sizes = [[image.height, image.width]]
        if isinstance(places[0], Box):
            boxes = [[p.left, p.top, p.right, p.bottom] for p in places if isinstance(p, Box)]
            prompts: dict[str, Any] = {"input_boxes": [boxes]}
        else:
            points = [[[p.x, p.y]] for p in places if isinstance(p, Point)]
            prompts = {"input_points": [points], "input_labels": [[[1]] * len(points)]}
        inputs = processor(original_sizes=sizes, return_tensors="pt", **prompts).to(self._spec.device)
        inputs.pop("original_sizes", None)
        with torch.inference_mode():
            outputs = model(image_embeddings=features, multimask_output=True, **inputs)
            (masks,) = processor.post_process_masks([outputs.pred_masks[0]], sizes)
        return masks_of(image, places, masks.cpu().numpy(), outputs.iou_scores[0].float().cpu().tolist())
