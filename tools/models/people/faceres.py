"""FaceRes: apparent age and sex of a face, by one MobileNet.

Savchenko, "Efficient Facial Representations for Age, Gender and Identity Recognition in Organizing Photo Albums Using
Multi-output ConvNet", PeerJ Computer Science 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.values import Image
from ...weights.store import Weights
from .network import TfjsNetwork

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
        self._network = TfjsNetwork(weights, device, "faceres", "faceres", (1, _SIDE, _SIDE, 3), _OUTPUTS)

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        self._network.load()

    def looks(self, face: Image) -> Looks:
        """The estimate for an image of one face, resized to a square. Raises RuntimeError before `load`."""
        import numpy as np
        import torch
        from PIL.Image import Resampling

        pixels = np.array(face.pixels.resize((_SIDE, _SIDE), Resampling.BILINEAR), np.float32)
        bgr = np.ascontiguousarray(pixels[..., ::-1]) - np.array(_MEAN_BGR, np.float32)
        return _read(*self._network(torch.as_tensor(bgr, device=self._network.device)[None]))


def _read(man: Tensor, ages: Tensor) -> Looks:
    """man: probability, (1, 1); ages: of each year, (1, 100). The age is the mean of the two likeliest years."""
    import torch

    years = torch.arange(ages.shape[-1], device=ages.device, dtype=ages.dtype)
    best = ages[0].topk(2).indices
    age = (ages[0, best] * years[best]).sum() / ages[0, best].sum()
    return Looks(1 - float(man), float(age))
