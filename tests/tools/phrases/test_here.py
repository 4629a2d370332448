"""Conditions that only say "here" are left out, and those that say more stay."""

from collections.abc import Callable

import pytest

from looksmith.tools.phrases.conditions import read_conditions
from looksmith.tools.phrases.here import without_here


def known(*names: str) -> Callable[[str], bool]:
    return lambda name: name in names


def nothing(name: str) -> bool:
    return False


@pytest.mark.parametrize(
    "which",
    [
        "in the picture",
        "in this photo",
        "in the group photo",
        "of the image",
        "in the room",
        "on the street",
        "at the beach",
        "in the kitchen",
        "in the yard",
        "posing for the camera",
        "visible",
        "in total",
    ],
)
def test_it_only_says_here(which: str):
    said = read_conditions(which, "person")
    assert without_here(said, nothing) == ()


@pytest.mark.parametrize(
    "which",
    [
        "on the table",
        "in red",
        "wearing a hat",
        "on the left",
        "next to the street",
        "behind the house",
        "holding a camera",
        "in the cup",
        "sitting",
        "not on the table",
    ],
)
def test_it_says_more(which: str):
    said = read_conditions(which, "person")
    assert said and without_here(said, nothing) == said


def test_a_place_that_can_be_found_is_a_condition():
    said = read_conditions("on the street", "car")
    assert without_here(said, known("street")) == said
    assert without_here(said, known("table")) == ()


def test_the_picture_is_no_place_even_where_pictures_are_known():
    assert without_here(read_conditions("in the picture", "cup"), known("picture")) == ()


def test_of_several_conditions_only_those_that_say_here_go():
    said = read_conditions("in red on the table in this picture", "cup")
    kept = without_here(said, known("table"))
    assert kept == read_conditions("in red on the table", "cup")
    assert without_here((), nothing) == ()
