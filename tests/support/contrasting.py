"""A contrastive model whose vectors are known, so that scores can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image as Pillow

from looksmith.tools.core.values import Image


class Known:
    """Vectors by text, and by the red of an image's first pixel; other texts lie along the last axis."""

    backend = "known"

    def __init__(
        self,
        texts: Mapping[str, Sequence[float]],
        images: Mapping[int, Sequence[float]] | None = None,
        scale: float = 10.0,
        bias: float | None = None,
    ) -> None:
        self.scale = scale
        self.bias = bias
        self.asked: list[str] = []
        self.seen = 0
        self._texts = {text: _unit(vector) for text, vector in texts.items()}
        self._images = {red: _unit(vector) for red, vector in (images or {}).items()}

    def load(self) -> None:
        """Nothing to do."""

    def text_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors; `asked` keeps the texts."""
        self.asked += texts
        other: np.ndarray = np.eye(len(next(iter(self._texts.values()))), dtype=np.float32)[-1]
        known: dict[str, np.ndarray] = {text: other for text in texts} | self._texts
        return np.stack([known[text] for text in texts])

    def image_vectors(self, images: Sequence[Image]) -> np.ndarray:
        """Unit vectors; `seen` counts the images."""
        self.seen += len(images)
        return np.stack([self._images[int(image.array()[0, 0, 0])] for image in images])


def red(value: int) -> Image:
    """An image that `Known` knows by this number."""
    return Image.of(Pillow.new("RGB", (4, 3), (value, 0, 0)))


def _unit(vector: Sequence[float]) -> np.ndarray:
    array = np.asarray(vector, np.float32)
    return array / np.linalg.norm(array)
