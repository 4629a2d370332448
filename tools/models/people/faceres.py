"""FaceRes: apparent age and sex of a face, by one MobileNet.

Savchenko, "Efficient Facial Representations for Age, Gender and Identity Recognition in Organizing Photo Albums Using
Multi-output ConvNet", PeerJ Computer Science 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.errors import WeightsError
from ...core.values import Image
from ...runtime.tfjs_graph import Graph
from ...weights.store import Weights

if TYPE_CHECKING:
    from torch import Tensor

_SIDE = 224
_MEAN_BGR = (103.939, 116.779, 123.68)
_OUTPUTS = ("gender_pred/Sigmoid", "age_pred/Softmax")


@dataclass(frozen=True)
class Looks:
    """The model's estimate for a face. woman: probability, 0 to 1, as opposed to man; age: in years."""

    woman: float
    age: float


class FaceRes:
    """Estimates age and sex from a face. weights: the folder of the entry "faceres"; device: a torch device."""

    backend = "faceres"

    def __init__(self, weights: Weights, device: str) -> None:
        self._weights = weights
        self._device = device
        self._graph: Graph | None = None

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        import torch

        if self._graph is not None:
            return
        folder = self._weights.path("faceres")
        try:
            graph = Graph.read(folder, "faceres", self._device, _OUTPUTS)
            _read(graph, torch.zeros(1, _SIDE, _SIDE, 3, device=self._device))
        except Exception as error:
            raise WeightsError(
                f"The FaceRes weights in {folder} cannot be used ({type(error).__name__}: {error}).",
                hint="Run: looksmith models pull faceres",
            ) from error
        self._graph = graph

    def looks(self, face: Image) -> Looks:
        """The estimate for an image of one face, resized to a square. Raises RuntimeError before `load`."""
        import numpy as np
        import torch
        from PIL.Image import Resampling

        if self._graph is None:
            raise RuntimeError("FaceRes has no weights yet: call load() first.")
        pixels = np.array(face.pixels.resize((_SIDE, _SIDE), Resampling.BILINEAR), np.float32)
        bgr = np.ascontiguousarray(pixels[..., ::-1]) - np.array(_MEAN_BGR, np.float32)
        return _read(self._graph, torch.as_tensor(bgr, device=self._device)[None])


def _read(graph: Graph, picture: Tensor) -> Looks:
    """picture: BGR, mean-centred, (1, 224, 224, 3). The age is the mean of the two likeliest years."""
    import torch

    with torch.inference_mode():
        man, ages = graph(picture)
        years = torch.arange(ages.shape[-1], device=ages.device, dtype=ages.dtype)
        best = ages[0].topk(2).indices
        age = (ages[0, best] * years[best]).sum() / ages[0, best].sum()
    return Looks(1 - float(man), float(age))
