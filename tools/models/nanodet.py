"""NanoDet (RangiLyu/nanodet), a small detector of COCO's 80 classes, run in torch from its TensorFlow.js graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import coco
from ..cache import Recent
from ..errors import WeightsError
from ..found import boxes_of
from ..spec import on_every_core
from ..values import Box, Image
from ..vocabulary import Match, Vocabulary
from ..weights import Weights
from .tfjs_graph import Graph
from .wordnet import WordNet

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 416
STRIDES = (8, 16, 32)
BINS = 11
MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)
FLOOR = 0.15
SAME_THING = 0.6
REMEMBERED = 32


class NanoDet:
    """Finds things of 80 classes in an image.

    An image is resized to 416 x 416 whatever its shape. Keeping its shape inside grey bars, as in training, makes
    things smaller: of thirteen in eight photos it missed three (a cup, two people), the plain resize one (a table).

    weights: where the entries "nanodet" (nanodet.json, nanodet.bin) and "wordnet" are.
    device: a torch device, "cpu" or "cuda".
    """

    backend = "nanodet"
    names = coco.CLASSES

    def __init__(self, weights: Weights, device: str) -> None:
        self.weights = weights
        self.device = device
        self._graph: Graph | None = None
        self._wordnet = WordNet(weights)
        self._vocabulary = coco.vocabulary(self._wordnet)
        self._seen: Recent[list[Box]] = Recent(REMEMBERED)

    def load(self) -> None:
        """Read the weights and run once, so that damage shows here. Raises WeightsError."""
        if self._graph is None:
            self._graph = read_graph(self.weights.path("nanodet"), self.device)
        self._wordnet.load()

    def find(self, name: str) -> Match:
        """The classes for what people call `name`. Raises ToolError for an empty name."""
        return self._vocabulary.find(name)

    @property
    def vocabulary(self) -> Vocabulary:
        """What people call the classes."""
        return self._vocabulary

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score from which a candidate of each class counts as found."""
        return dict.fromkeys(self.names, 0.4)

    def detect(self, image: Image) -> list[Box]:
        """Everything that scores at least 0.15, best first, in original pixels and within the image.

        The last 32 images are remembered. Raises RuntimeError before `load`.
        """
        return list(self._seen.get(image.key, lambda: self._detect(image)))

    def look(self, images: Sequence[Image]) -> None:
        """Look at those that are not remembered, one a pass, on a CPU on every core. Raises as `detect`."""
        import torch

        new = [image for image in images if image.key not in self._seen]
        each = torch.get_num_threads()
        found = on_every_core(self._detect, new, each) if self.device == "cpu" else map(self._detect, new)
        for image, boxes in zip(new, found, strict=True):
            self._seen.put(image.key, boxes)

    def _detect(self, image: Image) -> list[Box]:
        import torch

        if self._graph is None:
            raise RuntimeError("NanoDet has no weights yet: call load() first.")
        with torch.inference_mode():
            scores, corners = decode(self._graph(_to_input(image, self.device)))
        sides = corners.double().cpu().numpy() * ((image.width, image.height) * 2) / SIDE
        found = scores.cpu().numpy()
        of_class = [
            boxes_of(image, sides, found[:, index], name, floor=FLOOR, overlap=SAME_THING)
            for index, name in enumerate(self.names)
            if found[:, index].max() >= FLOOR
        ]
        return sorted((box for boxes in of_class for box in boxes), key=lambda box: -box.score)


def _to_input(image: Image, device: str) -> Tensor:
    """The image as the network wants it: 1 x 3 x 416 x 416, blue green red, normalized."""
    import numpy as np
    import torch
    from PIL.Image import Resampling

    resized = image.pixels.resize((SIDE, SIDE), Resampling.BICUBIC)
    bgr = torch.as_tensor(np.array(resized, np.float32), device=device).flip(-1)
    normal = (bgr - torch.tensor(MEAN_BGR, device=device)) / torch.tensor(STD_BGR, device=device)
    return normal.permute(2, 0, 1)[None]


def decode(outputs: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Scores (N, 80) and corners (N, 4: left, top, right, bottom in the 416 x 416 picture) of all N = 3549 cells.

    outputs: for the strides 8, 16, 32 the class scores (1, n, 80), then for each the logits (1, n, 44) of four
    distances from the cell's centre to the sides, each a distribution over 0 to 10 strides whose mean is taken
    (Li et al., "Generalized Focal Loss", NeurIPS 2020, section 3.2).
    """
    import torch

    corners: list[Tensor] = []
    for stride, logits in zip(STRIDES, outputs[len(STRIDES) :], strict=True):
        steps = torch.arange(BINS, dtype=logits.dtype, device=logits.device)
        sides = logits[0].reshape(-1, 4, BINS).softmax(-1) @ steps * stride
        middles = (torch.arange(SIDE // stride, device=logits.device) + 0.5) * stride
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        centres = torch.stack([x.flatten(), y.flatten()], dim=-1)
        corners.append(torch.cat([centres - sides[:, :2], centres + sides[:, 2:]], dim=-1))
    return torch.cat([scores[0] for scores in outputs[: len(STRIDES)]]), torch.cat(corners).clamp(0, SIDE)


def read_graph(folder: Path, device: str) -> Graph:
    """The graph of nanodet.json with the weights of nanodet.bin. Raises WeightsError when either is damaged.

    A call takes a normalized picture (1, 3, 416, 416) and gives the six tensors that `decode` takes.
    """
    import torch

    outputs = [f"Identity_{i}" if i else "Identity" for i in range(2 * len(STRIDES))]
    try:
        graph = Graph.read(folder, "nanodet", device, outputs)
        with torch.inference_mode():
            decode(graph(torch.zeros(1, 3, SIDE, SIDE, device=device)))
    except Exception as error:
        raise WeightsError(
            f"The NanoDet weights in {folder} cannot be used ({type(error).__name__}: {error}).",
            hint="Run: looksmith models pull nanodet",
        ) from error
    return graph
