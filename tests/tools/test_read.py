"""READ: drawn text exactly, a photographed page, and images without text."""

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from looksmith.tools.errors import WeightsError
from looksmith.tools.models.rapid_ocr import RapidOcr
from looksmith.tools.read import Reader
from looksmith.tools.values import Box, Image
from looksmith.tools.weights import Weights


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


def test_an_image_without_text_reads_as_nothing(reader, photo):
    answer = reader.READ(photo("chelsea"))
    assert answer.value == "" and answer.scores == {}


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (3000, 2)])
def test_slivers_of_an_image_are_read_without_harm(reader, size):
    assert reader.READ(Image.of(Pillow.new("RGB", size, "red"))).value == ""


def test_a_crop_reads_only_its_part(reader):
    image = drawn(["first words", "second words"])
    assert reader.READ(image.crop(Box(0, 0, 640, 60))).value == "first words"


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="rapidocr"):
        Reader(RapidOcr(Weights(tmp_path, offline=True))).load()
