"""From a detector's numbers to boxes: thresholds, suppression, cut to the image, and no number that is none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.postprocess import boxes_of, suppress

WHOLE = Image.of(Pillow.new("RGB", (100, 50)))


def found(corners: list[list[float]], scores: list[float], image: Image = WHOLE, overlap: float = 0.6) -> list[Box]:
    return boxes_of(image, np.array(corners), np.array(scores), "cup", floor=0.2, overlap=overlap)


def test_of_boxes_on_one_thing_the_best_stays_and_neighbours_stay() -> None:
    corners = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [8, 0, 18, 10], [30, 0, 40, 10]], float)  # best first
    assert suppress(corners, 0.6).tolist() == [0, 2, 3]
    assert suppress(corners, 1.0).tolist() == [0, 1, 2, 3]
    assert suppress(np.zeros((0, 4)), 0.5).tolist() == []


def test_best_first_above_the_floor_and_cut_to_the_image() -> None:
    boxes = found([[-5, -5, 20, 20], [40, 10, 60, 30], [90, 40, 120, 90]], [0.3, 0.9, 0.1])
    assert boxes == [Box(40, 10, 60, 30, "cup", 0.9), Box(0, 0, 20, 20, "cup", 0.3)]


def test_boxes_of_a_crop_lie_in_the_original() -> None:
    assert found([[1, 2, 11, 12]], [0.5], WHOLE.crop(Box(50, 20, 90, 50))) == [Box(51, 22, 61, 32, "cup", 0.5)]


def test_what_lies_outside_or_has_no_area_is_no_box() -> None:
    assert found([[100, 0, 120, 10], [5, 5, 5, 9], [9, 9, 5, 5], [5, 5, 5.001, 9]], [0.9] * 4) == []


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_numbers_that_are_none_are_an_error(broken: float) -> None:
    with pytest.raises(ToolError, match="not finite"):
        found([[0, 0, 5, 5]], [broken])
    with pytest.raises(ToolError, match="not finite"):
        found([[0, 0, broken, 5]], [0.9])
