"""NanoDet (RangiLyu/nanodet), a small detector of COCO's 80 classes, run in torch from its TensorFlow.js graph."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .. import coco
from ..cache import Recent
from ..errors import WeightsError
from ..found import boxes_of, check_finite
from ..spec import on_every_core
from ..values import Box, Image
from ..weights import Weights
from .passes import VIEWS, Seen, fuse, one_label_each

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels
    from torch import Tensor

    Integers = NDArray[np.int64]

SIDE = 416
STRIDES = (8, 16, 32)
BINS = 11
MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)
FLOOR = 0.15
SAME_THING = 0.6
"""IoU of boxes of one class in one pass."""
FUSED = 0.55
"""IoU of boxes of one class in several passes."""
ONE_LABEL = 0.75
"""IoU of boxes of different classes that are on one thing."""
FAINT = 0.1
"""A score that counts in one pass: four of these are still below the floor."""
REMEMBERED = 32

Attributes = Mapping[str, Any]
Operation = Callable[..., Any]


class NanoDet:
    """Finds things of 80 classes in an image.

    It looks four times, in one pass of the network: at the image pressed into 416 x 416 pixels and at the image with
    its shape kept, each also mirrored; the boxes are fused (`passes`). One thing has one label, the best of it.
    tests/bench/detector.py measures what that gives.

    weights: where the entry "nanodet" (nanodet.json, nanodet.bin) is.
    device: a torch device, "cpu" or "cuda".
    """

    backend = "nanodet"
    names = coco.CLASSES

    def __init__(self, weights: Weights, device: str) -> None:
        self._weights = weights
        self._device = device
        self._graph: Graph | None = None
        self._seen: Recent[list[Box]] = Recent(REMEMBERED)

    def load(self) -> None:
        """Read the weights and run once, so that damage shows here. Raises WeightsError."""
        if self._graph is None:
            self._graph = Graph.read(self._weights.path("nanodet"), self._device)

    def resolve(self, name: str) -> str:
        """The class that people mean by `name`. Raises UnknownName, or ToolError for an empty name."""
        return coco.resolve(name)

    def detect(self, image: Image) -> list[Box]:
        """Everything that scores at least 0.15, best first, in original pixels and within the image.

        The last 32 images are remembered. Raises RuntimeError before `load`.
        """
        return list(self._seen.get(image.key, lambda: self._detect(image)))

    def look(self, images: Sequence[Image]) -> None:
        """Look at those that are not remembered, one after another, on a CPU on every core. Raises as `detect`."""
        import torch

        new = [image for image in images if image.key not in self._seen]
        each = torch.get_num_threads()
        found = on_every_core(self._detect, new, each) if self._device == "cpu" else map(self._detect, new)
        for image, boxes in zip(new, found, strict=True):
            self._seen.put(image.key, boxes)

    def _detect(self, image: Image) -> list[Box]:
        found = [box for name, seen in self._seen_by_class(image) for box in _boxes(image, seen, name)]
        return one_label_each(sorted(found, key=lambda box: -box.score), ONE_LABEL)

    def _seen_by_class(self, image: Image) -> Iterator[tuple[str, list[Seen]]]:
        """What each of the four passes saw of every class that one of them saw."""
        import torch

        if self._graph is None:
            raise RuntimeError("NanoDet has no weights yet: call load() first.")
        pictures = [view.picture(image.pixels, SIDE) for view in VIEWS]
        with torch.inference_mode():
            scores, corners = decode(self._graph(_to_input(pictures, self._device)))
        found, places = scores.cpu().numpy(), corners.double().cpu().numpy()
        check_finite(self.backend, found, places)
        places = [view.back(place, image.pixels, SIDE) for view, place in zip(VIEWS, places, strict=True)]
        for index in (found.max(axis=(0, 1)) >= FLOOR).nonzero()[0].tolist():
            yield self.names[index], [Seen(*seen) for seen in zip(places, found[..., index], strict=True)]


def _boxes(image: Image, passes: Sequence[Seen], name: str) -> list[Box]:
    """The fused boxes of one class in original pixels."""
    fused = fuse(passes, floor=FAINT, same=SAME_THING, overlap=FUSED)
    return boxes_of(image, fused.corners, fused.scores, name, floor=FLOOR, overlap=1.0)


def _to_input(pictures: Sequence[Pixels], device: str) -> Tensor:
    """Pictures of 416 x 416 as the network wants them: n x 3 x 416 x 416, blue green red, normalized."""
    import numpy as np
    import torch

    bgr = torch.as_tensor(np.stack([np.asarray(picture) for picture in pictures]), device=device).float().flip(-1)
    normal = (bgr - torch.tensor(MEAN_BGR, device=device)) / torch.tensor(STD_BGR, device=device)
    return normal.permute(0, 3, 1, 2)


def decode(outputs: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Scores (p, N, 80) and corners (p, N, 4: left, top, right, bottom in the 416 x 416 picture) of p pictures.

    outputs: for the strides 8, 16, 32 the class scores (p, n, 80), then for each the logits (p, n, 44) of four
    distances from the cell's centre to the sides, each a distribution over 0 to 10 strides whose mean is taken
    (Li et al., "Generalized Focal Loss", NeurIPS 2020, section 3.2). N = 3549 is the number of all cells.
    """
    import torch

    corners: list[Tensor] = []
    for stride, logits in zip(STRIDES, outputs[len(STRIDES) :], strict=True):
        steps = torch.arange(BINS, dtype=logits.dtype, device=logits.device)
        sides = logits.unflatten(-1, (4, BINS)).softmax(-1) @ steps * stride
        middles = (torch.arange(SIDE // stride, device=logits.device) + 0.5) * stride
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        centres = torch.stack([x.flatten(), y.flatten()], dim=-1)
        corners.append(torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], dim=-1))
    return torch.cat(outputs[: len(STRIDES)], dim=1), torch.cat(corners, dim=1).clamp(0, SIDE)


class Step(NamedTuple):
    """One operation of a graph: its name, its function, and what it takes (`node`, or `node:output`)."""

    name: str
    run: Operation
    inputs: tuple[str, ...]


class Graph:
    """A TensorFlow.js graph model as torch functions, in the order in which they run."""

    def __init__(self, nodes: list[Mapping[str, Any]], constants: Mapping[str, Any]) -> None:
        by_name = {node["name"]: node for node in nodes}
        depends = {name: [ref.partition(":")[0] for ref in node.get("input", ())] for name, node in by_name.items()}
        self._constants = dict(constants)
        self._steps: list[Step] = []
        self._input = next(name for name, node in by_name.items() if node["op"] == "Placeholder")
        self._outputs = [f"Identity_{i}" if i else "Identity" for i in range(2 * len(STRIDES))]
        operations = _operations()
        for name in TopologicalSorter(depends).static_order():
            node = by_name[name]
            if node["op"] in ("Const", "Placeholder"):
                continue
            step = Step(name, partial(operations[node["op"]], node.get("attr", {})), tuple(node["input"]))
            if all(ref in self._constants for ref in step.inputs):
                self._constants[name] = step.run(*(self._constants[ref] for ref in step.inputs))
            else:
                self._steps.append(step)

    @classmethod
    def read(cls, folder: Path, device: str) -> Graph:
        """The graph of nanodet.json with the weights of nanodet.bin. Raises WeightsError when either is damaged."""
        import torch

        try:
            model = json.loads((folder / "nanodet.json").read_bytes())
            constants = _constants(
                model["weightsManifest"][0]["weights"], (folder / "nanodet.bin").read_bytes(), device
            )
            graph = cls(model["modelTopology"]["node"], constants)
            with torch.inference_mode():
                decode(graph(torch.zeros(1, 3, SIDE, SIDE, device=device)))
        except Exception as error:
            raise WeightsError(
                f"The NanoDet weights in {folder} cannot be used ({type(error).__name__}: {error}).",
                hint="Run: looksmith models pull nanodet",
            ) from error
        return graph

    def __call__(self, x: Tensor) -> list[Tensor]:
        """The six outputs for p normalized pictures, shape (p, 3, 416, 416)."""
        values = {**self._constants, self._input: x}
        for step in self._steps:
            values[step.name] = step.run(*(_value(values, ref) for ref in step.inputs))
        return [values[name] for name in self._outputs]


def _value(values: Mapping[str, Any], ref: str) -> Any:
    name, _, output = ref.partition(":")
    outputs = values[name]
    return cast(Any, outputs)[int(output or 0)] if isinstance(outputs, tuple) else outputs


def _constants(manifest: list[Mapping[str, Any]], raw: bytes, device: str) -> dict[str, Tensor | Integers]:
    """What lies one after another in `raw`: weights, stored as float16, as float32; shapes and axes as arrays."""
    import numpy as np
    import torch

    constants: dict[str, Tensor | Integers] = {}
    offset = 0
    for entry in manifest:
        stored = np.dtype(entry.get("quantization", entry)["dtype"])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        array = np.frombuffer(raw[offset : offset + count * stored.itemsize], stored).reshape(entry["shape"])
        offset += array.nbytes
        if entry["dtype"] == "float32":
            constants[entry["name"]] = torch.as_tensor(array.astype(np.float32), device=device)
        else:
            constants[entry["name"]] = array.astype(np.int64)
    if offset != len(raw):
        raise ValueError(f"{len(raw)} bytes of weights, and the graph wants {offset}")
    return constants


def _operations() -> dict[str, Operation]:
    """TensorFlow's operations on tensors of layout NHWC, as functions of a node's attributes and its inputs."""
    import torch
    from torch.nn import functional as F

    def concatenate(_: Attributes, *inputs: Any) -> Tensor:
        return torch.cat(inputs[:-1], int(inputs[-1]))

    def convolve(attributes: Attributes, x: Tensor, kernel: Tensor) -> Tensor:
        groups = x.shape[-1] // kernel.shape[2]
        stride = _window(attributes, "strides")
        return _nhwc(F.conv2d(_nchw(x), kernel.permute(3, 2, 0, 1), stride=stride, groups=groups))

    def leaky_relu(attributes: Attributes, x: Tensor) -> Tensor:
        return F.leaky_relu(x, attributes["alpha"]["f"])

    def pad(_: Attributes, x: Tensor, sides: Integers, value: float = 0.0) -> Tensor:
        last_axis_first: list[int] = sides[::-1].flatten().tolist()
        return F.pad(x, last_axis_first, value=float(value))

    def pool(attributes: Attributes, x: Tensor) -> Tensor:
        return _nhwc(F.max_pool2d(_nchw(x), _window(attributes, "ksize"), _window(attributes, "strides")))

    def resize(_: Attributes, x: Tensor, size: Integers) -> Tensor:
        return _nhwc(F.interpolate(_nchw(x), size=size.tolist(), mode="bilinear", align_corners=False))

    return {
        **{"Add": _add, "AddV2": _add, "Identity": _identity, "Reshape": _reshape, "Sigmoid": _sigmoid},
        **{"SparseToDense": _dense, "SplitV": _split, "Transpose": _transpose},
        **{"ConcatV2": concatenate, "Conv2D": convolve, "LeakyRelu": leaky_relu, "MaxPool": pool},
        **{"Pad": pad, "PadV2": pad, "ResizeBilinear": resize},
    }


def _add(_: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x + y


def _identity(_: Attributes, x: Tensor) -> Tensor:
    return x


def _reshape(_: Attributes, x: Tensor, shape: Integers) -> Tensor:
    """The graph is written for one picture; the first axis is that of pictures everywhere."""
    return x.reshape(len(x), *shape[1:].tolist())


def _sigmoid(_: Attributes, x: Tensor) -> Tensor:
    return x.sigmoid()


def _dense(_: Attributes, indices: Integers, shape: Integers, values: Integers, default: Integers) -> Integers:
    filled = default.repeat(shape.prod()).reshape(shape)
    filled[tuple(indices.T)] = values
    return filled


def _split(_: Attributes, x: Tensor, sizes: Integers, axis: Integers) -> tuple[Tensor, ...]:
    return x.split_with_sizes(sizes.tolist(), int(axis))


def _transpose(_: Attributes, x: Tensor, axes: Integers) -> Tensor:
    return x.permute(axes.tolist())


def _window(attributes: Attributes, name: str) -> tuple[int, int]:
    """Height and width of a window or stride, for the one kind of window that this graph has."""
    if base64.b64decode(attributes["padding"]["s"]) != b"VALID":
        raise ValueError("a window with padding")
    _, height, width, _ = map(int, attributes[name]["list"]["i"])
    return height, width


def _nchw(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _nhwc(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)
