"""Signs, plates and numbers by what is read on them: on a photographed page, on drawn ones, and beside other eyes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from looksmith.tools.core.errors import UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.detect.rapid_ocr import RapidOcr
from looksmith.tools.profiles.pocket import pocket_finder
from looksmith.tools.see.find.find import Finder
from looksmith.tools.see.finders.text_eye import TextEye
from looksmith.tools.see.text.read import Reader
from looksmith.tools.weights.store import Weights

SHOP, NUMBER = (40, 40, 64), (40, 300, 36)
"""Left, top and size of two drawn texts."""


@pytest.fixture(scope="module")
def reader(weights: Weights) -> Reader:
    return Reader(RapidOcr(weights))


@pytest.fixture(scope="module")
def eye(reader: Reader) -> TextEye:
    made = TextEye(reader)
    made.load()
    return made


@pytest.fixture(scope="module")
def finder(weights: Weights, reader: Reader) -> Finder:
    made = pocket_finder(NanoDet(weights, "cpu"), reader)
    made.load()
    return made


@pytest.fixture(scope="module")
def street() -> Image:
    """A shop's name in large letters, and a house number in smaller ones."""
    pixels = Pillow.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(pixels)
    for (left, top, size), text in ((SHOP, "Bakery"), (NUMBER, "1742")):
        draw.text((left, top), text, fill="black", font=ImageFont.load_default(size=size))
    return Image.of(pixels)


@pytest.mark.parametrize("noun", ["sign", "text", "writing", "label", "street sign", "poster"])
def test_writing_is_found_the_largest_line_first(eye: TextEye, street: Image, noun: str):
    assert eye.knows(noun)
    first, second = eye.find(street, noun, told_apart=False).boxes
    assert first.label == second.label == noun
    assert first.center_y < 150 < second.center_y
    assert first.area > second.area


@pytest.mark.parametrize("noun", ["number", "license plate", "price", "digit"])
def test_of_numbers_only_what_has_digits_is_one(eye: TextEye, street: Image, noun: str):
    (number,) = eye.find(street, noun, told_apart=False).boxes
    assert number.center_y > 250


@pytest.mark.parametrize("noun", ["license plate", "sign", "plate"])
def test_text_is_no_proof_of_what_it_may_stand_on(eye: TextEye, street: Image, noun: str):
    with pytest.raises(UnknownName, match="No model tells whether what is read"):
        eye.find(street, noun, told_apart=True)
    assert len(eye.find(street, "text", told_apart=True).boxes) == 2


@pytest.mark.parametrize(("unit", "count"), [("letter", 6), ("digit", 4), ("word", 1), ("number", 1), ("text", 2)])
def test_the_letters_of_a_line_are_counted_and_not_the_line(eye: TextEye, street: Image, unit: str, count: int):
    assert len(eye.find(street, unit, told_apart=True).boxes) == count


def test_what_bears_no_text_is_none_of_its_names(eye: TextEye, street: Image):
    assert not any(map(eye.knows, ("cup", "dog", "wall")))
    assert (eye.everything(street), eye.resembling(street, "sign").boxes) == ((), ())


def test_a_sign_on_which_nothing_is_read_may_still_be_there_and_text_may_not(
    eye: TextEye, photo: Callable[[str], Image]
):
    coffee = photo("coffee")
    with pytest.raises(UnknownName, match="Nothing is read"):
        eye.find(coffee, "sign", told_apart=False)
    assert eye.find(coffee, "text", told_apart=False).boxes == ()


def test_the_lines_of_a_page(finder: Finder, photo: Callable[[str], Image], reader: Reader):
    page = photo("page")
    lines = reader.READ(page).value.splitlines()
    assert finder.COUNT(page, "text").value == len(lines)
    title = finder.LOC(page, "text", "at the top").value
    assert title.bottom < page.height / 3
    assert finder.EXISTS(page, "writing").value is True
    assert finder.EXISTS(page, "dog").value is False


def test_what_is_found_can_be_read(finder: Finder, street: Image, reader: Reader):
    assert reader.READ(street, _grown(finder.LOC(street, "sign").value)).value == "Bakery"
    assert reader.READ(street, _grown(finder.LOC(street, "number").value)).value == "1742"


def test_the_text_of_a_profile_that_reads_none_is_unknown(weights: Weights, street: Image):
    blind = pocket_finder(NanoDet(weights, "cpu"), None)
    blind.load()
    with pytest.raises(UnknownName):
        blind.EXISTS(street, "writing")


def _grown(box: Box) -> Box:
    return Box(box.left - 5, box.top - 5, box.right + 5, box.bottom + 5)


def test_a_sign_has_all_of_its_lines(eye: TextEye, reader: Reader):
    pixels = Pillow.new("RGB", (640, 480), "white")
    draw, font = ImageDraw.Draw(pixels), ImageFont.load_default(size=32)
    for number, line in enumerate(("Boat hire", "Tea garden", "Car park")):
        draw.text((40, 40 + 44 * number), line, fill="black", font=font)
    draw.text((420, 400), "Mind the step", fill="black", font=font)
    image = Image.of(pixels)
    sign, other = eye.find(image, "sign", told_apart=False).boxes
    assert reader.READ(image, sign, "last line").value == "Car park"
    assert reader.READ(image, other).value == "Mind the step"
    assert len(eye.find(image, "text", told_apart=False).boxes) == 4


@pytest.mark.parametrize("noun", ["plate", "number plate", "license plate"])
def test_a_plate_has_both_of_its_lines(eye: TextEye, noun: str):
    pixels = Pillow.new("RGB", (640, 480), "white")
    draw, font = ImageDraw.Draw(pixels), ImageFont.load_default(size=48)
    for number, line in enumerate(("KVD", "4827")):
        draw.text((200, 100 + 60 * number), line, fill="black", font=font)
    best = eye.find(Image.of(pixels), noun, told_apart=False).boxes[0]
    assert best.top < 130 and best.bottom > 190


def test_a_thing_is_found_by_what_is_written_on_it(finder: Finder, street: Image):
    bakery, number = finder.LOC(street, "word BAKERY").value, finder.LOC(street, "number 1742").value
    assert bakery.center_y < 150 < number.center_y
    assert finder.LOC(street, "sign", "that says Bakery").value.label == "sign"
    assert finder.EXISTS(street, "word", '"Butcher"').value is False
    assert finder.VERIFY(street, number, "below the word BAKERY").value is True
    assert finder.VERIFY(street, bakery, "below the number 1742").value is False
