"""READ: drawn text exactly, a photographed page, and images without text."""

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from looksmith.tools.core.errors import ToolError, WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.detect.rapid_ocr import RapidOcr, TextLine, without_signs
from looksmith.tools.see.text.read import Reader
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet


@pytest.fixture(scope="module")
def reader(weights):
    tool = Reader(RapidOcr(weights))
    tool.load()
    return tool


def drawn(lines, size=28, canvas=(640, 480)):
    pixels = Pillow.new("RGB", canvas, "white")
    draw, font = ImageDraw.Draw(pixels), ImageFont.load_default(size=size)
    for number, line in enumerate(lines):
        draw.text((20, 20 + number * size * 1.8), line, fill="black", font=font)
    return Image.of(pixels)


def test_drawn_lines_are_read_exactly_from_top_to_bottom(reader):
    lines = ["OPEN", "Sunday closed", "please ring", "the bell twice"]
    answer = reader.READ(drawn(lines))
    assert answer.value == "\n".join(lines)
    assert list(answer.scores) == [f"{n}: {line}" for n, line in enumerate(lines, start=1)]
    assert all(0.6 <= score <= 1 for score in answer.scores.values())


@pytest.mark.parametrize("size", [8, 12, 24, 96])
def test_a_tight_crop_of_a_line_is_read_at_any_size(reader, size):
    text, font = "Exit 42, Main St.", ImageFont.load_default(size=size)
    _, _, right, bottom = font.getbbox(text)
    pixels = Pillow.new("RGB", (round(right) + 4, round(bottom) + 4), "white")
    ImageDraw.Draw(pixels).text((2, 2), text, fill="black", font=font)
    assert reader.READ(Image.of(pixels)).value == text


def test_the_same_line_twice_is_two_lines(reader):
    answer = reader.READ(drawn(["same words", "same words"]))
    assert answer.value == "same words\nsame words" and len(answer.scores) == 2


def test_a_photographed_page(reader, photo):
    text = reader.READ(photo("page")).value.splitlines()
    assert text[0] == "Region-based segmentation"
    assert "the markers are found at the two extreme parts of the" in text
    assert text[-1].endswith("markers = np.zeros_like(coins)")


@pytest.mark.parametrize("name", ["chelsea", "coffee", "coins", "moon"])
def test_an_image_without_text_reads_as_nothing(reader, photo, name):
    answer = reader.READ(photo(name))
    assert answer.value == "" and answer.scores == {} and answer.found == ()


def test_what_looks_like_text_in_a_cup_of_coffee_is_in_the_trace(reader, photo):
    rejected = reader.READ(photo("coffee")).rejected
    assert all(box.label and box.score < 0.9 for box in rejected)


@pytest.mark.parametrize("height", [12, 20, 40])
def test_a_sign_in_a_photo_is_read_in_its_box(reader, photo, height):
    image, font = photo("rocket"), ImageFont.load_default(size=height)
    pixels = image.pixels.copy()
    sign = Box(100, 80, 100 + font.getlength("GATE 42") + 8, 80 + height * 1.3)
    draw = ImageDraw.Draw(pixels)
    draw.rectangle((sign.left, sign.top, sign.right, sign.bottom), fill="white")
    draw.text((104, 80), "GATE 42", fill="black", font=font)
    answer = reader.READ(Image.of(pixels), sign)
    assert answer.value == "GATE 42"
    (line,) = answer.found
    assert line.label == "GATE 42" and 100 <= line.center_x <= sign.right and 80 <= line.center_y <= sign.bottom


def test_lines_stand_where_they_are_in_the_original(reader):
    image = drawn(["first words", "second words"])
    part = image.crop(Box(10, 60, 640, 480))
    (line,) = reader.READ(part).found
    assert line.label == "second words" and 70 <= line.center_y <= 110 and line.left >= 10


def test_a_box_outside_the_image_is_an_error(reader):
    with pytest.raises(ToolError, match="outside"):
        reader.READ(drawn(["OPEN"]), Box(2000, 10, 2100, 40))


class _Said:
    """A text reader that says what it was told to."""

    def __init__(self, *lines):
        self._lines = lines

    def load(self): ...

    def lines(self, image):
        return self._lines


def test_lines_beside_each_other_go_from_left_to_right():
    lines = [
        TextLine("right", 0.9, Box(200, 8, 300, 28)),
        TextLine("below", 0.9, Box(10, 50, 90, 70)),
        TextLine("left", 0.9, Box(10, 12, 90, 32)),
    ]
    assert Reader(_Said(*lines)).READ(drawn([])).value == "left\nright\nbelow"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *(("The Shíp", "The Ship"), ("two galleríes", "two galleries"), ("Traín statíon – £5", "Train station – £5")),
        *(
            (said, said)
            for said in ("Café Zürich", "Zoísk", "Haití", "Martín", "Cafetería", "dîner", "sí", "Shíp à vendre")
        ),
    ],
)
def test_a_dot_that_is_misread_as_an_accent_is_a_dot(weights, text, read):
    tool = Reader(_Said(TextLine(text, 0.9, Box(0, 0, 50, 20))), WordNet(weights))
    assert tool.READ(drawn([])).value == read


@pytest.mark.parametrize(
    ("text", "score", "read"),
    [("EXIT", 0.8, True), ("EXIT", 0.7, False), ("8", 0.85, False), ("8", 0.95, True), ("-!", 0.99, False)],
)
def test_the_fewer_letters_a_line_has_the_better_it_must_read(text, score, read):
    answer = Reader(_Said(TextLine(text, score, Box(0, 0, 50, 20)))).READ(drawn([]))
    assert answer.value == (text if read else "")
    assert [box.label for box in (answer.found if read else answer.rejected)] == [text]


def test_emblems_at_the_ends_of_a_line_are_no_letters():
    assert without_signs("\u2606 Bar \u2207") == "Bar"
    assert without_signs("+1 = 2 \u20ac") == "+1 = 2 \u20ac"


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (3000, 2)])
def test_slivers_of_an_image_are_read_without_harm(reader, size):
    assert reader.READ(Image.of(Pillow.new("RGB", size, "red"))).value == ""


def test_a_crop_reads_only_its_part(reader):
    image = drawn(["first words", "second words"])
    assert reader.READ(image.crop(Box(0, 0, 640, 60))).value == "first words"


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="rapidocr"):
        Reader(RapidOcr(Weights(tmp_path, offline=True))).load()
