"""SEGMENT: shapes whose pixels are known, crops, photos, and places where nothing is."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.see.pixels.segment import Segmenter


def scene(scale=1):
    """A red disc and a green bar on a sky-blue ground with some noise."""
    size = (300 * scale, 200 * scale)
    pixels = Pillow.new("RGB", size, "skyblue")
    draw = ImageDraw.Draw(pixels)
    draw.ellipse([scale * v for v in (60, 50, 140, 130)], fill="firebrick")
    draw.rectangle([scale * v for v in (200, 40, 240, 160)], fill="darkgreen")
    noise = np.random.default_rng(7).integers(-12, 13, (size[1], size[0], 3))
    return Image.of(Pillow.fromarray(np.clip(np.asarray(pixels) + noise, 0, 255).astype(np.uint8)))


def overlap(mask: Mask, image: Image, channel: int) -> float:
    """Intersection over union with the pixels in which one of R, G, B clearly beats blue or is alone."""
    red, green, blue = np.moveaxis(image.array().astype(int), -1, 0)
    truth = red > blue + 50 if channel == 0 else (green > red + 50) & (blue < 60)
    found = mask.array()
    return (found & truth).sum() / (found | truth).sum()


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("where", ["box", "point"])
def test_a_shape_is_found_from_a_box_or_a_point_at_any_size(scale, where):
    image = scene(scale)
    place = Box(*[scale * v for v in (50, 40, 150, 140)]) if where == "box" else Point(100 * scale, 90 * scale)
    mask = Segmenter().SEGMENT(image, place)
    assert (mask.width, mask.height) == image.original
    assert overlap(mask, image, 0) > 0.95


def test_a_mask_lies_in_the_original_also_when_it_was_found_in_a_crop():
    image = scene()
    crop = image.crop(Box(150, 20, 300, 200))
    for place in (Box(190, 30, 250, 170), Point(220, 100)):
        mask = Segmenter().SEGMENT(crop, place)
        assert (mask.width, mask.height) == image.original
        assert overlap(mask, image, 1) > 0.95


def test_nothing_outside_the_box_is_marked_and_label_and_score_are_kept():
    box = Box(50.5, 40, 134, 140, "ball", 0.7)
    mask = Segmenter().SEGMENT(scene(), box)
    assert (mask.label, mask.score) == ("ball", 0.7)
    assert mask.box.left >= 50 and mask.box.right <= 134


def test_the_same_call_gives_the_same_mask(photo):
    image, box = photo("motorcycle_left"), Box(107, 76, 688, 454)
    assert Segmenter().SEGMENT(image, box) == Segmenter().SEGMENT(image, box)


def test_a_person_on_a_photo(photo):
    image = photo("astronaut")
    found = Segmenter().SEGMENT(image, Box(14, 0, 365, 512)).array()
    face, suit, wall = found[60:150, 200:260], found[330:380, 90:140], found[20:120, 330:360]
    assert face.mean() > 0.9 and suit.mean() > 0.9 and wall.mean() < 0.1


def test_a_box_that_fills_the_image_has_no_surroundings_and_still_works():
    image = scene()
    mask = Segmenter().SEGMENT(image, image.frame)
    assert 0 < mask.area < image.width * image.height


@pytest.mark.parametrize("where", [Box(5, 5, 25, 25), Point(15, 15)])
def test_where_nothing_stands_out_there_is_no_mask(where):
    plain = Image.of(Pillow.new("RGB", (30, 30), "gray"))
    with pytest.raises(NoDetection, match="nothing"):
        Segmenter().SEGMENT(plain, where)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 4)])
def test_in_images_of_a_few_pixels_nothing_is_found(size):
    image = Image.of(Pillow.linear_gradient("L").resize(size))
    for where in (image.frame, Point(0, 0)):
        with pytest.raises(NoDetection):
            Segmenter().SEGMENT(image, where)


def test_places_outside_the_image_are_refused():
    image = scene()
    for where in (Box(400, 10, 420, 30), Point(300, 10), Point(-1, 10)):
        with pytest.raises(ToolError, match="outside"):
            Segmenter().SEGMENT(image, where)
    with pytest.raises(ToolError, match="outside"):
        Segmenter().SEGMENT(image.crop(Box(0, 0, 50, 50)), Point(100, 90))
