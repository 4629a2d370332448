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
"""Passes of the backbone that are remembered: of Swin-T, 23 MB for each image. What comes after it sees the text."""

Share = Annotated[float, Field(gt=0, le=1)]


class GroundingDinoOptions(Frozen):
    """What a profile can say about Grounding DINO.

    box_threshold: the score from which a box counts as found; the authors' demonstration takes 0.35.
    text_threshold: how well a phrase must fit a box on the average of its words, so that "red cup" is no "cup"; the
        demonstration takes 0.25 as the score from which a single word is part of a box's label.
    floor: the score from which a candidate is kept for the trace.
    overlap: of boxes for one phrase with a larger IoU only the best stays.
    batch: images in one pass.
    """

    box_threshold: Share = 0.35
    text_threshold: Annotated[float, Field(ge=0, le=1)] = 0.25
    floor: Share = 0.1
    overlap: Share = 0.7
    batch: Annotated[int, Field(ge=1)] = 4


class GroundingDino:
    """Finds what phrases say.

    The text of a pass is all phrases in lower case, each ended by a full stop, between which the model's words do not
    see each other. A box's score for a phrase is the highest of the phrase's words (tokens), as the library scores a
    box by the highest of all words.
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
        """The score from which a candidate counts as found."""
        return self._options.box_threshold

    def load(self) -> None:
        """Bring the model into memory. Raises WeightsError."""
        self._slot.load()

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """For each image and phrase the candidates, best first, in original pixels.

        Images of different sizes are padded to the largest of their batch. Raises ToolError for phrases that are more
        text than the model reads at once (256 tokens), or when the numbers are not finite.
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
        # One core takes about as long to resize a photo as a GPU takes for the network.
        resized = {"device": where} if where.startswith("cuda") else {}
        texts = [text] * len(images)
        inputs = processor(images=pixels, text=texts, return_tensors="pt", images_kwargs=resized).to(where)
        seen.now(images)
        with torch.inference_mode():
            outputs = model(**inputs)
        # Not the library's post-processing: for each of 900 boxes it also decodes a text, which takes as long again.
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
    """Boxes of one phrase, best first, in original pixels. Raises ToolError when the numbers are not finite.

    corners: in pixels of the image, shape (queries, 4). words: the score of each of the phrase's tokens, shape
    (queries, tokens), of double precision, in which a score just below the threshold stays below it.
    """
    best = words.max(dim=1).values
    below = math.nextafter(options.box_threshold, 0.0)
    partly = words.mean(dim=1) < options.text_threshold
    scores = best.where(~partly, best.clamp(max=below)).numpy()
    places = corners.float().cpu().numpy()
    return boxes_of(image, places, scores, phrase, floor=options.floor, overlap=options.overlap)


def size_of(image: Image) -> Tensor:
    """What turns shares of an image into its pixels: width, height, width, height."""
    import torch

    return torch.tensor([image.width, image.height] * 2)


def require_shape(images: Sequence[Image]) -> None:
    """Raises ToolError for an image that gives fewer places than the model has queries (900 in all published ones)."""
    for image in images:
        if max(image.width, image.height) > _NARROWEST * min(image.width, image.height):
            raise ToolError(
                f"An image of {image.width} x {image.height} pixels is too narrow for Grounding DINO.",
                hint="Crop with a margin, or look in the whole image.",
            )


def prompt_of(phrases: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a pass, and where in it each phrase begins and ends (characters)."""
    text, spans = "", list[tuple[int, int]]()
    for phrase in phrases:
        spans.append((len(text), len(text) + len(phrase)))
        text += f"{phrase}. "
    return text.rstrip(), spans


def tokens_of(spans: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The positions of each phrase's tokens. offsets: where each token begins and ends in the text (characters)."""
    return [[i for i, (begin, end) in enumerate(offsets) if first <= begin < end <= last] for first, last in spans]
