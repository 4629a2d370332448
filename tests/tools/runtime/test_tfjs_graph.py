"""Operations of TensorFlow.js graphs against results worked out by hand."""

import base64

import pytest
import torch

from looksmith.tools.runtime.tfjs_graph import operations


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
    with pytest.raises(ValueError, match="dense layer"):
        run(fused("BiasAdd", "Elu"), x, kernel, bias)


def test_means_and_limits():
    known, x = operations(), torch.tensor([[-1.0, 3.0]])
    assert known["Mean"]({"keep_dims": {"b": False}}, x, torch.tensor([1]).numpy()).tolist() == [1]
    assert known["Minimum"]({}, x, torch.tensor(2.0)).tolist() == [[-1, 2]]
    assert known["Maximum"]({}, x, torch.tensor(0.0)).tolist() == [[0, 3]]
    assert known["Relu"]({}, x).tolist() == [[0, 3]]
