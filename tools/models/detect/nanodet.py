"""NanoDet (RangiLyu/nanodet), a small detector of COCO's 80 classes, run in torch from its TensorFlow.js graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ...core.errors import WeightsError
from ...core.frozen import Frozen
from ...core.values import Box, Image
from ...runtime.batching import on_every_core
from ...runtime.cache import Recent
from ...runtime.tfjs_graph import Graph
from ...weights.store import Weights
from ...words import coco_classes
from ...words.vocabulary import Vocabulary
from ...words.wordnet import WordNet
from .detector import THRESHOLD
from .passes import PassDetections, SquareView, fuse, one_label_each, with_small
from .postprocess import boxes_of, check_finite

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels
    from torch import Tensor

SIDE = 416
STRIDES = (8, 16, 32)
BINS = 11
MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)
FLOOR = 0.15
SAME_THING = 0.6
"""IoU threshold for boxes of one class in one pass."""
FUSED = 0.55
"""IoU threshold for boxes of one class in several passes."""
ONE_LABEL = 0.75
"""IoU above which boxes of different classes are on the same object."""
FAINT = 0.1
"""Minimum score in a single pass; objects with lower scores in all passes stay below the floor."""
REMEMBERED, REMEMBERED_FRAMES = 32, 1024
LARGE = 640
"""An input side that enlarges small objects beyond the training size, which finds more of them."""
VIEWS = (
    (
        SquareView(SIDE, shape_kept=False),
        SquareView(SIDE, shape_kept=False, mirrored=True),
        SquareView(SIDE),
        SquareView(SIDE, mirrored=True),
    ),
    (SquareView(LARGE), SquareView(LARGE, mirrored=True)),
)
"""The views of one batch."""
QUICK = ((SquareView(SIDE),),)
_LOWER = 0.05
"""How much less sure a single view has to be: what a video shows is looked for in more than one of its frames."""
CLOSER, CLOSE_FROM, CLOSEST = 0.42, 832, 1664
"""The scale of the additional pass for large images, limited to sides of 832 to 1664 pixels.

Measured by tests/bench/large_photos.py: tiles found less in five times the time; 2,496 pixels gave more errors.
"""
SMALL_SIDE = 1 / 12
"""Objects smaller than this fraction of a large image's longer side are only taken from the additional pass."""
KNOWN = 0.45
"""IoU above which a detection of the additional pass is a duplicate."""


class NanoDetOptions(Frozen):
    """Options in a profile. threshold: the minimum score of a detection."""

    threshold: Annotated[float, Field(ge=FLOOR, le=1)] = THRESHOLD


class NanoDet:
    """Detects objects of 80 classes.

    It looks six times: at the image pressed into 416 x 416 pixels, and with its shape kept in 416 x 416 and 640 x 640,
    each also mirrored; the boxes are fused (`passes`). A picture of 2,058 pixels and more gets one closer look,
    for the small things in it. One thing has one label, the best of it.
    tests/bench/detector.py measures what that gives.

    weights: the folder of the entries "nanodet" (nanodet.json, nanodet.bin) and "wordnet".
    device: a torch device, "cpu" or "cuda".
    views: the views per batch, all of one side.
    threshold: the minimum score of a detection.
    closer: whether large images get the additional pass.
    remembered: the images whose boxes are kept, the latest ones.
    """

    backend = "nanodet"
    names = coco_classes.CLASSES

    def __init__(
        self,
        weights: Weights,
        device: str,
        views: Sequence[Sequence[SquareView]] = VIEWS,
        threshold: float = THRESHOLD,
        *,
        closer: bool = True,
        remembered: int = REMEMBERED,
    ) -> None:
        # One threshold for all classes: thresholds fitted per class did worse in cross-validation (RESULTS.md).
        self.thresholds: Mapping[str, float] = dict.fromkeys(self.names, threshold)
        self.weights = weights
        self.device = device
        self._views = views
        self._closer = closer
        self._graph: Graph | None = None
        self._wordnet = WordNet(weights)
        self._vocabulary = coco_classes.vocabulary(self._wordnet)
        self._seen: Recent[list[Box]] = Recent(remembered)

    def quick(self) -> NanoDet:
        """The same detector with a single view of each image: an eighth of the time, and it misses more."""
        threshold = self.thresholds[self.names[0]] - _LOWER
        return NanoDet(self.weights, self.device, QUICK, threshold, closer=False, remembered=REMEMBERED_FRAMES)

    def load(self) -> None:
        """Load the weights and run once, to detect damage. Raises WeightsError."""
        if self._graph is None:
            self._graph = read_graph(self.weights.path("nanodet"), self.device)
        self._wordnet.load()

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of words for the classes."""
        return self._vocabulary

    def detect(self, image: Image) -> list[Box]:
        """All candidates with a score of at least 0.15, best first, in pixels of the original, clipped to the image.

        Results of the latest images are cached. Raises RuntimeError before `load`.
        """
        return list(self._seen.get(image.key, lambda: self._detect(image)))

    def look(self, images: Sequence[Image]) -> None:
        """Process the images that are not cached, on a CPU in parallel on all cores. Raises like `detect`."""
        import torch

        new = [image for image in images if image.key not in self._seen]
        each = torch.get_num_threads()
        found = on_every_core(self._detect, new, each) if self.device == "cpu" else map(self._detect, new)
        for image, boxes in zip(new, found, strict=True):
            self._seen.put(image.key, boxes)

    def _detect(self, image: Image) -> list[Box]:
        found = [
            box
            for name, seen in self._seen_by_class(image)
            for box in boxes_of(image, seen.corners, seen.scores, name, floor=FLOOR, overlap=1.0)
        ]
        return one_label_each(sorted(found, key=lambda box: -box.score), ONE_LABEL)

    def _seen_by_class(self, image: Image) -> Iterator[tuple[str, PassDetections]]:
        """The fused detections of all passes, for all classes, in pixels of the image."""
        import numpy as np

        if self._graph is None:
            raise RuntimeError("NanoDet has no weights yet: call load() first.")
        passes = [one for views in self._views for one in self._look_through(views, self._graph, image.pixels)]
        check_finite(self.backend, *(numbers for one in passes for numbers in one))
        close = self._look_closer(self._graph, image.pixels)
        every = (*passes, *close)
        best = np.array([one.scores.max(axis=0) for one in every]).max(axis=0)
        for index in np.flatnonzero(best >= FLOOR).tolist():
            whole = _fuse(passes, index)
            least = SMALL_SIDE * max(image.width, image.height)
            yield self.names[index], with_small(whole, _fuse(close, index), least, KNOWN) if close else whole

    def _look_closer(self, graph: Graph, pixels: Pixels) -> list[PassDetections]:
        """The additional pass for small objects in large images; [] for other images."""
        side = min(CLOSEST, int(CLOSER * max(pixels.size)) // STRIDES[-1] * STRIDES[-1])
        return self._look_through([SquareView(side)], graph, pixels) if self._closer and side > CLOSE_FROM else []

    def _look_through(self, views: Sequence[SquareView], graph: Graph, pixels: Pixels) -> list[PassDetections]:
        """The detections of all classes in images of one side: scores (N, 80)."""
        import torch

        side = views[0].side
        with torch.inference_mode():
            scores, corners = decode(graph(_to_input([view.picture(pixels) for view in views], self.device)), side)
        found, places = scores.cpu().numpy(), corners.double().cpu().numpy()
        return [PassDetections(view.back(places[i], pixels), found[i]) for i, view in enumerate(views)]


def _fuse(passes: Sequence[PassDetections], index: int) -> PassDetections:
    """The fused boxes of one class."""
    of_class = [PassDetections(one.corners, one.scores[:, index]) for one in passes]
    return fuse(of_class, floor=FAINT, same=SAME_THING, overlap=FUSED)


def _to_input(pictures: Sequence[Pixels], device: str) -> Tensor:
    """The network's input for images of one side: (N, 3, side, side), BGR, normalized."""
    import numpy as np
    import torch

    bgr = torch.as_tensor(np.stack([np.asarray(picture) for picture in pictures]), device=device).float().flip(-1)
    normal = (bgr - torch.tensor(MEAN_BGR, device=device)) / torch.tensor(STD_BGR, device=device)
    return normal.permute(0, 3, 1, 2)


def decode(outputs: list[Tensor], side: int = SIDE) -> tuple[Tensor, Tensor]:
    """Scores (p, N, 80) and corners (p, N, 4: left, top, right, bottom in the picture) of p pictures.

    outputs: for the strides 8, 16, 32 the class scores (p, n, 80), then for each the logits (p, n, 44) of four
    distances from the cell's centre to the sides, each a distribution over 0 to 10 strides whose mean is taken
    (Li et al., "Generalized Focal Loss", NeurIPS 2020, section 3.2). N is the number of all cells, 3549 for a
    side of 416.
    """
    import torch

    corners: list[Tensor] = []
    for stride, logits in zip(STRIDES, outputs[len(STRIDES) :], strict=True):
        steps = torch.arange(BINS, dtype=logits.dtype, device=logits.device)
        sides = logits.reshape(*logits.shape[:-1], 4, BINS).softmax(-1) @ steps * stride
        middles = (torch.arange(side // stride, device=logits.device) + 0.5) * stride
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        centres = torch.stack([x.flatten(), y.flatten()], dim=-1)
        corners.append(torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], dim=-1))
    return torch.cat(outputs[: len(STRIDES)], dim=1), torch.cat(corners, dim=1).clamp(0, side)


def read_graph(folder: Path, device: str) -> Graph:
    """Load the graph nanodet.json with the weights nanodet.bin. Raises WeightsError if either is damaged.

    A call takes normalized images (N, 3, side, side) and returns the six tensors for `decode`.
    """
    import torch

    outputs = [f"Identity_{i}" if i else "Identity" for i in range(2 * len(STRIDES))]
    try:
        graph = Graph.read(folder, "nanodet", device, outputs, SIDE)
        with torch.inference_mode():
            decode(graph(torch.zeros(1, 3, SIDE, SIDE, device=device)))
    except Exception as error:
        raise WeightsError(
            f"The NanoDet weights in {folder} cannot be used ({type(error).__name__}: {error}).",
            hint="Run: looksmith models pull nanodet",
        ) from error
    return graph
