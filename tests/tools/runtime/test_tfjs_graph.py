"""Operations of TensorFlow.js graphs against results worked out by hand."""

import base64
from weakref import ref

import pytest
import torch

from looksmith.tools.runtime import tfjs_graph
from looksmith.tools.runtime.tfjs_graph import Graph, operations


def fused(*names: str) -> dict:
    coded = [base64.b64encode(name.encode()).decode() for name in names]
    return {"fused_ops": {"list": {"s": coded}}, "transpose_a": {"b": False}, "transpose_b": {"b": False}}


def steps(padding: str, stride: int) -> dict:
    coded = base64.b64encode(padding.encode()).decode()
    return {"padding": {"s": coded}, "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}}}


def test_padding_that_keeps_the_size_adds_more_on_the_last_side():
    x, kernel = torch.arange(1.0, 17).reshape(1, 4, 4, 1), torch.ones(3, 3, 1, 1)
    same = operations()["Conv2D"](steps("SAME", 1), x, kernel)
    assert same.shape == (1, 4, 4, 1) and same[0, 0, 0, 0] == 1 + 2 + 5 + 6
    halved = operations()["Conv2D"](steps("SAME", 2), x, kernel)
    assert halved.flatten().tolist() == [54, 45, 72, 11 + 12 + 15 + 16]


def test_a_depthwise_convolution_has_a_kernel_for_each_channel():
    x = torch.tensor([[1.0, 10.0], [2.0, 20.0]]).reshape(1, 1, 2, 2)
    kernel = torch.tensor([3.0, 5.0]).reshape(1, 1, 2, 1)
    found = operations()["DepthwiseConv2dNative"](steps("VALID", 1), x, kernel)
    assert found.flatten().tolist() == [3, 50, 6, 100]


def test_a_dense_layer_with_and_without_its_relu():
    x, kernel, bias = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, -1.0], [1.0, -1.0]]), torch.tensor([1.0, 1.0])
    run = operations()["_FusedMatMul"]
    assert run(fused("BiasAdd"), x, kernel, bias).tolist() == [[4, -2]]
    assert run(fused("BiasAdd", "Relu"), x, kernel, bias).tolist() == [[4, 0]]
    with pytest.raises(ValueError, match="a layer with"):
        run(fused("BiasAdd", "Elu"), x, kernel, bias)


def test_a_convolution_with_its_bias_and_limit():
    attributes = {**steps("VALID", 1), **fused("BiasAdd", "Relu6")}
    x, kernel = torch.tensor([[-2.0, 1.0, 9.0]]).reshape(1, 1, 3, 1), torch.ones(1, 1, 1, 1)
    found = operations()["_FusedConv2D"](attributes, x, kernel, torch.tensor([1.0]))
    assert found.flatten().tolist() == [0, 2, 6]


def test_pooling_with_padding_never_takes_the_padding():
    attributes = {**steps("SAME", 2), "ksize": {"list": {"i": ["1", "3", "3", "1"]}}}
    x = -torch.arange(1.0, 10).reshape(1, 3, 3, 1)
    assert operations()["MaxPool"](attributes, x).flatten().tolist() == [-1, -2, -4, -5]


def test_only_what_lies_between_start_and_outputs_is_run():
    nodes = [
        {"name": "x", "op": "Placeholder"},
        {"name": "odd", "op": "Unheard", "input": ["x"]},
        {"name": "start", "op": "Identity", "input": ["odd"]},
        {"name": "end", "op": "Relu", "input": ["start", "^odd"]},
        {"name": "beyond", "op": "Unheard", "input": ["end"]},
    ]
    graph = Graph(nodes, {}, ["end"], start="start")
    assert graph(torch.tensor([-1.0, 2.0]))[0].tolist() == [0, 2]
    with pytest.raises(KeyError, match="Unheard"):
        Graph(nodes, {}, ["end"])


def test_values_are_freed_once_no_later_operation_takes_them(monkeypatch: pytest.MonkeyPatch):
    made: list[ref] = []
    alive: list[int] = []

    def double(_: dict, x: torch.Tensor) -> torch.Tensor:
        alive.append(sum(one() is not None for one in made))
        made.append(ref(y := 2 * x))
        return y

    monkeypatch.setattr(tfjs_graph, "operations", lambda: {"Double": double, "Add": operations()["Add"]})
    chain = [{"name": f"y{n}", "op": "Double", "input": [f"y{n - 1}" if n else "x"]} for n in range(8)]
    nodes = [{"name": "x", "op": "Placeholder"}, *chain, {"name": "sum", "op": "Add", "input": ["y7", "y2:0"]}]
    graph = Graph(nodes, {}, ["sum", "y3"])
    for _ in range(2):
        made.clear()
        alive.clear()
        total, inside = graph(torch.ones(1))
        assert (total.item(), inside.item()) == (2**8 + 2**3, 2**4)
        assert alive == [0, 1, 1, 1, 2, 3, 3, 3]  # y2, y3 and the latest


def test_means_and_limits():
    known, x = operations(), torch.tensor([[-1.0, 3.0]])
    assert known["Mean"]({"keep_dims": {"b": False}}, x, torch.tensor([1]).numpy()).tolist() == [1]
    assert known["Minimum"]({}, x, torch.tensor(2.0)).tolist() == [[-1, 2]]
    assert known["Maximum"]({}, x, torch.tensor(0.0)).tolist() == [[0, 3]]
    assert known["Relu"]({}, x).tolist() == [[0, 3]]
