"""COLOR and BRIGHTNESS: named swatches, things before backgrounds, things in their light, and photos."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.see.color.color import COLORS, ColorNamer

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


def scene(*spots, background=(120, 120, 120), white=None):
    """A picture of 160 x 120 with colored boxes on a background, and a white wall along its top where asked."""
    pixels = Pillow.new("RGB", (160, 120), background)
    for box, color in [*spots, *([((0, 0, 160, 30), white)] if white else [])]:
        pixels.paste(color, box)
    return pixels


def darker(pixels, *factors):
    """The picture under less light, or light of another color."""
    linear = (np.asarray(pixels) / 255) ** 2.2 * np.array(factors)
    return Image.of(Pillow.fromarray((np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)))


@pytest.mark.parametrize("color", ["white", "red", "blue", "yellow"])
def test_a_thing_keeps_its_colour_in_a_dark_photo(color):
    pixels = scene(((60, 50, 100, 90), color), background=(90, 90, 90), white="white")
    image, box = darker(pixels, 0.4, 0.4, 0.4), Box(60, 50, 100, 90)
    assert ColorNamer().COLOR(image, box).value == color


def test_a_white_thing_stays_white_under_coloured_light():
    pixels = scene(((60, 50, 100, 90), (235, 235, 235)), background=(100, 100, 100), white="white")
    for light in ((0.7, 0.8, 1), (1, 0.9, 0.7)):
        assert ColorNamer().COLOR(darker(pixels, *light), Box(60, 50, 100, 90)).value == "white"


def test_white_gray_and_black_are_told_by_what_is_around():
    middle, box = (150, 150, 150), Box(60, 50, 100, 90)
    on_dark = Image.of(scene(((60, 50, 100, 90), middle), background=(60, 60, 60), white="white"))
    on_alike = Image.of(scene(((60, 50, 100, 90), middle), background=(140, 140, 140), white="white"))
    assert ColorNamer().COLOR(on_dark, box).value == "white"
    assert ColorNamer().COLOR(on_alike, box).value == "gray"
    dim = Image.of(scene(((60, 50, 100, 90), (75, 75, 75)), background=(200, 200, 200), white="white"))
    assert ColorNamer().COLOR(dim, box).value == "black"


def test_skin_is_no_part_of_clothes():
    skin = (208, 150, 125)
    image = Image.of(scene(((40, 20, 120, 110), skin), ((60, 40, 75, 110), "blue"), ((85, 40, 100, 110), "blue")))
    place = (40, 20, 120, 110)
    shirt, face = (ColorNamer().COLOR(image, Box(*place, label)) for label in ("shirt", "face"))
    assert shirt.value == "blue" and shirt.scores["blue"] > face.scores["blue"] + 0.1


def test_clothes_of_the_colour_of_skin_keep_it():
    image = Image.of(scene(((40, 20, 120, 110), (208, 150, 125)), background="white"))
    named = {ColorNamer().COLOR(image, Box(40, 20, 120, 110, label)).value for label in ("shirt", "box")}
    assert len(named) == 1


def test_brightness_is_the_luma_of_the_thing():
    namer, image = ColorNamer(), disc("white", "black")
    assert namer.BRIGHTNESS(swatch("black")) == 0
    assert namer.BRIGHTNESS(swatch("white")) == pytest.approx(255)
    assert namer.BRIGHTNESS(swatch((0, 255, 0))) == pytest.approx(0.587 * 255)
    assert namer.BRIGHTNESS(image) < 50
    assert namer.BRIGHTNESS(image, Box(25, 25, 95, 95)) > 230
    mask = Mask.from_array((image.array() == 255).all(axis=2))
    assert namer.BRIGHTNESS(image, mask) == pytest.approx(255)


def test_places_outside_the_image_are_refused():
    image = disc("red", "white")
    with pytest.raises(ToolError, match="outside"):
        ColorNamer().COLOR(image, Box(200, 200, 220, 220))
    with pytest.raises(ToolError, match="outside"):
        ColorNamer().BRIGHTNESS(image, Box(200, 200, 220, 220))
    with pytest.raises(ToolError, match="another image"):
        ColorNamer().COLOR(image, Mask.from_array(np.ones((5, 5), bool)))
    corner = np.zeros((120, 120), bool)
    corner[:5, :5] = True
    with pytest.raises(ToolError, match="no pixel"):
        ColorNamer().COLOR(image.crop(Box(60, 60, 120, 120)), Mask.from_array(corner))
