"""The expression of a face, by a small convolutional network.

Arriaga, Valdenegro-Toro and Plöger, "Real-time Convolutional Neural Networks for Emotion and Gender Classification",
2017 (mini-Xception, trained on FER-2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.values import Image
from ...weights.store import Weights
from .network import TfjsNetwork

EXPRESSIONS = ("angry", "disgusted", "scared", "happy", "sad", "surprised", "neutral")
"""In the model's order."""
_SIDE = 64
_OUTPUTS = ("Identity",)


class FacialExpressions:
    """Classifies the expression of faces. weights: the folder of the entry "expression"; device: a torch device."""

    backend = "mini-xception"

    def __init__(self, weights: Weights, device: str) -> None:
        self._network = TfjsNetwork(weights, device, "expression", "emotion", (1, _SIDE, _SIDE, 1), _OUTPUTS)

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        self._network.load()

    def expressions(self, faces: Sequence[Image]) -> list[dict[str, float]]:
        """The probability of each of EXPRESSIONS for each image of one face, resized to a square.

        Raises RuntimeError before `load`.
        """
        import numpy as np
        import torch
        from PIL.Image import Resampling

        if not faces:
            return []
        gray = [face.pixels.resize((_SIDE, _SIDE), Resampling.BILINEAR).convert("L") for face in faces]
        pixels = torch.as_tensor(np.stack([np.asarray(one, np.float32) for one in gray]), device=self._network.device)
        rows: list[list[float]] = self._network(pixels[..., None] / 127.5 - 1)[0].cpu().numpy().tolist()
        return [dict(zip(EXPRESSIONS, row, strict=True)) for row in rows]
