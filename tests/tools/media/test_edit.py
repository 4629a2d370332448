"""Edits: what is inside of things, or around them, looks different; the rest, and the image's place, stay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFont

from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.media import edit

WIDTH, HEIGHT = 200, 120
Edit = Callable[[Image, list[Box | Mask]], Image]
EDITS: list[Edit] = [edit.color_pop, edit.blur_background, edit.tag]


@pytest.fixture(scope="module")
def image() -> Image:
    """Coloured noise."""
    pixels = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return Image.of(Pillow.fromarray(pixels))


def mask(left: int, top: int, right: int, bottom: int, label: str = "") -> Mask:
    array = np.zeros((HEIGHT, WIDTH), bool)
    array[top:bottom, left:right] = True
    return Mask.from_array(array, label)


def changed(before: Image, after: Image) -> np.ndarray:
    """Which pixels differ, shape (height, width)."""
    return (before.array() != after.array()).any(axis=2)


def spread(image: Image, rows: slice, columns: slice) -> float:
    """How far the channels of a pixel lie apart, on average: 0 for grey."""
    part = image.array()[rows, columns].astype(int)
    return float((part.max(axis=2) - part.min(axis=2)).mean())


INSIDE, OUTSIDE = (slice(45, 75), slice(85, 115)), (slice(0, 20), slice(0, 60))


@pytest.mark.parametrize("thing", [Box(70, 30, 130, 90), mask(70, 30, 130, 90)], ids=["box", "mask"])
def test_color_pop_leaves_colour_inside_only(image: Image, thing: Box | Mask):
    popped = edit.color_pop(image, [thing])
    assert not changed(image, popped)[INSIDE].any()
    assert spread(popped, *OUTSIDE) == 0
    assert spread(image, *OUTSIDE) > 50


def test_color_pop_has_a_soft_edge():
    red = Image.of(Pillow.new("RGB", (WIDTH, HEIGHT), "red"))
    row = edit.color_pop(red, [Box(100, 0, 200, 120)]).array()[60, :, 0].astype(int)
    assert len(set(row.tolist())) > 3
    assert (np.diff(row) >= 0).all()


def test_blur_keeps_the_inside_and_smooths_the_rest(image: Image):
    blurred = edit.blur_background(image, [mask(70, 30, 130, 90)])
    assert not changed(image, blurred)[INSIDE].any()
    assert blurred.array()[OUTSIDE].std() < 0.5 * image.array()[OUTSIDE].std()


def test_several_things_are_all_kept(image: Image):
    popped = edit.color_pop(image, [Box(10, 10, 50, 50), Box(120, 60, 180, 110)])
    differs = changed(image, popped)
    assert not differs[20:40, 20:40].any() and not differs[70:100, 130:170].any()
    assert differs[60:100, 20:60].mean() > 0.9


def test_a_mask_is_not_its_box(image: Image):
    array = np.zeros((HEIGHT, WIDTH), bool)
    array[20:100, 20:40] = array[20:40, 20:180] = True
    popped = edit.color_pop(image, [Mask.from_array(array)])
    assert changed(image, popped)[60:100, 80:180].mean() > 0.9


def test_tags_frame_a_thing_and_leave_what_is_in_it(image: Image):
    tagged = edit.tag(image, [Box(70, 30, 130, 90, "a very old lamp")])
    differs = changed(image, tagged)
    assert not differs[40:80, 80:120].any()
    assert differs[30, 70:130].all() and differs[30:90, 129].all() and differs[89, 70:130].all()
    assert not differs[:, :60].any()


def test_tags_have_a_colour_for_each_label(image: Image):
    boxes = [Box(10, 60, 40, 90, "x"), Box(60, 60, 90, 90, "y"), Box(110, 60, 140, 90, "x")]
    pixels = edit.tag(image, boxes).array()
    first, second, third = (tuple(pixels[89, x].tolist()) for x in (20, 70, 120))
    assert first == third != second


@pytest.mark.parametrize("label", ["", "\n\0\u202e", "naïve 猫 😀", "w" * 500])
def test_tags_with_any_label_stay_in_the_picture(image: Image, label: str):
    for box in (Box(-20, -20, 15, 15, label), Box(190, 110, 300, 300, label), Box(0, 0, 1, 1, label)):
        assert edit.tag(image, [box]).original == (WIDTH, HEIGHT)


@pytest.mark.parametrize("make", EDITS)
def test_edits_are_the_same_each_time_and_change_nothing_in_place(image: Image, make: Edit):
    before = image.array().copy()
    things: list[Box | Mask] = [Box(70, 30, 130, 90, "lamp")]
    first, second = make(image, things), make(image, things)
    assert first == second and first != image
    assert (image.array() == before).all()


@pytest.mark.parametrize("make", EDITS)
def test_an_edited_crop_lies_where_it_lay(image: Image, make: Edit):
    part = image.crop(Box(50, 20, 150, 100))
    edited = make(part, [Box(70, 30, 130, 90, "lamp")])
    assert edited.frame == part.frame and edited.original == image.original
    assert edited.source not in (image.source, Image.of(edited.pixels).source)
    inner = edited.crop(Box(80, 40, 90, 50))
    assert (inner.array() == edited.array()[20:30, 30:40]).all()


@pytest.mark.parametrize("make", EDITS)
def test_an_edit_of_nothing_is_no_detection(image: Image, make: Edit):
    with pytest.raises(NoDetection):
        make(image, [])


@pytest.mark.parametrize("make", EDITS)
def test_a_thing_outside_of_the_image_is_an_error(image: Image, make: Edit):
    part = image.crop(Box(0, 0, 50, 50))
    for thing in (Box(100, 60, 120, 80), mask(100, 60, 120, 80)):
        with pytest.raises(ToolError):
            make(part, [thing])


def test_a_mask_of_another_image_is_an_error(image: Image):
    with pytest.raises(ToolError, match="another image"):
        edit.color_pop(image, [Mask.from_array(np.ones((10, 10), bool))])


def test_the_mask_of_a_box(image: Image):
    part = image.crop(Box(50, 20, 150, 100))
    filled = edit.box_mask(part, Box(40, 30.5, 60, 40, "lamp", 0.7))
    assert (filled.width, filled.height, filled.label, filled.score) == (WIDTH, HEIGHT, "lamp", 0.7)
    assert filled.box == Box(50, 30, 60, 40, "lamp", 0.7)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary font in place of a colour emoji font, which test machines need not have."""
    plain = ImageFont.load_default(100)
    monkeypatch.setattr(ImageFont, "truetype", lambda *_: plain)


@pytest.mark.usefixtures("letters")
def test_an_emoji_covers_the_thing_and_nothing_else(image: Image):
    differs = changed(image, edit.put_emoji(image, [Box(70, 30, 130, 90), Box(10, 10, 30, 20)], "heavy_plus_sign"))
    assert differs[40:80, 80:120].any() and differs[5:25, 10:30].any()
    differs[28:92, 68:132] = differs[3:28, 8:32] = False
    assert not differs.any()


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("grinning_face", "😀"),
        ("smiling face with heart eyes", "😍"),
        ("Pile-of-Poo", "💩"),
        ("thumbs_up", "👍"),
        ("🦊", "🦊"),
    ],
)
def test_emoji_go_by_their_names_in_unicode(name: str, character: str):
    assert edit.emoji_character(name) == character


@pytest.mark.parametrize("name", ["", "no_such_face", "_", "\0", "x" * 10_000])
def test_an_emoji_that_is_none(image: Image, name: str):
    with pytest.raises(ToolError, match="no emoji"):
        edit.put_emoji(image, [Box(70, 30, 130, 90)], name)


def test_without_a_font_the_error_says_what_to_install(image: Image, monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object) -> None:
        raise OSError("cannot open resource")

    monkeypatch.setattr(ImageFont, "truetype", missing)
    with pytest.raises(ToolError, match="NotoColorEmoji"):
        edit.put_emoji(image, [Box(70, 30, 130, 90)], "grinning_face")
