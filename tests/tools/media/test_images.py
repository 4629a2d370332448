"""Image files of every kind that people have, and files that are none."""

import io
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.tools.core.errors import InputError
from looksmith.tools.media.images import MAX_PIXELS, encode_png, load_image

RED, WHITE = (255, 0, 0), (255, 255, 255)


def pixel(path: Path, at: tuple[int, int] = (0, 0)) -> tuple[int, ...]:
    image = load_image(path)
    assert image.pixels.mode == "RGB"
    return image.pixels.getpixel(at)


def jpeg(size: tuple[int, int] = (64, 64)) -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def refused(path: Path, reason: str) -> InputError:
    with pytest.raises(InputError, match=reason) as caught:
        load_image(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_missing_file(tmp_path: Path):
    refused(tmp_path / "none.png", "no file")


def test_a_folder(tmp_path: Path):
    refused(tmp_path, "folder")


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "empty.jpg"
    path.touch()
    refused(path, "0 bytes")


def test_a_text_file_with_an_image_suffix(tmp_path: Path):
    path = tmp_path / "notes.png"
    path.write_text("not an image at all")
    assert "JPEG" in refused(path, "not an image").hint


def test_postscript_is_not_handed_to_ghostscript(tmp_path: Path):
    path = tmp_path / "page.eps"
    Pillow.new("RGB", (8, 8), RED).save(path)
    refused(path, "not an image")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_jpeg(tmp_path: Path, share: float):
    data = jpeg()
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: int(len(data) * share)])
    refused(path, "damaged|not an image")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF"]), st.integers(0, 10_000)
)
def test_damage_anywhere_gives_an_image_or_an_input_error(tmp_path_factory, kind: str, seed: int):
    buffer = io.BytesIO()
    Pillow.new("RGB", (9, 7), RED).save(buffer, kind)
    data = bytearray(buffer.getvalue())
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[: chance.randint(1, len(data))] if chance.random() < 0.5 else data)
    try:
        assert load_image(path).pixels.mode == "RGB"
    except InputError as error:
        assert error.hint


@pytest.mark.parametrize("size", [(8001, 8000), (10_000, 9_500), (20_000, 20_000)])
def test_a_picture_above_the_limit_is_refused_from_its_header(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "huge.png"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Pillow.new("1", size).save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f"{MAX_PIXELS:,}" in refused(path, "at most").message


def test_one_pixel(tmp_path: Path):
    Pillow.new("RGB", (1, 1), RED).save(tmp_path / "one.png")
    image = load_image(tmp_path / "one.png")
    assert (image.width, image.height, image.original) == (1, 1, (1, 1))
    assert image.pixels.getpixel((0, 0)) == RED


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (0, 0)), (2, (2, 0)), (3, (2, 1)), (4, (0, 1)), (5, (0, 0)), (6, (1, 0)), (7, (1, 2)), (8, (0, 2))],
)
def test_exif_orientation(tmp_path: Path, orientation: int, corner: tuple[int, int]):
    """The red corner, first in the file, lands where a person sees it."""
    picture = Pillow.new("RGB", (3, 2), "blue")
    picture.putpixel((0, 0), RED)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "turned.png", exif=exif)
    image = load_image(tmp_path / "turned.png")
    assert (image.width, image.height) == ((3, 2) if orientation < 5 else (2, 3))
    assert image.pixels.getpixel(corner) == RED


def test_cmyk(tmp_path: Path):
    Pillow.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "ink.jpg", quality=100)
    red, green, blue = pixel(tmp_path / "ink.jpg")
    assert red > 245 and green < 10 and blue < 10


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, suffix: str):
    values = np.array([[0, 257, 0x8080, 65535]], np.uint16)
    Pillow.fromarray(values).save(tmp_path / f"deep.{suffix}")
    image = load_image(tmp_path / f"deep.{suffix}")
    assert image.array()[0, :, 0].tolist() == [0, 1, 128, 255]


def test_a_dark_sixteen_bit_picture_stays_dark(tmp_path: Path):
    Pillow.fromarray(np.full((2, 2), 200, np.uint16)).save(tmp_path / "dark.pgm")
    assert pixel(tmp_path / "dark.pgm") == (1, 1, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 20.0, 200.0]], np.float32), [0, 20, 200]),
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[-7.0, -7.0, -7.0]], np.float32), [0, 0, 0]),
        (np.array([[0, 100, 255]], np.int32), [0, 100, 255]),
        (np.array([[0, 257, 65535]], np.int32), [0, 1, 255]),
        (np.array([[0, 500_000, 1_000_000]], np.int32), [0, 128, 255]),
    ],
)
def test_numbers_without_an_agreed_range(tmp_path: Path, values: np.ndarray, expected: list[int]):
    Pillow.fromarray(values).save(tmp_path / "measured.tif")
    assert load_image(tmp_path / "measured.tif").array()[0, :, 0].tolist() == expected


def test_values_that_are_no_numbers(tmp_path: Path):
    Pillow.fromarray(np.array([[0.0, np.nan]], np.float32)).save(tmp_path / "holes.tif")
    refused(tmp_path / "holes.tif", "not finite")


def test_palette(tmp_path: Path):
    Pillow.new("RGB", (4, 4), RED).convert("P", palette=Pillow.Palette.ADAPTIVE).save(tmp_path / "few.png")
    assert pixel(tmp_path / "few.png") == RED


def test_palette_with_a_transparent_colour(tmp_path: Path):
    picture = Pillow.new("P", (2, 1))
    picture.putpalette([0, 0, 0, *RED])
    picture.putpixel((1, 0), 1)
    picture.save(tmp_path / "clear.png", transparency=0)
    assert pixel(tmp_path / "clear.png") == WHITE
    assert pixel(tmp_path / "clear.png", (1, 0)) == RED


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (255, 0, 0, 255), RED),
        ("RGBA", (0, 0, 0, 0), WHITE),
        ("RGBA", (255, 0, 0, 128), (255, 127, 127)),
        ("LA", (0, 255), (0, 0, 0)),
        ("LA", (0, 0), WHITE),
        ("LA", (0, 128), (127, 127, 127)),
        ("1", 1, WHITE),
        ("1", 0, (0, 0, 0)),
        ("L", 77, (77, 77, 77)),
    ],
)
def test_modes_with_alpha_and_without(
    tmp_path: Path, mode: str, colour: float | tuple[int, ...], expected: tuple[int, ...]
):
    Pillow.new(mode, (2, 2), colour).save(tmp_path / "plain.png")
    assert pixel(tmp_path / "plain.png") == expected


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_the_first_frame_of_an_animation(tmp_path: Path, suffix: str):
    path = tmp_path / f"moving.{suffix}"
    frames = [Pillow.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    with Pillow.open(path) as opened:
        opened.seek(2)
    assert pixel(path) == RED


def test_a_file_that_is_mostly_a_hole_is_not_read(tmp_path: Path):
    path = tmp_path / "a.png"
    Pillow.new("RGB", (8, 8)).save(path)
    with path.open("r+b") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(InputError, match="larger than 1,000 MB"):
        load_image(path)


def test_encode_png_keeps_every_pixel(tmp_path: Path):
    (tmp_path / "noise.jpg").write_bytes(jpeg((13, 7)))
    image = load_image(tmp_path / "noise.jpg")
    (tmp_path / "copy.png").write_bytes(encode_png(image))
    assert load_image(tmp_path / "copy.png") == image
