"""The small models say the same on another device: no tensor stays behind on the processor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
import torch
from elsewhere import NAME, Elsewhere, second_device

from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.models.people.expression import FacialExpressions
from looksmith.tools.models.people.faceres import FaceRes
from looksmith.tools.models.people.movenet import MoveNet
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.weights.store import Weights

FACE = Box(170, 60, 270, 190, "face")
PERSON = Box(20, 10, 460, 512, "person")
MODELS: dict[str, tuple[Callable[[Weights, str], Any], Callable[[Any, Image], Any]]] = {
    "nanodet": (lambda store, device: NanoDet(store, device).quick(), lambda model, image: boxes(model.detect(image))),
    "efficientnet": (EfficientNet, lambda model, image: model.probabilities([image])),
    "efficientnet vectors": (EfficientNet, lambda model, image: model.image_vectors([image])),
    "efficientnet maps": (EfficientNet, lambda model, image: np.concatenate([*map(np.ravel, model.over(image, 224))])),
    "minilm": (MiniLM, lambda model, _: model.encode(["a red cup", "somebody who waits for a bus"])),
    "mtcnn": (Mtcnn, lambda model, image: boxes(model.faces(image))),
    "faceres": (FaceRes, lambda model, image: astuple(model.looks(image.crop(FACE)))),
    "expression": (FacialExpressions, lambda model, image: [*model.expressions([image.crop(FACE)])[0].values()]),
    "movenet": (
        MoveNet,
        lambda model, image: [astuple(one) for one in model.bodies(image, [PERSON])[0].values()],
    ),
}


def boxes(found: list[Box]) -> list[tuple[float, ...]]:
    assert found
    return [(box.left, box.top, box.right, box.bottom, box.score or 0) for box in found]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_says_the_same_on_another_device(name: str, weights: Weights, photo: Callable[[str], Image]) -> None:
    make, ask = MODELS[name]
    here = make(weights, "cpu")
    here.load()
    with second_device():
        there = make(weights, NAME)
        there.load()
        told = ask(there, photo("astronaut"))
    np.testing.assert_allclose(told, ask(here, photo("astronaut")), rtol=1e-3, atol=1e-3)


def test_the_other_device_refuses_what_a_gpu_refuses() -> None:
    with second_device():
        there, here = torch.ones(3, device=NAME), torch.ones(3)
        with pytest.raises(RuntimeError, match="same device"):
            torch.add(there, here)
        with pytest.raises(TypeError, match="cuda"):
            np.asarray(there)
        assert type(there * 2) is Elsewhere
        assert (there * 2).cpu().numpy().tolist() == [2, 2, 2]
