"""COLOR: named swatches, things before backgrounds, and photos."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.color import COLORS, ColorNamer
from looksmith.tools.errors import ToolError
from looksmith.tools.values import Box, Image, Mask

CSS = {
    "black": ["black", "#0a0a0a", "#1a1a1a"],
    "white": ["white", "snow", "ivory", "whitesmoke", "linen", "azure"],
    "gray": ["gray", "dimgray", "silver", "darkgray", "slategray"],
    "red": ["red", "firebrick", "crimson", "darkred", "maroon", "#b22222"],
    "orange": ["orange", "darkorange", "coral", "orangered"],
    "yellow": ["yellow", "gold", "khaki"],
    "green": ["green", "lime", "forestgreen", "darkgreen", "olive", "seagreen", "palegreen"],
    "blue": ["blue", "navy", "royalblue", "skyblue", "steelblue", "midnightblue", "dodgerblue", "teal"],
    "purple": ["purple", "indigo", "darkviolet", "rebeccapurple", "mediumpurple", "orchid"],
    "pink": ["pink", "hotpink", "deeppink", "lightpink", "palevioletred"],
    "brown": ["brown", "saddlebrown", "sienna", "chocolate", "peru", "tan"],
}


def swatch(color, size=(8, 8)):
    return Image.of(Pillow.new("RGB", size, color))


def disc(thing, background):
    pixels = Pillow.new("RGB", (120, 120), background)
    ImageDraw.Draw(pixels).ellipse((40, 40, 80, 80), fill=thing)
    return Image.of(pixels)


@pytest.mark.parametrize(("term", "css"), [(term, css) for term, names in CSS.items() for css in names])
def test_css_colours_have_the_terms_that_people_give_them(term, css):
    assert ColorNamer().COLOR(swatch(css)).value == term


def test_every_term_is_one_of_berlin_and_kays():
    assert set(CSS) == set(COLORS)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_uniform_image_has_one_colour_as_image_crop_and_mask(color):
    image, namer = swatch(color, (12, 9)), ColorNamer()
    answer = namer.COLOR(image)
    assert answer.scores[answer.value] == 1 and set(answer.scores) == set(COLORS)
    part = Box(2, 2, 9, 7)
    assert namer.COLOR(image, part).value == namer.COLOR(image.crop(part)).value == answer.value
    assert namer.COLOR(image, Mask.from_array(np.eye(9, 12, dtype=bool))).value == answer.value


def test_shares_of_a_whole_image_are_those_of_its_pixels():
    pixels = Pillow.new("RGB", (10, 10), "white")
    pixels.paste((255, 0, 0), (0, 0, 3, 10))
    scores = ColorNamer().COLOR(Image.of(pixels)).scores
    assert scores["white"] == pytest.approx(0.7) and scores["red"] == pytest.approx(0.3)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@pytest.mark.parametrize(("thing", "background"), [("red", "white"), ("white", "darkgreen"), ("black", "yellow")])
def test_the_thing_in_a_box_counts_not_its_background(thing, background):
    image, box = disc(thing, background), Box(25, 25, 95, 95)
    assert ColorNamer().COLOR(image, box).value == thing
    assert ColorNamer().COLOR(image.crop(box)).value == thing


def test_a_mask_counts_its_own_pixels_also_in_a_crop():
    image = disc("blue", "orange")
    mask = Mask.from_array((image.array() == (0, 0, 255)).all(axis=2))
    for seen in (image, image.crop(Box(50, 0, 120, 120))):
        assert ColorNamer().COLOR(seen, mask).scores["blue"] == 1


@pytest.mark.parametrize(
    ("name", "box", "color"),
    [
        ("motorcycle_left", Box(107, 76, 688, 454), "red"),
        ("astronaut", Box(14, 0, 365, 512), "orange"),
        ("astronaut", Box(60, 280, 360, 500), "orange"),
        ("coffee", Box(75, 80, 480, 390), "red"),
        ("chelsea", Box(0, 0, 449, 298), "brown"),
        ("rocket", Box(200, 0, 420, 100), "blue"),
    ],
)
def test_things_on_photos_have_the_colour_that_people_name(photo, name, box, color):
    assert ColorNamer().COLOR(photo(name), box).value == color


def test_places_outside_the_image_are_refused():
    image = disc("red", "white")
    with pytest.raises(ToolError, match="outside"):
        ColorNamer().COLOR(image, Box(200, 200, 220, 220))
    with pytest.raises(ToolError, match="another image"):
        ColorNamer().COLOR(image, Mask.from_array(np.ones((5, 5), bool)))
    corner = np.zeros((120, 120), bool)
    corner[:5, :5] = True
    with pytest.raises(ToolError, match="no pixel"):
        ColorNamer().COLOR(image.crop(Box(60, 60, 120, 120)), Mask.from_array(corner))
