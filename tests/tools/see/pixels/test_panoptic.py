"""SEGMENT_ALL over a tiny Mask2Former: the library's own segments, in the original's pixels, regions in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_segmenters
import torch
from PIL import Image as Pillow
from transformers import Mask2FormerForUniversalSegmentation, Mask2FormerImageProcessor

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.models.pixels.mask2former import Mask2Former, Mask2FormerOptions
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.panoptic import SceneSegmenter
from looksmith.tools.weights.store import Weights

LABELS = ["cat", "coffee cup", "sky", "tree"]
FRAMES = [None, Box(100, 20, 420, 290)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_segmenters.mask2former(tmp_path_factory.mktemp("mask2former"))


def model(folder: Path, **options: Any) -> Mask2Former:
    return Mask2Former(Spec(Weights(folder), folder), Mask2FormerOptions(**{"overlap": 0.0, "things": 2, **options}))


def by_the_library(folder: Path, image: Image, overlap: float) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The number of each pixel's segment, shape (height, width), and what the segments are."""
    network: Any = Mask2FormerForUniversalSegmentation.from_pretrained(folder)
    processor: Any = Mask2FormerImageProcessor.from_pretrained(folder)
    with torch.no_grad():
        outputs = network.eval()(**processor(images=image.pixels, return_tensors="pt"))
    (found,) = processor.post_process_panoptic_segmentation(
        outputs, overlap_mask_area_threshold=overlap, target_sizes=[(image.height, image.width)]
    )
    return found["segmentation"].numpy(), found["segments_info"]


def inside(mask: Mask, image: Image) -> np.ndarray:
    """The part of a mask in the image; there is nothing of it elsewhere."""
    part = mask.array()[image.top : image.bottom, image.left : image.right]
    assert (mask.width, mask.height) == image.original and part.sum() == mask.area
    return part


@pytest.mark.parametrize("overlap", [0.0, 0.8])
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_segments_are_the_librarys_own(name: str, frame: Box | None, overlap: float, folder: Path, photo) -> None:
    """With every class a thing, as the library has it when it is told nothing."""
    image = photo(name) if frame is None else photo(name).crop(frame)
    numbers, segments = by_the_library(folder, image, overlap)
    found = model(folder, overlap=overlap, things=4).divide(image)
    wanted = sorted(segments, key=lambda one: -one["score"])
    assert (found or overlap) and [mask.score for mask in found] == [one["score"] for one in wanted]
    for mask, one in zip(found, wanted, strict=True):
        assert mask.label == LABELS[one["label_id"]]
        assert (inside(mask, image) == (numbers == one["id"])).all()


@pytest.mark.parametrize(("name", "frame"), [("astronaut", Box(0, 0, 512, 512)), ("coffee", Box(40, 20, 500, 400))])
def test_things_are_told_apart_and_a_region_has_one_mask(name: str, frame: Box, folder: Path, photo) -> None:
    image = photo(name).crop(frame)
    apart, together = (SceneSegmenter(model(folder, things=n)).SEGMENT_ALL(image) for n in (4, 2))
    for label in ("sky", "tree"):
        pieces, whole = ([mask for mask in masks if mask.label == label] for masks in (apart, together))
        assert len(whole) == min(len(pieces), 1)
        assert sum(mask.area for mask in whole) == sum(mask.area for mask in pieces)
        assert [mask.score for mask in whole] == [mask.score for mask in pieces][:1]
    cats = [mask for mask in together if mask.label == "cat"]
    assert len(cats) > 1 and cats == [mask for mask in apart if mask.label == "cat"]
    assert len(together) < len(apart)
    assert np.sum([inside(mask, image) for mask in together], axis=0).max() == 1


def test_nothing_is_found_where_the_model_is_not_sure(folder: Path, photo) -> None:
    assert model(folder, threshold=1.0).divide(photo("coffee")) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 200)])
def test_images_of_almost_no_size(size: tuple[int, int], folder: Path) -> None:
    strip = Image.of(Pillow.new("RGB", size, "red"))
    assert sum(mask.area for mask in model(folder).divide(strip)) <= strip.width * strip.height


def test_scores_that_are_no_numbers_are_an_error(folder: Path, photo) -> None:
    one = model(folder)
    one.load()
    network, _ = one._slot.get()
    with torch.no_grad():
        network.class_predictor.bias.fill_(float("nan"))
    with pytest.raises(ToolError, match="not finite"):
        one.divide(photo("coffee"))
