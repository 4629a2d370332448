"""Models that describe an image: BLIP through transformers, CoCa through open_clip.

Li et al., "BLIP: Bootstrapping Language-Image Pre-training", ICML 2022; Yu et al., "CoCa: Contrastive Captioners are
Image-Text Foundation Models", TMLR 2022.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import WeightsError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from ..encode.open_clip_files import OpenClipOptions
from .vlm import spoken

if TYPE_CHECKING:
    from torch import Tensor


_START, _END = 49406, 49407  # of CLIP's vocabulary, which CoCa uses


class BlipOptions(Frozen):
    """Options in a profile. batch: images per pass. max_tokens: maximum length of a caption."""

    batch: Annotated[int, Field(ge=1)] = 8
    max_tokens: Annotated[int, Field(ge=1)] = 40


class Blip:
    """Describes images, with greedy decoding."""

    backend = "blip"
    Options = BlipOptions

    def __init__(self, spec: Spec, options: BlipOptions | None = None) -> None:
        self._spec = spec
        self._options = options or BlipOptions()
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def captions(self, images: Sequence[Image]) -> list[str]:
        """A sentence for each image. Raises ToolError for an empty caption."""
        return in_batches(self._captions, images, self._options.batch)

    def _make(self) -> tuple[Any, Any]:
        from transformers import BlipForConditionalGeneration, BlipProcessor

        return load_model(BlipForConditionalGeneration, self._spec), load_processor(BlipProcessor, self._spec)

    def _captions(self, images: Sequence[Image]) -> list[str]:
        import torch

        model, processor = self._slot.get()
        inputs = processor(images=[image.pixels for image in images], return_tensors="pt").to(self._spec.device)
        with torch.inference_mode():
            written = model.generate(
                pixel_values=inputs["pixel_values"].to(model.dtype), max_new_tokens=self._options.max_tokens
            )
        return [spoken(text) for text in processor.batch_decode(written, skip_special_tokens=True)]


class CocaOptions(OpenClipOptions):
    """Options in a profile: those of open-clip, and the maximum length of a caption (tokens)."""

    max_tokens: Annotated[int, Field(ge=1)] = 30


class Coca:
    """Describes images, with greedy decoding."""

    backend = "coca"
    Options = CocaOptions

    def __init__(self, spec: Spec, options: CocaOptions | None = None) -> None:
        self._spec = spec
        self._options = options or CocaOptions()
        self._slot = spec.shelf.slot(self._make)

    def load(self) -> None:
        """Load the model. Raises WeightsError, also for a model that cannot write captions."""
        self._slot.load()

    def captions(self, images: Sequence[Image]) -> list[str]:
        """A sentence for each image. Raises ToolError for an empty caption."""
        return in_batches(self._captions, images, self._options.batch)

    def _make(self) -> Any:
        from ..encode.open_clip_files import load

        loaded = load(self._spec, self._options)
        if not hasattr(loaded.network, "generate"):
            raise WeightsError(f"The model in {self._spec.path()} does not write captions.", hint="CoCa does.")
        return loaded

    def _captions(self, images: Sequence[Image]) -> list[str]:
        import torch

        loaded = self._slot.get()
        pixels = torch.stack([loaded.pixels(image.pixels) for image in images]).to(loaded.device, loaded.dtype)
        with torch.inference_mode():
            written = write(loaded.network, pixels, self._options.max_tokens)
        rows: list[list[int]] = written.cpu().numpy().tolist()
        return [_sentence(loaded.tokenizer.decode(row)) for row in rows]


def write(network: Any, pixels: Tensor, longest: int) -> Tensor:
    """Token ids of CoCa's captions by greedy decoding, shape (images, up to longest).

    The library's own `generate` needs parts of transformers that were removed in version 5.
    pixels: shape (images, 3, height, width).
    """
    import torch

    seen = dict(zip(("image_latent", "image_embs"), network._encode_image(pixels), strict=True))
    tokens = torch.full((len(pixels), 1), _START, device=pixels.device)
    while tokens.shape[1] < longest and not (tokens == _END).any(dim=1).all():
        logits = network(pixels, tokens, **seen, output_labels=False)["logits"][:, -1]
        tokens = torch.cat([tokens, logits.argmax(dim=-1, keepdim=True)], dim=1)
    return tokens


def _sentence(text: str) -> str:
    """The text between the markers of CoCa's tokenizer. Raises ToolError if it is empty."""
    return spoken(text.partition("<end_of_text>")[0].replace("<start_of_text>", ""))
