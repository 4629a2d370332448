"""Tools that give an edited image: what they change, what they leave, and where the result lies."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.media.effects import Effects

RNG = np.random.default_rng(0)
PICTURE = Image.of(Pillow.fromarray(RNG.integers(0, 256, (80, 120, 3), np.uint8)))
THING = Box(40, 20, 80, 60, "face")
INSIDE, OUTSIDE = (slice(30, 50), slice(50, 70)), (slice(0, 12), slice(0, 120))
ALL = ("COLORPOP", "BLUR_BACKGROUND", "TAG", "HIDE_FACES")


def test_colors_stay_inside_and_go_outside() -> None:
    found = Effects().COLORPOP(PICTURE, THING).array()
    assert (found[INSIDE] == PICTURE.array()[INSIDE]).all()
    assert (np.ptp(found[OUTSIDE], axis=2) == 0).all()


def test_the_background_is_blurred_and_the_thing_is_not() -> None:
    found = Effects().BLUR_BACKGROUND(PICTURE, [THING]).array()
    assert (found[INSIDE] == PICTURE.array()[INSIDE]).all()
    assert found[OUTSIDE].std() < 0.5 * PICTURE.array()[OUTSIDE].std()


def test_faces_cannot_be_made_out_and_the_rest_is_as_it_was() -> None:
    found = Effects().HIDE_FACES(PICTURE, THING).array()
    assert found[INSIDE].std() < 0.1 * PICTURE.array()[INSIDE].std()
    assert (found[OUTSIDE] == PICTURE.array()[OUTSIDE]).all()


@pytest.mark.parametrize("name", ALL)
def test_results_lie_where_the_image_lay_and_are_other_images(name: str) -> None:
    crop = PICTURE.crop(Box(30, 10, 110, 70))
    edited = getattr(Effects(), name)(crop, THING)
    assert (edited.left, edited.top, edited.original) == (crop.left, crop.top, crop.original)
    assert edited.width == 80 and edited.key != crop.key
    mask = Mask.from_array(np.pad(np.ones((40, 40), bool), ((20, 20), (40, 40))), "face")
    assert getattr(Effects(), name)(crop, [mask]).key == getattr(Effects(), name)(crop, mask).key


@pytest.mark.parametrize("name", ALL)
def test_nothing_and_things_outside_are_errors(name: str) -> None:
    with pytest.raises(NoDetection, match="nothing to edit"):
        getattr(Effects(), name)(PICTURE, [])
    with pytest.raises(ToolError, match="outside"):
        getattr(Effects(), name)(PICTURE, Box(200, 0, 300, 50))
