"""OWL-ViT and OWLv2 through transformers: boxes for any phrases.

Minderer et al., "Simple Open-Vocabulary Object Detection with Vision Transformers", ECCV 2022, and "Scaling
Open-Vocabulary Object Detection", NeurIPS 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, field_validator

from ...core.frozen import Frozen
from ...core.values import Box, Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from ...words.spelling import without_article
from .feature_cache import SeenOnce
from .postprocess import boxes_of

SEEN = 8
"""Passes of the image encoder that are remembered: of OWLv2's base, 11 MB for each image."""

Share = Annotated[float, Field(gt=0, le=1)]


class OwlOptions(Frozen):
    """Options for OWL-ViT and OWLv2 in a profile.

    threshold: minimum score of a detection; the library's default is 0.1.
    floor: minimum score of a candidate in the trace.
    overlap: IoU threshold of non-maximum suppression per phrase.
    template: the text for the model; `{}` stands for the phrase without its article.
    batch: images per pass.
    """

    threshold: Share = 0.1
    floor: Share = 0.03
    overlap: Share = 0.6
    template: str = "a photo of a {}"
    batch: Annotated[int, Field(ge=1)] = 4

    @field_validator("template")
    @classmethod
    def _has_a_place(cls, template: str) -> str:
        if template.count("{}") != 1:
            raise ValueError("needs {} once, where the phrase goes")
        return template


class Owl:
    """Detects objects described by phrases. Scores are independent of the other phrases in the pass."""

    backend = "owl"
    Options = OwlOptions
    independent = True

    def __init__(self, spec: Spec, options: OwlOptions | None = None) -> None:
        self._spec = spec
        self._options = options or OwlOptions()
        self._slot = spec.shelf.slot(self._make)

    @property
    def threshold(self) -> float:
        """The minimum score of a detection."""
        return self._options.threshold

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """The candidates for each image and phrase, best first, in pixels of the original.

        OWL-ViT stretches images to a square, OWLv2 pads them. Raises ToolError if the output is not finite.
        """
        return in_batches(lambda batch: self._find(batch, phrases), images, self._options.batch)

    def _make(self) -> tuple[Any, Any, SeenOnce]:
        from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

        model = load_model(AutoModelForZeroShotObjectDetection, self._spec, half=False)
        seen = SeenOnce(model.base_model.vision_model, SEEN)
        return model, load_processor(AutoProcessor, self._spec), seen

    def _find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        import torch

        model, processor, seen = self._slot.get()
        asked = [self._options.template.format(without_article(phrase)) for phrase in phrases]
        pixels = [image.pixels for image in images]
        inputs = processor(images=pixels, text=[asked] * len(images), return_tensors="pt", truncation=True)
        seen.now(images)
        with torch.inference_mode():
            outputs = model(**inputs.to(self._spec.device))
        sizes = [(image.height, image.width) for image in images]
        everything = processor.post_process_grounded_object_detection(outputs, threshold=-1.0, target_sizes=sizes)
        scores = outputs.logits.sigmoid().float().cpu().numpy()
        return [
            [self._boxes(image, one["boxes"], of_one[:, i], phrase) for i, phrase in enumerate(phrases)]
            for image, one, of_one in zip(images, everything, scores, strict=True)
        ]

    def _boxes(self, image: Image, corners: Any, scores: Any, phrase: str) -> list[Box]:
        options = self._options
        return boxes_of(
            image, corners.float().cpu().numpy(), scores, phrase, floor=options.floor, overlap=options.overlap
        )
