"""Boxes, masks and images: their laws, and that every coordinate is one of the original image."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image as Pillow

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image, Mask, Point, Video

WIDTH, HEIGHT = 40, 30
SIDES = st.integers(-50, 50)
BOXES = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    *(SIDES, SIDES, st.integers(1, 60), st.integers(1, 60)),
)


def picture() -> Image:
    """Each pixel says where it is: red is its column, green its row."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return Image.of(Pillow.fromarray(np.dstack([columns, rows, 0 * rows]).astype(np.uint8)))


@given(BOXES, BOXES)
def test_intersection_is_the_same_from_both_sides_and_lies_in_both(a: Box, b: Box) -> None:
    shared = a.intersection(b)
    assert shared == b.intersection(a)
    apart = a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top
    assert (shared is None) == apart
    if shared:
        assert shared.intersection(a) == shared == shared.intersection(b)
        assert shared.area <= min(a.area, b.area)


@given(BOXES)
def test_a_box_is_its_width_by_its_height_around_its_centre(box: Box) -> None:
    assert box.intersection(box) == box
    assert box.area == box.width * box.height > 0
    assert (box.center_x - box.width / 2, box.center_y + box.height / 2) == (box.left, box.bottom)


def test_an_intersection_keeps_the_label_of_the_box_that_was_asked() -> None:
    cup, table = Box(0, 0, 4, 4, "cup", 0.5), Box(2, 2, 9, 9, "table", 0.9)
    assert cup.intersection(table) == Box(2, 2, 4, 4, "cup", 0.5)


@pytest.mark.parametrize("sides", [(4, 0, 4, 1), (5, 0, 4, 1), (0, 3, 1, 2), (0, 0, math.nan, 1), (0, 0, math.inf, 1)])
def test_a_box_without_area_or_end_is_refused(sides: tuple[float, ...]) -> None:
    with pytest.raises(ToolError, match="A box needs"):
        Box(*sides)


def test_numbers_of_a_models_library_become_plain_floats() -> None:
    one = np.float32(1)
    for value in (Box(0, 0, one, one, "cup", one), Point(one, one, "cup", one), Mask(1, 1, (1,), "cup", one)):
        assert type(value.score) is float
    assert type(Box(0, 0, one, one).right) is float
    with pytest.raises(ToolError):
        Point(math.nan, 0)


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_a_mask_gives_back_the_array_that_it_was_made_of(array: np.ndarray) -> None:
    mask = Mask.from_array(array)
    assert np.array_equal(mask.array(), array)
    assert (mask.height, mask.width) == array.shape
    assert mask.area == array.sum()
    assert sum(mask.counts) == array.size
    assert all(mask.counts[1:])
    if array.any():
        rows, columns = np.nonzero(array)
        assert mask.box == Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_masks_are_coded_column_by_column_starting_with_zeros() -> None:
    rows = [[0, 1, 0], [1, 1, 0]]
    assert Mask.from_array(np.array(rows, dtype=bool)).counts == (1, 3, 2)
    assert Mask.from_array(np.ones((2, 3), dtype=bool)).counts == (0, 6)
    empty = Mask.from_array(np.zeros((2, 3), dtype=bool))
    assert empty.counts == (6,)
    with pytest.raises(ToolError, match="empty mask"):
        _ = empty.box


def turned() -> Pillow.Image:
    """A picture that its EXIF data turn."""
    made = Pillow.new("RGB", (4, 3))
    made.getexif()[0x0112] = 6
    return made


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (np.zeros((3, 4, 3), np.uint8), "got ndarray"),
        ("photo.jpg", "got str"),
        (turned(), "exif_transpose"),
        (Pillow.new("I;16", (4, 3)), "the mode I;16"),
        (Pillow.new("F", (4, 3)), "the mode F"),
        (Pillow.new("RGBA", (4, 3)), "transparent"),
    ],
)
def test_an_image_is_made_only_of_pixels_that_keep_their_look(given: Any, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        Image.of(given)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGBA"])
def test_an_image_without_transparency_is_converted(mode: str) -> None:
    assert Image.of(Pillow.new(mode, (4, 3), "white" if mode != "CMYK" else 0)).array().min() == 255


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (np.zeros((1, 3, 4)), r"shape \(1, 3, 4\)\. Pass mask\[0\]"),
        (np.zeros((3, 4, 3), bool), r"\(height, width\), got an array of shape"),
        (np.zeros(4, bool), r"shape \(4,\)"),
        (None, "got NoneType"),
        ([[0, 1], [1]], "cannot be made of this list"),
        (np.full((2, 2), 0.3), r"Pass array > 0\.5"),
        (np.array([["a"]]), "array of bool"),
    ],
)
def test_an_array_that_is_no_mask_is_refused(given: Any, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        Mask.from_array(given)


def test_a_mask_is_made_of_numbers_and_lists_and_covers_its_image_exactly() -> None:
    wanted = Mask(2, 2, (1, 3), "cup")
    for rows in ([[0, 1], [1, 1]], np.array([[0, 1.0], [1, 1]]), np.array([[0, 255], [255, 255]], np.uint8)):
        assert Mask.from_array(rows, "cup") == wanted  # pyright: ignore[reportArgumentType]
    assert repr(wanted) == "Mask(width=2, height=2, label='cup', score=1.0)"
    for counts in ((1, 99), (), (-1, 5)):
        with pytest.raises(ToolError, match="add up to 4"):
            Mask(2, 2, counts)


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=4))
def test_nested_crops_keep_the_coordinates_of_the_original(tenths: list[tuple[int, int, int, int]]) -> None:
    image = whole = picture()
    for x, y, width, height in tenths:
        left, top = image.left + image.width * x / 10, image.top + image.height * y / 10
        wanted = Box(left, top, left + image.width * (width + 1) / 10, top + image.height * (height + 1) / 10)
        shared, image = wanted.intersection(image.frame), image.crop(wanted)
        assert shared == image.frame.intersection(wanted)
        assert image.frame.width < shared.width + 2
        assert image.frame.height < shared.height + 2
    assert image.original == (WIDTH, HEIGHT)
    assert image.array()[0, 0].tolist() == [image.left, image.top, 0]
    assert image.array()[-1, -1].tolist() == [image.frame.right - 1, image.frame.bottom - 1, 0]
    assert image == whole.crop(image.frame)


def test_a_crop_is_rounded_outwards_and_stays_in_the_image() -> None:
    assert picture().crop(Box(2.9, 3.1, 5.1, 6.0)).frame == Box(2, 3, 6, 6)
    assert picture().crop(Box(-9, 25.5, 1, 99)).frame == Box(0, 25, 1, HEIGHT)


@pytest.mark.parametrize("box", [Box(41, 0, 50, 9), Box(40, 0, 50, 9), Box(-5, -5, 0, 0), Box(0, 0, 4, 4)])
def test_a_crop_of_nothing_is_refused(box: Box) -> None:
    corner = picture().crop(Box(10, 10, 40, 30))
    with pytest.raises(ToolError, match="outside the image"):
        corner.crop(box)


def test_images_are_the_same_by_original_and_place() -> None:
    one, other = picture(), picture()
    assert one == other
    box = Box(5, 5, 9, 9)
    assert len({one.crop(box), other.crop(box), one.crop(Box(0, 0, 20, 20)).crop(box)}) == 1
    assert one.crop(box) != one.crop(Box(5, 5, 9, 10))
    black = Image.of(Pillow.new("L", (WIDTH, HEIGHT)))
    assert len({one, one.crop(box), black, black.crop(box)}) == 4
    assert black.array().shape == (HEIGHT, WIDTH, 3)


def test_videos_are_the_same_by_their_file() -> None:
    one, moved = (Video(Path(name), "ab", 60, 40, 25.0, tuple(range(50))) for name in ("a.mp4", "b.mp4"))
    assert one == moved and len({one, moved, Video(Path("a.mp4"), "cd", 60, 40, 25.0, (0,))}) == 2
    assert (one.frames, one.seconds) == (50, 2.0)
    assert len(repr(one)) < 200
