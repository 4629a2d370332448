"""Similarities of several images and texts: is each image most similar to its own text?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Diagonal:
    """How much larger the diagonal of a square matrix is, where the n-th text is the label of the n-th image.

    images: those whose own label is the nearest of the labels; texts: labels whose own image is the nearest.
    own, others: the mean cosine on and off the diagonal.
    """

    images: int
    texts: int
    own: float
    others: float


@dataclass(frozen=True)
class Matrix:
    """Cosines of images and texts, shape (images, texts).

    labels: how many of the texts, from the first on, are labels; the n-th may be that of the n-th image.
    """

    images: tuple[str, ...]
    texts: tuple[str, ...]
    cosines: NDArray[np.float32]
    labels: int

    @property
    def diagonal(self) -> Diagonal | None:
        """Statistics of the diagonal; None unless there are as many labels as images, and more than one."""
        import numpy as np

        count = len(self.images)
        if count != self.labels or count < 2:
            return None
        square = self.cosines[:, :count]
        places, own = np.arange(count), square.diagonal()
        others = (square.sum() - own.sum()) / (count * (count - 1))
        images = int((square.argmax(axis=1) == places).sum())
        texts = int((square.argmax(axis=0) == places).sum())
        return Diagonal(images, texts, float(own.mean()), float(others))

    @property
    def shades(self) -> NDArray[np.float32]:
        """The cosines scaled to 0 (the lowest) to 1 (the highest of all)."""
        low, high = float(self.cosines.min()), float(self.cosines.max())
        return (self.cosines - low) / max(high - low, 1e-9)
