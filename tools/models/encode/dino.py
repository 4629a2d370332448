"""Image embeddings by self-supervised vision transformers (DINOv2 and others) through transformers.

Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", TMLR 2024.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import ToolError
from ...core.frozen import Frozen
from ...core.values import Image
from ...runtime.batching import in_batches
from ...runtime.checkpoints import load_model, load_processor
from ...runtime.spec import Spec
from ...runtime.vector_cache import Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_IMAGES = 512


class DinoOptions(Frozen):
    """Options in a profile. batch: images per pass."""

    batch: Annotated[int, Field(ge=1)] = 16


class Dino:
    """Image embeddings: the final class token, which the authors use for image retrieval (section 7.3)."""

    backend = "dino"
    Options = DinoOptions

    def __init__(self, spec: Spec, options: DinoOptions | None = None) -> None:
        self._spec = spec
        self._options = options or DinoOptions()
        self._slot = spec.shelf.slot(self._make)
        self.image_cache: Remembered[tuple[Any, ...]] = Remembered(_IMAGES)

    def load(self) -> None:
        """Load the model. Raises WeightsError."""
        self._slot.load()

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Unit vectors, shape (images, dimensions). Raises ToolError if the output is not finite."""
        import numpy as np

        found = self.image_cache.vectors({image.key: image for image in images}, self._encode)
        return np.stack([found[image.key] for image in images])

    def _make(self) -> tuple[Any, Any]:
        from transformers import AutoImageProcessor, AutoModel

        return load_model(AutoModel, self._spec, half=False), load_processor(AutoImageProcessor, self._spec)

    def _encode(self, images: Sequence[Image]) -> list[NDArray[np.float32]]:
        return in_batches(self._pass, images, self._options.batch)

    def _pass(self, images: Sequence[Image]) -> list[NDArray[np.float32]]:
        import torch

        model, processor = self._slot.get()
        inputs = processor(images=[image.pixels for image in images], return_tensors="pt").to(self._spec.device)
        with torch.inference_mode():
            vectors = model(**inputs).last_hidden_state[:, 0].float()
            unit = torch.nn.functional.normalize(vectors, dim=-1)
        if not torch.isfinite(unit).all():
            raise ToolError("The image vectors are no numbers.", hint='Try precision = "float32" in the profile.')
        return list(unit.cpu().numpy())
