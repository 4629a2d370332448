"""Photos in black and white, and in color."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from looksmith.tools.core.values import Image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.profiles.pocket import pocket_finder
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.color.grayscale import is_grayscale
from looksmith.tools.see.find.states import choose_state
from looksmith.tools.see.people.posture import BoxPosture
from looksmith.tools.weights.store import Weights


@pytest.mark.parametrize(("name", "gray"), [("camera", True), ("coins", True), ("coffee", False), ("rocket", False)])
def test_a_photo_has_color_or_none(photo: Callable[[str], Image], name: str, gray: bool) -> None:
    assert is_grayscale(photo(name)) is gray


@pytest.mark.parametrize(
    ("statement", "of_gray"),
    [
        ("a black and white photo", True),
        ("in black and white", True),
        ("The picture is grayscale.", True),
        ("in colour", False),
        ("a color photo", False),
        ("in black & white", True),
        ("B&W", True),
        ("a gray scale photo", True),
        ("not in colour", True),
        ("not in black and white", False),
        ("colorful", False),
    ],
)
def test_it_is_told_of_the_whole_picture(
    photo: Callable[[str], Image], weights: Weights, statement: str, of_gray: bool
) -> None:
    finder = pocket_finder(NanoDet(weights, "cpu"), None)
    finder.load()
    assert finder.VERIFY(photo("camera"), statement).value is of_gray
    assert finder.VERIFY(photo("coffee"), statement).value is not of_gray


def test_one_of_both_is_chosen(photo: Callable[[str], Image]) -> None:
    for name, said in (("camera", "black and white"), ("coffee", "color")):
        told = choose_state(photo(name), None, ["color", "black and white"], ColorNamer(), BoxPosture())
        assert told is not None and told.value == said
