"""States that boxes and pixels tell: colours, sitting and standing, light and dark."""

import pytest
from PIL import Image as Pillow
from PIL import ImageFilter

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.color.blur import blur
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.states import choose_state
from looksmith.tools.see.people.posture import BoxPosture, posture, posture_of

TALL, SQUARE = Box(10, 10, 60, 190, "woman"), Box(10, 10, 110, 120, "man")


def plain(color):
    return Image.of(Pillow.new("RGB", (200, 200), color))


def chosen(image, box, labels):
    found = choose_state(image, box, labels, ColorNamer(), BoxPosture())
    return found and found.value


@pytest.mark.parametrize(
    ("pixels", "labels", "said"),
    [
        ("#c01010", ["green", "red"], "red"),
        ("#b0b0b0", ["silver", "black"], "silver"),
        ("#101010", ["Grey", "Black"], "Black"),
        ("#8a5a20", ["golden", "blue"], "golden"),
    ],
)
def test_colors_are_chosen_by_what_people_call_them(pixels, labels, said):
    assert chosen(plain(pixels), None, labels) == said
    assert chosen(plain(pixels), Box(0, 0, 200, 200, "car"), labels) == said


def test_a_person_sits_or_stands_by_the_shape_of_the_box():
    assert chosen(plain("white"), TALL, ["sitting", "standing"]) == "standing"
    assert chosen(plain("white"), SQUARE, ["sitting down", "standing up"]) == "sitting down"
    assert chosen(plain("white"), Box(0, 0, 50, 200, "bottle"), ["sitting", "standing"]) is None
    assert chosen(plain("white"), TALL, ["walking", "standing"]) is None, "both are upright"


def test_day_and_night():
    assert chosen(plain("#202020"), None, ["day", "night"]) == "night"
    assert chosen(plain("#c0c0c0"), None, ["light", "dark"]) == "light"


@pytest.mark.parametrize("labels", [["open", "closed"], ["red", "round"], ["cat", "dog"], ["standing", "happy"]])
def test_other_labels_are_left_to_others(labels):
    assert chosen(plain("red"), TALL, labels) is None


def test_a_box_outside_is_an_error():
    with pytest.raises(ToolError):
        chosen(plain("red"), Box(500, 500, 600, 600), ["red", "green"])


def test_postures_and_their_words():
    assert posture_of("standing still") == posture_of("Walking") == "upright"
    assert posture_of("sitting down") == "seated"
    assert posture_of("sitting on a bench") is None and posture_of("red") is None and posture_of("still") is None
    assert posture(Box(0, 0, 100, 150, "young boy")) == ("seated", 0.7)
    assert posture(Box(0, 0, 100, 150, "horse")) is None and posture(Box(0, 0, 100, 150)) is None


def test_sharp_and_blurred(photo):
    sharp = photo("coffee")
    blurred = Image.of(sharp.pixels.filter(ImageFilter.GaussianBlur(5)))
    for image, said in ((sharp, "sharp"), (blurred, "blurry")):
        assert chosen(image, None, ["blurry", "sharp"]) == said
        assert chosen(image, Box(200, 100, 450, 300, "cup"), ["sharp", "blurry"]) == said
        assert chosen(image, Box(200, 100, 450, 300, "cup"), ["out of focus", "in focus"]) == (
            "in focus" if said == "sharp" else "out of focus"
        )
    assert chosen(sharp, Box(200, 100, 210, 110, "cup"), ["sharp", "blurry"]) is None, "too small to tell"
    assert chosen(sharp, None, ["sharp", "dull"]) is None


def test_the_more_an_image_is_blurred_the_more_it_is_said_to_be(photo):
    image = photo("astronaut")
    found = [blur(Image.of(image.pixels.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 4, 8)]
    assert found == sorted(found) and all(0 <= one <= 1 for one in found)
