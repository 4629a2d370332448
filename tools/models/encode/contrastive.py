"""The interface of contrastive models, and the conversion of cosines to scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable
from ...core.values import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ImageEncoder(Loadable, Protocol):
    """A model that embeds images."""

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Unit vectors, shape (images, dimensions)."""
        ...


class Contrastive(ImageEncoder, Protocol):
    """A model that embeds images and texts in a common space."""

    @property
    def scale(self) -> float:
        """The scale of cosines before softmax or sigmoid."""
        ...

    @property
    def bias(self) -> float | None:
        """The bias before the sigmoid; None for a model trained with softmax."""
        ...

    def text_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        ...


def mean_vector(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The normalized mean of unit vectors: shape (n, d) to a unit vector of shape (d,).

    Raises ToolError when they cancel out.
    """
    import numpy as np

    mean = vectors.astype(np.float64).mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-9:
        raise ToolError("The texts of a label cancel each other out.", hint="Verify the model's weights.")
    return (mean / length).astype(np.float32)


def scores(cosines: NDArray[np.float32], scale: float, bias: float | None) -> NDArray[np.float64]:
    """Convert cosines to scores, 0 to 1, with candidates along the last axis.

    Without a bias, scores sum to 1 (softmax, as in CLIP's training); with a bias, they are independent (sigmoid; Zhai
    et al., "Sigmoid Loss for Language Image Pre-Training", ICCV 2023, section 3.2).
    """
    import numpy as np

    logits = cosines.astype(np.float64) * scale
    if bias is not None:
        return 1 / (1 + np.exp(-np.clip(logits + bias, -500, 500)))
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
