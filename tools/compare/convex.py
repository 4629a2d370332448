"""An image classifier and a sentence encoder as one contrastive model.

Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings", ICLR 2014 (ConSE): an image lies
where the texts of its likeliest classes lie, weighted by their probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.values import Image
from ..name.classify import CANDIDATES, TEMPERATURE, ImageClassifier, SentenceEncoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ConvexCombination:
    """Embeds images among texts. scale: of cosines before softmax, as in CLASSIFY; there is no bias."""

    scale = 1 / TEMPERATURE
    bias = None

    def __init__(self, classifier: ImageClassifier, encoder: SentenceEncoder) -> None:
        self._classifier = classifier
        self._encoder = encoder
        self.backend = "classifier and sentence encoder"

    def load(self) -> None:
        """Load both models. Raises WeightsError."""
        self._classifier.load()
        self._encoder.load()

    def image_vectors(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Unit vectors, shape (images, dimensions)."""
        import numpy as np

        rows = self._classifier.probabilities(images)
        likeliest = rows.argsort(axis=1)[:, ::-1][:, :CANDIDATES]
        glosses = [self._encoder.encode([self._classifier.glosses[int(i)] for i in some]) for some in likeliest]
        mixed = [row[some] @ texts for row, some, texts in zip(rows, likeliest, glosses, strict=True)]
        return np.stack([vector / np.linalg.norm(vector) for vector in mixed]).astype(np.float32)

    def text_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        return self._encoder.encode(texts)
