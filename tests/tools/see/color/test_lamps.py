"""Which lamp of a traffic light is lit."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.color.lamps import is_traffic_light, lit_lamp

LIT = {"red": "#ff5040", "yellow": "#ffd060", "green": "#40ffb0"}
UNLIT = {"red": "#401010", "yellow": "#403008", "green": "#083020"}


def light(lit, lamps=("red", "yellow", "green"), across=False):
    """A black housing with three lamps, of which one is lit."""
    pixels = Pillow.new("RGB", (30, 90), "#181818")
    draw = ImageDraw.Draw(pixels)
    for row, name in enumerate(lamps):
        draw.ellipse((7, 30 * row + 7, 23, 30 * row + 23), fill=(LIT if name == lit else UNLIT)[name])
    return pixels.rotate(90, expand=True) if across else pixels


@pytest.mark.parametrize("lit", LIT)
@pytest.mark.parametrize("across", [False, True])
def test_the_lit_lamp_is_the_color_of_the_light(lit, across):
    pixels = light(lit, across=across)
    street = Pillow.new("RGB", (300, 200), "#a0c0e0")
    street.paste(pixels, (100, 40))
    box = Box(100, 40, 100 + pixels.width, 40 + pixels.height, "traffic light")
    assert ColorNamer().COLOR(Image.of(street), box).value == lit


def test_an_overexposed_lamp_is_known_by_its_place():
    pixels = light("yellow")
    ImageDraw.Draw(pixels).ellipse((9, 39, 21, 51), fill="white")
    found = lit_lamp(np.asarray(pixels))
    assert found and next(iter(found)) == "yellow"


def test_where_no_lamp_is_lit_the_housing_counts():
    assert lit_lamp(np.asarray(light("none"))) is None
    image, namer = Image.of(light("none")), ColorNamer()
    assert namer.COLOR(image, Box(0, 0, 30, 90, "traffic light")) == namer.COLOR(image, Box(0, 0, 30, 90, "box"))


def test_what_is_called_a_traffic_light():
    assert is_traffic_light("Traffic lights") and is_traffic_light("small traffic light")
    assert not is_traffic_light("light") and not is_traffic_light("")
