"""Grounding DINO through transformers: boxes for any phrases of a text.

Liu et al., "Grounding DINO: Marrying DINO with Grounded Pre-Training for Open-Set Object Detection", ECCV 2024.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import ToolError
from ...core.frozen import Frozen
from ...core.values import Box, Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from .feature_cache import SeenOnce
from .postprocess import boxes_of

if TYPE_CHECKING:
    from torch import Tensor

_NARROWEST = 40  # the longer side is at most 1333 pixels, and four maps of 1/8 to 1/64 of the size must have 900 places
SEEN = 4
"""Number of cached backbone passes: 23 MB per image for Swin-T. Later layers depend on the text."""

Share = Annotated[float, Field(gt=0, le=1)]


class GroundingDinoOptions(Frozen):
    """Options for Grounding DINO in a profile.

    box_threshold: minimum score of a detection; the authors' demo uses 0.35.
    text_threshold: minimum mean score of a phrase's words for a box, so that a "cup" is not found as "red cup"; the
        demo uses 0.25 as the minimum for a single word to be part of a box's label.
    floor: minimum score of a candidate in the trace.
    overlap: IoU threshold of non-maximum suppression per phrase.
    batch: images per pass.
    """

    box_threshold: Share = 0.35
    text_threshold: Annotated[float, Field(ge=0, le=1)] = 0.25
    floor: Share = 0.1
    overlap: Share = 0.7
    batch: Annotated[int, Field(ge=1)] = 4


class GroundingDino:
    """Detects objects described by phrases.

    The text of a pass consists of all phrases in lower case, each terminated by a full stop, across which tokens do not
    attend to each other. A box's score for a phrase is the maximum over the phrase's tokens, as in the library.
    """

    backend = "grounding-dino"
    Options = GroundingDinoOptions
    independent = False

    def __init__(self, spec: Spec, options: GroundingDinoOptions | None = None) -> None:
        self._spec = spec
        self._options = options or GroundingDinoOptions()
        self._slot = spec.shelf.slot(self._make)

    @property
    def threshold(self) -> float:
        """The minimum score of a detection."""
        return self._options.box_threshold

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """The candidates for each image and phrase, best first, in pixels of the original.

        Images of different sizes are padded to the largest of their batch. Raises ToolError if the phrases are too long
        (more than 256 tokens), or the output is not finite.
        """
        return in_batches(lambda batch: self._find(batch, phrases), images, self._options.batch)

    def _make(self) -> tuple[Any, Any, SeenOnce]:
        from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

        model = load_model(AutoModelForZeroShotObjectDetection, self._spec, half=False)
        seen = SeenOnce(model.base_model.backbone.conv_encoder, SEEN)
        return model, load_processor(AutoProcessor, self._spec), seen

    def _find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        import torch

        require_shape(images)
        model, processor, seen = self._slot.get()
        text, spans = prompt_of(phrases)
        encoded = processor.tokenizer(text, return_offsets_mapping=True)
        tokens = tokens_of(spans, encoded["offset_mapping"])
        if len(encoded["input_ids"]) > model.config.max_text_len:
            raise ToolError(
                f"{len(phrases)} phrases are more text than Grounding DINO reads at once.", hint="Ask for fewer."
            )
        pixels = [image.pixels for image in images]
        where = self._spec.device
        # Resizing an image on one core takes about as long as the network on a GPU.
        resized = {"device": where} if where.startswith("cuda") else {}
        texts = [text] * len(images)
        inputs = processor(images=pixels, text=texts, return_tensors="pt", images_kwargs=resized).to(where)
        seen.now(images)
        with torch.inference_mode():
            outputs = model(**inputs)
        # Not the library's post-processing, which also decodes a text for each of 900 boxes, and doubles the time.
        middles, halves = outputs.pred_boxes[..., :2], outputs.pred_boxes[..., 2:] / 2
        corners = torch.cat([middles - halves, middles + halves], dim=-1).float().cpu()
        words = outputs.logits.sigmoid().double().cpu()
        return [
            [
                candidates(image, sides * size_of(image), scores[:, wanted], phrase, self._options)
                for phrase, wanted in zip(phrases, tokens, strict=True)
            ]
            for image, sides, scores in zip(images, corners, words, strict=True)
        ]


def candidates(image: Image, corners: Tensor, words: Tensor, phrase: str, options: GroundingDinoOptions) -> list[Box]:
    """The boxes of one phrase, best first, in pixels of the original. Raises ToolError if values are not finite.

    corners: in pixels of the image, shape (queries, 4). words: the scores of the phrase's tokens, shape
        (queries, tokens), in double precision, so that scores just below the threshold stay below it.
    """
    best = words.max(dim=1).values
    below = math.nextafter(options.box_threshold, 0.0)
    partly = words.mean(dim=1) < options.text_threshold
    scores = best.where(~partly, best.clamp(max=below)).numpy()
    places = corners.float().cpu().numpy()
    return boxes_of(image, places, scores, phrase, floor=options.floor, overlap=options.overlap)


def size_of(image: Image) -> Tensor:
    """The scale from relative coordinates to pixels: width, height, width, height."""
    import torch

    return torch.tensor([image.width, image.height] * 2)


def require_shape(images: Sequence[Image]) -> None:
    """Raise ToolError for an image with fewer positions than the model has queries (900 in all published ones)."""
    for image in images:
        if max(image.width, image.height) > _NARROWEST * min(image.width, image.height):
            raise ToolError(
                f"An image of {image.width} x {image.height} pixels is too narrow for Grounding DINO.",
                hint="Crop with a margin, or look in the whole image.",
            )


def prompt_of(phrases: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a pass, and the start and end of each phrase in it (characters)."""
    text, spans = "", list[tuple[int, int]]()
    for phrase in phrases:
        spans.append((len(text), len(text) + len(phrase)))
        text += f"{phrase}. "
    return text.rstrip(), spans


def tokens_of(spans: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The indices of each phrase's tokens. offsets: start and end of each token in the text (characters)."""
    return [[i for i, (begin, end) in enumerate(offsets) if first <= begin < end <= last] for first, last in spans]
