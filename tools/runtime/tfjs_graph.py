"""Runs TensorFlow.js graph models (a .json and a .bin file) in torch; supports the operations needed here."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    Integers = NDArray[np.int64]

Attributes = Mapping[str, Any]
Operation = Callable[..., Any]


class GraphNode(NamedTuple):
    """An operation of a graph: name, function, and inputs (`node` or `node:output`).

    over: the nodes whose values no later operation takes.
    """

    name: str
    run: Operation
    inputs: tuple[str, ...]
    over: tuple[str, ...] = ()


class Graph:
    """A TensorFlow.js graph model as a sequence of torch functions.

    outputs: the nodes whose values a call returns.
    side: the side of the input (N, 3, side, side) for which the graph was written; for other sizes, the constant sizes
        in the graph are scaled, which works for convolutions. 0: only the graph's own size is supported.
    start: the node whose value a call gives; by default the graph's input. Only what lies between it and the outputs
        is run.
    """

    def __init__(
        self,
        nodes: list[Mapping[str, Any]],
        constants: Mapping[str, Any],
        outputs: Sequence[str],
        side: int = 0,
        start: str = "",
    ) -> None:
        by_name = {node["name"]: node for node in nodes}
        self._input = start or next(name for name, node in by_name.items() if node["op"] == "Placeholder")
        depends = _needed(by_name, outputs, self._input)
        self._constants = dict(constants)
        self._steps: list[GraphNode] = []
        self._outputs = tuple(outputs)
        self._side = side
        self._sizes = {node["input"][1] for node in nodes if side and node["op"] == "ResizeBilinear"}
        known = operations()
        for name in TopologicalSorter(depends).static_order():
            node = by_name[name]
            if node["op"] == "Const" or name == self._input:
                continue
            step = GraphNode(name, partial(known[node["op"]], node.get("attr", {})), tuple(_inputs(node)))
            if all(ref in self._constants for ref in step.inputs):
                self._constants[name] = step.run(*(self._constants[ref] for ref in step.inputs))
            else:
                self._steps.append(step)
        self._steps = _with_ends(self._steps, {self._input, *(step.name for step in self._steps)} - {*outputs})

    @classmethod
    def read(
        cls, folder: Path, name: str, device: str, outputs: Sequence[str], side: int = 0, start: str = ""
    ) -> Graph:
        """Load the graph <name>.json with the weights <name>.bin. outputs, side, start: as in the class.

        Raises OSError, ValueError, KeyError or TypeError if either is missing or damaged.
        """
        model = json.loads((folder / f"{name}.json").read_bytes())
        raw = (folder / f"{name}.bin").read_bytes()
        constants = _constants(model["weightsManifest"][0]["weights"], raw, device)
        return cls(model["modelTopology"]["node"], constants, outputs, side, start)

    def __call__(self, x: Tensor) -> list[Tensor]:
        """The outputs for a batch of images, float (N, 3, side, side) or in the graph's own layout."""
        sizes = {name: self._constants[name] * tuple(x.shape[2:]) // self._side for name in self._sizes}
        values = {**self._constants, **sizes, self._input: x}
        for step in self._steps:
            values[step.name] = step.run(*(_value(values, ref) for ref in step.inputs))
            for name in step.over:
                del values[name]
        return [values[name] for name in self._outputs]


def _inputs(node: Mapping[str, Any]) -> list[str]:
    """The nodes whose values it takes; "^node" only says what has to run before it."""
    return [ref for ref in node.get("input", ()) if not ref.startswith("^")]


def _needed(nodes: Mapping[str, Mapping[str, Any]], outputs: Sequence[str], start: str) -> dict[str, list[str]]:
    """The nodes on which the outputs depend, each with those it depends on itself; the start depends on nothing."""
    depends: dict[str, list[str]] = {}
    left = list(outputs)
    while left:
        name = left.pop()
        if name not in depends:
            depends[name] = [] if name == start else [ref.partition(":")[0] for ref in _inputs(nodes[name])]
            left += depends[name]
    return depends


def _with_ends(steps: Sequence[GraphNode], names: set[str]) -> list[GraphNode]:
    """The steps, each with those of the named values that it is the last to take."""
    last = {ref.partition(":")[0]: step.name for step in steps for ref in step.inputs}
    ends: dict[str, list[str]] = {}
    for name, step in last.items():
        if name in names:
            ends.setdefault(step, []).append(name)
    return [step._replace(over=tuple(ends.get(step.name, ()))) for step in steps]


def _value(values: Mapping[str, Any], ref: str) -> Any:
    name, _, output = ref.partition(":")
    outputs = values[name]
    return cast(Any, outputs)[int(output or 0)] if isinstance(outputs, tuple) else outputs


def _constants(manifest: list[Mapping[str, Any]], raw: bytes, device: str) -> dict[str, Tensor | Integers]:
    """Parse the tensors stored consecutively in `raw`: float16 weights as float32, shapes and axes as arrays."""
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
        raise ValueError(f"{len(raw)} bytes of weights, but the graph needs {offset}")
    return constants


def operations() -> dict[str, Operation]:
    """TensorFlow's operations on NHWC tensors, as functions of a node's attributes and inputs."""
    import torch
    from torch.nn import functional as F

    def concatenate(_: Attributes, *inputs: Any) -> Tensor:
        return torch.cat(inputs[:-1], int(inputs[-1]))

    def leaky_relu(attributes: Attributes, x: Tensor) -> Tensor:
        return F.leaky_relu(x, attributes["alpha"]["f"])

    def pad(_: Attributes, x: Tensor, sides: Integers, value: float = 0.0) -> Tensor:
        last_axis_first: list[int] = sides[::-1].flatten().tolist()
        return F.pad(x, last_axis_first, value=float(value))

    def resize(_: Attributes, x: Tensor, size: Integers) -> Tensor:
        return _nhwc(F.interpolate(_nchw(x), size=size.tolist(), mode="bilinear", align_corners=False))

    return {
        **_windows(),
        **{"Add": _add, "AddV2": _add, "Identity": _identity, "Reshape": _reshape, "Sigmoid": _sigmoid},
        **{"Maximum": _maximum, "Mean": _mean, "Minimum": _minimum, "Mul": _multiply, "Relu": _relu},
        **{"Softmax": _softmax, "_FusedMatMul": _dense_layer, "ConcatV2": concatenate, "LeakyRelu": leaky_relu},
        **{"SparseToDense": _dense, "SplitV": _split, "Transpose": _transpose},
        **{"Pad": pad, "PadV2": pad, "ResizeBilinear": resize},
    }


def _windows() -> dict[str, Operation]:
    """The operations that move a window over their input."""
    from torch.nn import functional as F

    def convolve(attributes: Attributes, x: Tensor, kernel: Tensor) -> Tensor:
        groups = x.shape[-1] // kernel.shape[2]
        stride, sides = _strides(attributes, x, kernel)
        return _nhwc(F.conv2d(F.pad(_nchw(x), sides), kernel.permute(3, 2, 0, 1), stride=stride, groups=groups))

    def convolve_each(attributes: Attributes, x: Tensor, kernel: Tensor) -> Tensor:
        stride, sides = _strides(attributes, x, kernel)
        of_each = kernel.permute(2, 3, 0, 1).flatten(0, 1)[:, None]
        return _nhwc(F.conv2d(F.pad(_nchw(x), sides), of_each, stride=stride, groups=x.shape[-1]))

    def pool(attributes: Attributes, x: Tensor) -> Tensor:
        window, stride = _window(attributes, "ksize"), _window(attributes, "strides")
        sides = _padding(attributes, x, window, stride)
        return _nhwc(F.max_pool2d(F.pad(_nchw(x), sides, value=float("-inf")), window, stride))

    def with_bias(convolution: Operation) -> Operation:
        def fused(attributes: Attributes, x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
            return _activated(attributes, convolution(attributes, x, kernel) + bias)

        return fused

    return {
        **{"Conv2D": convolve, "DepthwiseConv2dNative": convolve_each, "MaxPool": pool},
        **{"_FusedConv2D": with_bias(convolve), "FusedDepthwiseConv2dNative": with_bias(convolve_each)},
    }


def _add(_: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x + y


def _identity(_: Attributes, x: Tensor) -> Tensor:
    return x


def _reshape(_: Attributes, x: Tensor, shape: Integers) -> Tensor:
    """Adapt a shape to batches: graphs are written for one image, and the first axis is always the batch."""
    return x.reshape(len(x), *shape[1:].tolist())


def _sigmoid(_: Attributes, x: Tensor) -> Tensor:
    return x.sigmoid()


def _multiply(_: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x * y


def _minimum(_: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x.minimum(y)


def _maximum(_: Attributes, x: Tensor, y: Tensor) -> Tensor:
    return x.maximum(y)


def _relu(_: Attributes, x: Tensor) -> Tensor:
    return x.relu()


def _softmax(_: Attributes, x: Tensor) -> Tensor:
    return x.softmax(-1)


def _mean(attributes: Attributes, x: Tensor, axes: Integers) -> Tensor:
    return x.mean(axes.flatten().tolist(), keepdim=bool(attributes["keep_dims"]["b"]))


def _dense_layer(attributes: Attributes, x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """A matrix product with bias and optional fused ReLU. Raises ValueError for anything else."""
    if attributes["transpose_a"]["b"] or attributes["transpose_b"]["b"]:
        raise ValueError("a dense layer of transposed matrices")
    return _activated(attributes, x @ kernel + bias)


def _activated(attributes: Attributes, x: Tensor) -> Tensor:
    """What the operations fused with a layer make of its values, which have their bias. Raises ValueError."""
    match [base64.b64decode(name) for name in attributes["fused_ops"]["list"]["s"]]:
        case [b"BiasAdd"]:
            return x
        case [b"BiasAdd", b"Relu"]:
            return x.relu()
        case [b"BiasAdd", b"Relu6"]:
            return x.clamp(0, 6)
        case fused:
            raise ValueError(f"a layer with {fused}")


def _dense(_: Attributes, indices: Integers, shape: Integers, values: Integers, default: Integers) -> Integers:
    filled = default.repeat(shape.prod()).reshape(shape)
    filled[tuple(indices.T)] = values
    return filled


def _split(_: Attributes, x: Tensor, sizes: Integers, axis: Integers) -> tuple[Tensor, ...]:
    return x.split_with_sizes(sizes.tolist(), int(axis))


def _transpose(_: Attributes, x: Tensor, axes: Integers) -> Tensor:
    return x.permute(axes.tolist())


def _strides(attributes: Attributes, x: Tensor, kernel: Tensor) -> tuple[tuple[int, int], list[int]]:
    """Strides, and padding on the left, right, top and bottom."""
    stride = _window(attributes, "strides")
    return stride, _padding(attributes, x, (kernel.shape[0], kernel.shape[1]), stride)


def _padding(attributes: Attributes, x: Tensor, window: tuple[int, int], stride: tuple[int, int]) -> list[int]:
    """Padding on the left, right, top and bottom; odd totals add more on the right and bottom."""
    if base64.b64decode(attributes["padding"]["s"]) == b"VALID":
        return [0, 0, 0, 0]
    sides: list[int] = []
    for size, length, step in zip((x.shape[2], x.shape[1]), window[::-1], stride[::-1], strict=True):
        missing = max((-(-size // step) - 1) * step + length - size, 0)
        sides += [missing // 2, missing - missing // 2]
    return sides


def _window(attributes: Attributes, name: str) -> tuple[int, int]:
    """Height and width of a window or stride."""
    _, height, width, _ = map(int, attributes[name]["list"]["i"])
    return height, width


def _nchw(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _nhwc(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)
