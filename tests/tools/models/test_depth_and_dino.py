"""DEPTH, NEARER, and SIMILAR by DINOv2, on tiny checkpoints: the library's own numbers, one pass per image."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_vision
import torch
from PIL import Image as Pillow
from transformers import AutoImageProcessor, AutoModel, AutoModelForDepthEstimation

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.encode.dino import Dino, DinoOptions
from looksmith.tools.models.pixels.depth import DepthEstimator, DepthOptions
from looksmith.tools.name.matching import Similarity
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.depth import DepthMeter
from looksmith.tools.weights.store import Weights

CROP = Box(100, 50, 420, 290)


@pytest.fixture(scope="module")
def depth_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vision.depth_anything(tmp_path_factory.mktemp("depth"))


@pytest.fixture(scope="module")
def dino_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vision.dinov2(tmp_path_factory.mktemp("dino"))


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


@pytest.mark.parametrize("crop", [None, CROP])
def test_depths_are_the_librarys_own_turned_round(crop: Box | None, depth_folder: Path, photo) -> None:
    image = photo("coffee") if crop is None else photo("coffee").crop(crop)
    model: Any = AutoModelForDepthEstimation.from_pretrained(depth_folder)
    processor: Any = AutoImageProcessor.from_pretrained(depth_folder)
    with torch.no_grad():
        outputs = model.eval()(**processor(images=image.pixels, return_tensors="pt"))
    (found,) = processor.post_process_depth_estimation(outputs, target_sizes=[(image.height, image.width)])
    theirs = found["predicted_depth"].numpy()
    assert np.ptp(theirs) > 0
    inverse, metric = (DepthEstimator(spec(depth_folder), DepthOptions(output=o)) for o in ("inverse", "distance"))
    np.testing.assert_allclose(inverse.distances(image), -theirs, atol=1e-4)
    np.testing.assert_allclose(metric.distances(image), theirs, atol=1e-4)


def test_a_box_is_measured_where_it_lies_and_the_model_runs_once(depth_folder: Path, photo, monkeypatch) -> None:
    model, image = DepthEstimator(spec(depth_folder)), photo("coffee").crop(CROP)
    meter, passes = DepthMeter(model), []
    meter.load()
    network, _ = model._slot.get()
    forward = network.forward
    monkeypatch.setattr(network, "forward", lambda *args, **kwargs: passes.append(1) or forward(*args, **kwargs))
    near, far = Box(120, 60, 160, 100), Box(300, 200, 400, 280)
    depths = [meter.DEPTH(image, near), meter.DEPTH(image, far)]
    assert depths == [
        pytest.approx(float(np.median(model.distances(image)[10:50, 20:60]))),
        pytest.approx(float(np.median(model.distances(image)[150:230, 200:300]))),
    ]
    assert meter.NEARER(image, near, far).value == (depths[0] < depths[1])
    assert meter.NEARER(image, far, near).value == (depths[1] < depths[0])
    assert meter.DEPTH(image) == pytest.approx(float(np.median(model.distances(image))))
    assert len(passes) == 1
    with pytest.raises(ToolError, match="outside the image"):
        meter.DEPTH(image, Box(0, 0, 50, 40))


class Made:
    """Depths that are given."""

    backend = "made"

    def __init__(self, depths: Any) -> None:
        self._depths = np.asarray(depths, np.float32)

    def load(self) -> None:
        """Nothing to load."""

    def distances(self, image: Image) -> Any:
        """What was given."""
        return self._depths


def test_the_median_leaves_the_edges_of_a_thing_out() -> None:
    image = Image.of(Pillow.new("RGB", (3, 2)))
    meter = DepthMeter(Made([[1, 1, 9], [1, 5, 9]]))
    assert meter.DEPTH(image, Box(0, 0, 2, 2)) == 1.0
    assert meter.NEARER(image, Box(0, 0, 2, 2), Box(2, 0, 3, 2)).value is True
    with pytest.raises(ToolError, match="not finite"):
        DepthMeter(Made([[1, np.nan, 9], [1, 5, 9]])).DEPTH(image)


def test_vectors_are_the_librarys_class_tokens_in_batches_too(dino_folder: Path, photo) -> None:
    images = [photo("coffee"), photo("coffee").crop(CROP), photo("chelsea")]
    model: Any = AutoModel.from_pretrained(dino_folder)
    processor: Any = AutoImageProcessor.from_pretrained(dino_folder)
    with torch.no_grad():
        tokens = [
            model.eval()(**processor(images=i.pixels, return_tensors="pt")).last_hidden_state[0, 0] for i in images
        ]
    wanted = np.stack([(token / token.norm()).numpy() for token in tokens])
    for batch in (1, 2, 16):
        found = Dino(spec(dino_folder), DinoOptions(batch=batch)).image_vectors(images)
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_similar_images_come_first_and_no_image_is_encoded_twice(dino_folder: Path, photo) -> None:
    model = Dino(spec(dino_folder))
    tools, cup, cat = Similarity(model), photo("coffee"), photo("chelsea")
    assert tools.SIMILAR(cup, cup) == pytest.approx(1.0)
    assert tools.SIMILAR(cup, cat) == pytest.approx(tools.SIMILAR(cat, cup))
    assert tools.NEAREST_IMAGES(cup, [cat, cup], k=2).value == [1, 0]
    assert model.image_cache.misses == 2


def test_images_of_almost_no_size(depth_folder: Path, dino_folder: Path) -> None:
    pixel, strip = (Image.of(Pillow.new("RGB", size, "red")) for size in ((1, 1), (1, 200)))
    depth, dino = DepthEstimator(spec(depth_folder)), Dino(spec(dino_folder))
    assert depth.distances(pixel).shape == (1, 1)
    with pytest.raises(ToolError, match="1 x 200 pixels is too narrow"):
        depth.distances(strip)
    assert dino.image_vectors([pixel, strip]).shape == (2, 32)


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
def test_real_weights_see_the_cup_before_the_table(photo) -> None:
    folder = Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / "depth-anything-v2-small"
    meter = DepthMeter(DepthEstimator(spec(folder)))
    assert meter.NEARER(photo("motorcycle_left"), Box(100, 200, 600, 450), Box(0, 0, 200, 60)).value
