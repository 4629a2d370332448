"""Parts of an image, in the coordinates of the original."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.crop import CROP, CROP_ABOVE, CROP_BELOW, CROP_LEFT_OF, CROP_RIGHT_OF

WIDTH, HEIGHT = 60, 40
BESIDE = [CROP_LEFT_OF, CROP_RIGHT_OF, CROP_ABOVE, CROP_BELOW]


@pytest.fixture(scope="module")
def image() -> Image:
    """Every pixel tells its place: red is x, green is y."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return Image.of(Pillow.fromarray(np.stack([x, y, 0 * x], axis=-1).astype(np.uint8)))


def extent(image: Image) -> tuple[float, float, float, float]:
    """Where the image says it lies; its pixels must say the same."""
    frame, pixels = image.frame, image.array()
    assert pixels[0, 0, :2].tolist() == [frame.left, frame.top]
    assert pixels[-1, -1, :2].tolist() == [frame.right - 1, frame.bottom - 1]
    return (frame.left, frame.top, frame.right, frame.bottom)


def test_crop(image: Image):
    assert extent(CROP(image, Box(10, 5, 30, 25))) == (10, 5, 30, 25)


def test_crop_of_a_crop_keeps_original_coordinates(image: Image):
    outer = CROP(image, Box(10, 5, 50, 35))
    assert extent(CROP(outer, Box(20, 10, 30, 20))) == (20, 10, 30, 20)


def test_margin_is_a_share_of_each_side_and_ends_at_the_image(image: Image):
    assert extent(CROP(image, Box(20, 10, 30, 30), margin=0.5)) == (15, 0, 35, 40)
    assert extent(CROP(image, Box(0, 0, 30, 30), margin=9.0)) == (0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf])
def test_a_margin_that_makes_no_sense(image: Image, margin: float):
    with pytest.raises(ToolError, match="margin"):
        CROP(image, Box(10, 5, 30, 25), margin=margin)


@pytest.mark.parametrize("box", [Box(100, 0, 110, 10), Box(WIDTH, 0, WIDTH + 5, 5), Box(-9, -9, 0, 0)])
def test_a_box_outside_the_image_is_an_error(image: Image, box: Box):
    with pytest.raises(ToolError, match="outside"):
        CROP(image, box)


def test_the_four_sides_end_at_the_center_line(image: Image):
    box = Box(20, 10, 30, 30)
    assert extent(CROP_LEFT_OF(image, box)) == (0, 0, 25, HEIGHT)
    assert extent(CROP_RIGHT_OF(image, box)) == (25, 0, WIDTH, HEIGHT)
    assert extent(CROP_ABOVE(image, box)) == (0, 0, WIDTH, 20)
    assert extent(CROP_BELOW(image, box)) == (0, 20, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("crop", "box", "words"),
    [
        (CROP_LEFT_OF, Box(-10, 5, 10, 25), "left of"),
        (CROP_RIGHT_OF, Box(50, 5, 70, 25), "right of"),
        (CROP_ABOVE, Box(5, -10, 25, 10), "above"),
        (CROP_BELOW, Box(5, 30, 25, 50), "below"),
    ],
)
def test_nothing_on_that_side_is_an_error_not_the_whole_image(image: Image, crop, box: Box, words: str):
    with pytest.raises(ToolError, match=f"Nothing of the image .* {words} the box"):
        crop(image, box)


def test_the_side_of_a_box_outside_a_crop(image: Image):
    """All of the crop lies left of the box, and none of it right."""
    part = CROP(image, Box(0, 0, 20, 20))
    assert CROP_LEFT_OF(part, Box(40, 0, 50, 10)) == part
    with pytest.raises(ToolError, match="Nothing"):
        CROP_RIGHT_OF(part, Box(40, 0, 50, 10))


inner = st.tuples(st.integers(1, 25), st.integers(1, 15), st.integers(1, 30), st.integers(1, 20)).map(
    lambda t: Box(t[0], t[1], t[0] + t[2], t[1] + t[3])
)


@pytest.mark.parametrize("crop", BESIDE)
@given(box=inner)
def test_a_side_of_a_side_is_the_same(image: Image, crop, box: Box):
    assert crop(crop(image, box), box) == crop(image, box)


@given(box=inner)
def test_opposite_sides_cover_the_image(image: Image, box: Box):
    left, right = CROP_LEFT_OF(image, box), CROP_RIGHT_OF(image, box)
    above, below = CROP_ABOVE(image, box), CROP_BELOW(image, box)
    assert WIDTH <= left.width + right.width <= WIDTH + 1
    assert HEIGHT <= above.height + below.height <= HEIGHT + 1


def test_a_mask_or_a_list_in_place_of_the_box_is_refused(image: Image):
    registry = Registry()
    registry.add(CROP, *BESIDE)
    mask = Mask.from_array(np.ones((HEIGHT, WIDTH), dtype=bool))
    for wrong in (mask, [Box(0, 0, 5, 5)], None):
        call = Executor(registry).call("CROP", (image, wrong), {})
        assert isinstance(call.error, ToolError)
        assert "wants Box for box" in call.error.message
