"""MoveNet Thunder: the joints of a person.

Votel and Li, "Next-Generation Pose Detection with MoveNet and TensorFlow.js", TensorFlow blog, 2021: an encoder in the
manner of MobileNetV2 with four heads, read as in Zhou et al., "Objects as Points", 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.values import Box, Image
from ...weights.store import Weights
from .network import TfjsNetwork

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

JOINTS = (
    *("nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder", "left elbow"),
    *("right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee", "right knee", "left ankle"),
    "right ankle",
)
"""In the model's order; left and right are the person's own."""
_SIDE = 256
_AROUND = 0.15
"""What the model sees around a person's box, as a share of its longer side."""
_NEAR = 1.8
"""In cells of the heat map: added to a distance by which a score is divided, as in the published graph."""
_START = "StatefulPartitionedCall/sub_1"
_HEADS = tuple(
    f"StatefulPartitionedCall/{head}"
    for head in ("Sigmoid_1", "kpt_regress_0/conv2d_6/BiasAdd", "Sigmoid", "kpt_offset_0/conv2d_7/BiasAdd")
)


@dataclass(frozen=True)
class Joint:
    """Where a joint is, in pixels of the original image, and how sure the model is, 0 to 1."""

    x: float
    y: float
    score: float


Body = dict[str, Joint]
"""The joints of one person, by their names in JOINTS."""


class MoveNet:
    """Finds the joints of people. weights: the folder of the entry "movenet"; device: a torch device."""

    backend = "movenet"

    def __init__(self, weights: Weights, device: str) -> None:
        shape = (1, _SIDE, _SIDE, 3)
        self._network = TfjsNetwork(weights, device, "movenet", "movenet-thunder", shape, _HEADS, _START)

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        self._network.load()

    def bodies(self, image: Image, persons: Sequence[Box]) -> list[Body]:
        """The joints of each person, from one pass over all. Raises RuntimeError before `load`."""
        import numpy as np
        import torch

        if not persons:
            return []
        squares = [_around(person) for person in persons]
        pixels = np.stack([np.asarray(_seen(image, square), np.float32) for square in squares])
        found = _joints(*self._network(torch.as_tensor(pixels, device=self._network.device) / 127.5 - 1))
        return [_placed(joints, square) for joints, square in zip(found.cpu().numpy(), squares, strict=True)]


def _around(person: Box) -> Box:
    half = max(person.width, person.height) * (0.5 + _AROUND)
    x, y = person.center_x, person.center_y
    return Box(x - half, y - half, x + half, y + half)


def _seen(image: Image, square: Box) -> object:
    """The pixels in the square, black where it reaches out of the image."""
    from PIL.Image import Resampling

    left, top = square.left - image.left, square.top - image.top
    corners = (round(left), round(top), round(left + square.width), round(top + square.height))
    return image.pixels.crop(corners).resize((_SIDE, _SIDE), Resampling.BILINEAR)


def _joints(centers: Tensor, moves: Tensor, heat: Tensor, offsets: Tensor) -> Tensor:
    """X and y as shares of the picture, and score: shape (people, 17, 3).

    The heads on a grid of 64 x 64 cells: where the middle of a person is, where the joints lie from there, each joint's
    heat map, and where in their cells joints lie; shapes (people, 64, 64, 1, 34, 17 and 34).
    """
    import torch

    number, cells = len(heat), heat.shape[1]
    grid = torch.stack(
        torch.meshgrid(*[torch.arange(cells, device=heat.device, dtype=heat.dtype)] * 2, indexing="ij"), -1
    )
    central = centers[..., 0] / (_length(grid - cells / 2) + _NEAR)
    person = central.reshape(number, -1).argmax(1)
    each = torch.arange(number, device=heat.device)
    start = grid.reshape(-1, 2)[person]
    expected = start[:, None] + moves.reshape(number, -1, len(JOINTS), 2)[each, person]
    distance = _length(grid.reshape(1, -1, 1, 2) - expected[:, None])
    best = (heat.reshape(number, -1, len(JOINTS)) / (distance + _NEAR)).argmax(1)
    chosen = (each[:, None], best, torch.arange(len(JOINTS), device=heat.device)[None])
    places = grid.reshape(-1, 2)[best] + offsets.reshape(number, -1, len(JOINTS), 2)[chosen]
    scores = heat.reshape(number, -1, len(JOINTS))[chosen]
    return torch.cat((places.flip(-1) / cells, scores[..., None]), -1)


def _length(vectors: Tensor) -> Tensor:
    return vectors.square().sum(-1).sqrt()


def _placed(joints: NDArray[np.float32], square: Box) -> Body:
    rows: list[list[float]] = joints.tolist()
    places = ((square.left + x * square.width, square.top + y * square.height, score) for x, y, score in rows)
    return {name: Joint(*place) for name, place in zip(JOINTS, places, strict=True)}
