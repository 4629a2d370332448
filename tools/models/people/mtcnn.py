"""MTCNN, a face detector: a cascade of three small networks.

Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks", IEEE Signal
Processing Letters 2016. The first network scans an image pyramid, the second and third verify its candidates, and each
refines the boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ...core.errors import WeightsError
from ...core.frozen import Frozen
from ...core.values import Box, Image
from ...runtime.cache import Recent
from ...weights.store import Weights
from ..detect.postprocess import boxes_of, suppress
from .face_detector import THRESHOLD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    Floats = NDArray[np.floating]

LABEL = "face"
SMALLEST = 20
"""Minimum side of a face in pixels. The time of the first network grows with its inverse square."""
FLOOR = 0.5
"""The last network's minimum score of a candidate."""
_SHRINK = 0.709  # sqrt(1/2): each level of the pyramid has half the pixels, as in the paper
_CELL, _STRIDE = 12, 2  # the first network has a 12 x 12 window with stride 2
_FIRST, _SECOND = 0.6, 0.7  # the paper's thresholds
_LONGEST = 1600  # maximum longer side in pixels: larger images are shrunk
_BATCH = 512
_REMEMBERED = 32

State = Mapping[str, Any]


class MtcnnOptions(Frozen):
    """Options in a profile. threshold: the minimum score of a face."""

    threshold: Annotated[float, Field(ge=FLOOR, le=1)] = THRESHOLD


class Mtcnn:
    """Detects faces. weights: the folder of the entry "mtcnn" (pnet.pt, rnet.pt, onet.pt); device: a torch device.

    threshold: the minimum score of a face, for callers.
    """

    backend = "mtcnn"

    def __init__(self, weights: Weights, device: str, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._weights = weights
        self._device = device
        self._states: tuple[State, ...] = ()
        self._seen: Recent[list[Box]] = Recent(_REMEMBERED)

    def load(self) -> None:
        """Load the three networks. Raises WeightsError if they are missing or damaged."""
        import torch

        if self._states:
            return
        folder = self._weights.path("mtcnn")
        try:
            self._states = tuple(
                torch.load(folder / f"{name}.pt", map_location=self._device, weights_only=True)
                for name in ("pnet", "rnet", "onet")
            )
        except Exception as error:
            raise WeightsError(
                f"The MTCNN weights in {folder} cannot be used ({type(error).__name__}: {error}).",
                hint="Run: looksmith models pull mtcnn",
            ) from error

    def faces(self, image: Image) -> list[Box]:
        """All candidates with a score of at least 0.5, best first, in pixels of the original, clipped to the image.

        Faces below 20 pixels, turned away or sideways are not found. Raises RuntimeError before `load`.
        """
        return list(self._seen.get(image.key, lambda: self._find(image)))

    def _find(self, image: Image) -> list[Box]:
        import numpy as np
        import torch

        if not self._states:
            raise RuntimeError("MTCNN has no weights yet: call load() first.")
        shrink = min(1.0, _LONGEST / max(image.width, image.height))
        size = max(round(image.width * shrink), 1), max(round(image.height * shrink), 1)
        pixels = image.pixels if shrink == 1 else image.pixels.resize(size)
        tensor = torch.as_tensor(np.array(pixels, np.float32), device=self._device).permute(2, 0, 1)[None]
        with torch.inference_mode():
            corners, scores = self._cascade((tensor - 127.5) / 128)
        return boxes_of(image, corners / shrink, scores, LABEL, floor=FLOOR, overlap=0.4)

    def _cascade(self, picture: Tensor) -> tuple[Floats, Floats]:
        """Corners (n, 4) in the image and scores (n,) of faces accepted by all three networks."""
        import numpy as np

        first, second, third = self._states
        corners, scores = _proposals(first, picture)
        for state, network, side, floor in ((second, _second, 24, _SECOND), (third, _third, 48, FLOOR)):
            if not len(corners):
                break
            squares = _squared(corners)
            windows = _windows(picture, squares, side)
            parts = [network(state, windows[start : start + _BATCH]) for start in range(0, len(windows), _BATCH)]
            scores = np.concatenate([part[0].cpu().numpy() for part in parts])
            moves = np.concatenate([part[1].cpu().numpy() for part in parts])
            kept = np.flatnonzero(scores >= floor)
            kept = kept[np.argsort(-scores[kept], kind="stable")]
            corners, scores = _moved(squares[kept], moves[kept]), scores[kept]
            stays = suppress(corners, 0.7)
            corners, scores = corners[stays], scores[stays]
        return corners, scores


def _proposals(state: State, picture: Tensor) -> tuple[Floats, Floats]:
    """Boxes of the first network over all levels of the pyramid, best first."""
    import numpy as np

    found = [part for zoom in _zooms(*picture.shape[2:]) if len((part := _at_zoom(state, picture, zoom))[1])]
    if not found:
        return np.empty((0, 4)), np.empty(0)
    corners, scores = np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found])
    order = np.argsort(-scores, kind="stable")
    stays = order[suppress(corners[order], 0.7)]
    return corners[stays], scores[stays]


def _zooms(height: int, width: int) -> Iterator[float]:
    zoom = _CELL / SMALLEST
    while min(height, width) * zoom >= _CELL:
        yield zoom
        zoom *= _SHRINK


def _at_zoom(state: State, picture: Tensor, zoom: float) -> tuple[Floats, Floats]:
    import numpy as np
    from torch.nn.functional import interpolate

    height, width = (int(side * zoom + 1) for side in picture.shape[2:])
    scores, moves = _first(state, interpolate(picture, (height, width), mode="area"))
    rows, columns = np.nonzero(scores.cpu().numpy() >= _FIRST)
    found, moved = scores.cpu().numpy()[rows, columns], moves.cpu().numpy()[:, rows, columns].T
    starts = np.stack([columns, rows, columns, rows], axis=1) * _STRIDE
    cells = (starts + np.array([0, 0, _CELL, _CELL])) / zoom
    order = np.argsort(-found, kind="stable")
    stays = order[suppress(cells[order], 0.5)]
    return _moved(cells[stays], moved[stays]), found[stays]


def _moved(corners: Floats, moves: Floats) -> Floats:
    """Move each side by its offset, relative to the box's width or height."""
    import numpy as np

    sides = corners[:, 2:] - corners[:, :2]
    return corners + moves * np.concatenate([sides, sides], axis=1)


def _squared(corners: Floats) -> Floats:
    """Squares with the same centres and the longer side."""
    import numpy as np

    middles = (corners[:, :2] + corners[:, 2:]) / 2
    half = (corners[:, 2:] - corners[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([middles - half, middles + half], axis=1)


def _windows(picture: Tensor, squares: Floats, side: int) -> Tensor:
    """Crop the squares to (n, 3, side, side); parts outside the image are cut off, not padded."""
    import torch
    from torch.nn.functional import interpolate

    height, width = picture.shape[2:]
    windows: list[Tensor] = []
    for left, top, right, bottom in squares.tolist():
        x, y = min(max(int(left), 0), width - 1), min(max(int(top), 0), height - 1)
        part = picture[:, :, y : max(round(bottom), y + 1), x : max(round(right), x + 1)]
        windows.append(interpolate(part, (side, side), mode="area"))
    return torch.cat(windows)


def _first(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (rows, columns) and offsets (4, rows, columns) for every cell of an image (1, 3, height, width)."""
    x = _pool(_layer(state, x, 1), 2, 2)
    x = _layer(state, _layer(state, x, 2), 3)
    return _conv(state, x, "conv4_1")[0].softmax(0)[1], _conv(state, x, "conv4_2")[0]


def _second(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (n,) and offsets (n, 4) for windows (n, 3, 24, 24)."""
    x = _layer(state, _pool_layer(state, _pool_layer(state, x, 1), 2), 3)
    x = _dense(state, _flat(x), 4)
    return _linear(state, x, "dense5_1").softmax(1)[:, 1], _linear(state, x, "dense5_2")


def _third(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (n,) and offsets (n, 4) for windows (n, 3, 48, 48)."""
    x = _pool_layer(state, _pool_layer(state, x, 1), 2)
    x = _layer(state, _pool(_layer(state, x, 3), 2, 2), 4)
    x = _dense(state, _flat(x), 5)
    return _linear(state, x, "dense6_1").softmax(1)[:, 1], _linear(state, x, "dense6_2")


def _pool_layer(state: State, x: Tensor, number: int) -> Tensor:
    return _pool(_layer(state, x, number), 3, 2)


def _layer(state: State, x: Tensor, number: int) -> Tensor:
    from torch.nn.functional import prelu

    return prelu(_conv(state, x, f"conv{number}"), state[f"prelu{number}.weight"])


def _conv(state: State, x: Tensor, name: str) -> Tensor:
    from torch.nn.functional import conv2d

    return conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"])


def _dense(state: State, x: Tensor, number: int) -> Tensor:
    from torch.nn.functional import prelu

    return prelu(_linear(state, x, f"dense{number}"), state[f"prelu{number}.weight"])


def _linear(state: State, x: Tensor, name: str) -> Tensor:
    from torch.nn.functional import linear

    return linear(x, state[f"{name}.weight"], state[f"{name}.bias"])


def _pool(x: Tensor, side: int, stride: int) -> Tensor:
    """Max pooling with partial windows at the edge, as in training."""
    from torch.nn.functional import max_pool2d

    return max_pool2d(x, side, stride, ceil_mode=True)


def _flat(x: Tensor) -> Tensor:
    """Flatten (n, channels, height, width) to (n, width * height * channels), because the weights are column-major."""
    return x.permute(0, 3, 2, 1).flatten(1)
