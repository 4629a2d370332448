"""Contrastive models of images and texts through open_clip: CLIP, MetaCLIP, SigLIP, NegCLIP and their kin.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021 (CLIP); Xu et al.,
"Demystifying CLIP Data", ICLR 2024 (MetaCLIP); Zhai et al., "Sigmoid Loss for Language Image Pre-Training", ICCV 2023
(SigLIP); Yuksekgonul et al., "When and Why Vision-Language Models Behave like Bags-of-Words", ICLR 2023 (NegCLIP).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...core.errors import ToolError
from ...core.packages import require
from ...core.values import Image
from ...runtime.batching import in_batches, on_every_core
from ...runtime.spec import Spec
from ...runtime.vector_cache import Remembered
from .open_clip_files import Loaded, OpenClipOptions, load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXTS = 4096
"""Number of cached text vectors: 8 MB at 512 dimensions."""

IMAGES = 512
"""Number of cached image vectors: 1 MB at 512 dimensions."""


class OpenClip:
    """Embeds images and texts as unit vectors, whose cosine measures how well they match.

    options: from the profile. text_cache, image_cache: caches of vectors, with counts of hits and misses.
    """

    backend = "open-clip"
    Options = OpenClipOptions

    def __init__(self, spec: Spec, options: OpenClipOptions | None = None) -> None:
        self._spec = spec
        self.options = options or OpenClipOptions()
        self._slot = spec.shelf.slot(self._make)
        self.text_cache: Remembered[str] = Remembered(TEXTS)
        self.image_cache: Remembered[tuple[Any, ...]] = Remembered(IMAGES)

    def load(self) -> None:
        """Load the model. Raises WeightsError, or PrerequisiteError if a package is missing."""
        self._slot.load()

    @property
    def scale(self) -> float:
        """The scale of cosines before softmax or sigmoid: the inverse temperature."""
        return float(self._slot.get().network.logit_scale.detach().float().exp())

    @property
    def bias(self) -> float | None:
        """The bias before the sigmoid (SigLIP); None for models trained with softmax."""
        bias = self._slot.get().network.logit_bias
        return None if bias is None else float(bias.detach().float())

    @property
    def preprocess(self) -> Any:
        """The library's transform of a Pillow image to the network's input, shape (3, height, width)."""
        return self._slot.get().preprocess

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Unit vectors, shape (images, dimensions). Raises ToolError if the output is not finite."""
        found = self.image_cache.vectors({image.key: image for image in images}, self._encode_images)
        return _stacked([found[image.key] for image in images])

    def text_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions).

        Raises ToolError for a text that the library would truncate.
        """
        found = self.text_cache.vectors({text: text for text in texts}, self._encode_texts)
        return _stacked([found[text] for text in texts])

    def _make(self) -> Loaded:
        require("clip", "torch", "torchvision", "open_clip")
        return load(self._spec, self.options)

    def _encode_images(self, images: Sequence[Image]) -> list[NDArray[np.float32]]:
        import torch

        loaded = self._slot.get()

        def run(batch: Sequence[Image]) -> list[NDArray[np.float32]]:
            # With a GPU, resizing on one core would dominate the time.
            pixels = torch.stack(
                on_every_core(lambda image: loaded.pixels(image.pixels), batch, torch.get_num_threads())
            )
            with torch.inference_mode():
                return _rows(loaded.network.encode_image(pixels.to(loaded.device, loaded.dtype), normalize=True))

        return in_batches(run, images, self.options.batch)

    def _encode_texts(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        import torch

        loaded = self._slot.get()

        def run(batch: Sequence[str]) -> list[NDArray[np.float32]]:
            tokens = loaded.tokens(batch)
            with torch.inference_mode():
                return _rows(loaded.network.encode_text(tokens.to(loaded.device), normalize=True))

        return in_batches(run, texts, self.options.batch)


def _rows(vectors: Any) -> list[NDArray[np.float32]]:
    """Convert a batch of vectors to arrays, renormalized after 16 bits. Raises ToolError for non-finite values."""
    import torch

    vectors = torch.nn.functional.normalize(vectors.float(), dim=-1)
    if not torch.isfinite(vectors).all():
        raise ToolError(
            "The contrastive model gave vectors that are no numbers.",
            hint='Set precision = "float32" in the profile, or verify the weights.',
        )
    return list(vectors.cpu().numpy())


def _stacked(vectors: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    import numpy as np

    return np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)
