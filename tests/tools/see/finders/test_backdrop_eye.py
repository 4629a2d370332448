"""Where sky, wall and floor usually are, and plants by their green."""

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.core.errors import UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.finders.backdrop_eye import BackdropEye


class Sees:
    """What sees the things that it was told."""

    def __init__(self, *things):
        self._things = things

    def everything(self, image):
        """They are the same on every image."""
        return self._things


def picture(green=0):
    """Blue above, brown below, with so many green rows of 120 at the bottom."""
    pixels = Pillow.new("RGB", (240, 120), "#8a5a20")
    draw = ImageDraw.Draw(pixels)
    draw.rectangle((0, 0, 240, 40), fill="#4080ff")
    draw.rectangle((0, 120 - green, 240, 120), fill="#208020")
    return Image.of(pixels)


def place(noun, *things, image=None):
    (box,) = BackdropEye(Sees(*things)).find(image or picture(), noun, told_apart=False).boxes
    return box


def test_the_sky_is_above_and_the_floor_below():
    assert place("sky").bottom <= 40 and place("ceiling").bottom <= 40
    assert place("floor").top >= 80 and place("road").top >= 80
    assert place("wall").bottom <= 80
    assert place("wall").label == "wall"


def test_the_sky_is_where_it_is_smooth():
    image = picture()
    houses = image.pixels.copy()
    draw = ImageDraw.Draw(houses)
    for column in range(0, 120, 4):
        draw.line((column, 0, column, 40), fill="#202020", width=2)
    assert place("sky", image=Image.of(houses)).left >= 120
    assert place("ceiling", image=Image.of(houses)).left == 0


def test_one_smooth_patch_is_not_the_sky():
    clouds = picture().pixels.copy()
    draw = ImageDraw.Draw(clouds)
    for column in range(0, 240, 4):
        draw.line((column, 0, column, 40), fill="#ffffff", width=2)
    draw.rectangle((0, 0, 22, 12), fill="#604020")
    assert place("sky", image=Image.of(clouds)).width > 200


def test_what_stands_before_it_is_left_out():
    person = Box(0, 0, 120, 120, "person")
    for noun in ("sky", "wall", "floor"):
        free = place(noun, person)
        assert free.left >= 120 and free.right == 240
    assert place("wall", Box(0, 0, 240, 120, "train")).area > 0


@pytest.mark.parametrize("noun", ["wall", "floor", "sky"])
def test_whether_there_is_one_is_not_known(noun):
    with pytest.raises(UnknownName, match="only where it would be"):
        BackdropEye(Sees()).find(picture(), noun, told_apart=True)


def test_plants_are_there_where_much_is_green_and_not_where_nothing_is():
    eye = BackdropEye(Sees())
    (tree,) = eye.find(picture(green=60), "tree", told_apart=True).boxes
    assert tree.top >= 50 and tree.label == "tree"
    assert eye.find(picture(), "tree", told_apart=True).boxes == ()
    with pytest.raises(UnknownName):
        eye.find(picture(green=12), "tree", told_apart=True)
    assert eye.find(picture(green=12), "bush", told_apart=False).assumptions == ("took what is green for 'bush'",)


def test_places_are_those_of_the_original_in_a_crop():
    part = picture().crop(Box(120, 0, 240, 120))
    assert place("floor", image=part).left >= 120
