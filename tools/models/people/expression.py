"""The expression of a face, by a small convolutional network.

Arriaga, Valdenegro-Toro and Plöger, "Real-time Convolutional Neural Networks for Emotion and Gender Classification",
2017 (mini-Xception, trained on FER-2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.errors import WeightsError
from ...core.values import Image
from ...runtime.tfjs_graph import Graph
from ...weights.store import Weights

if TYPE_CHECKING:
    from torch import Tensor

EXPRESSIONS = ("angry", "disgusted", "scared", "happy", "sad", "surprised", "neutral")
"""In the model's order."""
_SIDE = 64
_OUTPUTS = ("Identity",)


class Expressions:
    """Tells the expression of faces. weights: the folder of the entry "expression"; device: a torch device."""

    backend = "mini-xception"

    def __init__(self, weights: Weights, device: str) -> None:
        self._weights = weights
        self._device = device
        self._graph: Graph | None = None

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        import torch

        if self._graph is not None:
            return
        folder = self._weights.path("expression")
        try:
            graph = Graph.read(folder, "emotion", self._device, _OUTPUTS)
            _shares(graph, torch.zeros(1, _SIDE, _SIDE, 1, device=self._device))
        except Exception as error:
            raise WeightsError(
                f"The weights for expressions in {folder} cannot be used ({type(error).__name__}: {error}).",
                hint="Run: looksmith models pull expression",
            ) from error
        self._graph = graph

    def expressions(self, faces: Sequence[Image]) -> list[dict[str, float]]:
        """The probability of each of EXPRESSIONS for each image of one face, resized to a square.

        Raises RuntimeError before `load`.
        """
        import numpy as np
        import torch
        from PIL.Image import Resampling

        if self._graph is None:
            raise RuntimeError("The model for expressions has no weights yet: call load() first.")
        if not faces:
            return []
        gray = [face.pixels.resize((_SIDE, _SIDE), Resampling.BILINEAR).convert("L") for face in faces]
        pixels = torch.as_tensor(np.stack([np.asarray(one, np.float32) for one in gray]), device=self._device)
        rows: list[list[float]] = _shares(self._graph, pixels[..., None] / 127.5 - 1).cpu().numpy().tolist()
        return [dict(zip(EXPRESSIONS, row, strict=True)) for row in rows]


def _shares(graph: Graph, pictures: Tensor) -> Tensor:
    """Shape (faces, 7), rows sum to 1. pictures: gray, -1 to 1, (faces, 64, 64, 1)."""
    import torch

    with torch.inference_mode():
        return graph(pictures)[0]
