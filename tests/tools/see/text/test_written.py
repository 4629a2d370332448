"""Things that are named by what is written on them."""

from __future__ import annotations

import pytest

from looksmith.tools.core.values import Box
from looksmith.tools.see.text.written import Written, bearing, lines_with, read_written, written_noun

NAMED = [
    ("word SALE", "", "word", "SALE"),
    ('the word "sale"', "", "word", "sale"),
    ("number 12", "", "number", "12"),
    ("letters NO ENTRY", "", "letters", "NO ENTRY"),
    ("EXIT sign", "", "sign", "EXIT"),
    ("sign", "that says KEEP OUT", "sign", "KEEP OUT"),
    ("tram", "with the number 7", "tram", "7"),
    ("door", "marked PRIVATE", "door", "PRIVATE"),
    ("bottle", 'labelled "acid"', "bottle", "acid"),
    ("word", "SALE", "word", "SALE"),
]
PLAIN = [
    ("word", "on the door"),
    ("TV stand", ""),
    ("number plate", ""),
    ("sign post", ""),
    ("woman", "reading a book"),
    ("cup", "with text"),
    ("letter", "at the left edge"),
    ("boy", "that says nothing"),
    ("", ""),
]


@pytest.mark.parametrize(("name", "which", "noun", "text"), NAMED)
def test_a_text_names_a_thing(name: str, which: str, noun: str, text: str) -> None:
    assert read_written(name, which) == Written(noun, text)


@pytest.mark.parametrize(("name", "which"), PLAIN)
def test_other_words_are_no_text(name: str, which: str) -> None:
    assert read_written(name, which) is None


def test_a_condition_has_the_text_in_lower_case() -> None:
    assert written_noun("word sale") == Written("word", "sale")
    assert written_noun("password") is None


def line(left: float, top: float, text: str) -> Box:
    return Box(left, top, left + 80, top + 20, text, 0.9)


LINES = [line(0, 0, "Grand SALE today"), line(0, 50, "NO"), line(0, 75, "ENTRY"), line(200, 0, "12")]


@pytest.mark.parametrize(
    ("text", "tops"),
    [
        ("sale", [0]),
        ("Grand Sale", [0]),
        ("GRAND SALF", [0]),
        ("12", [0]),
        ("1", []),
        ("2", []),
        ("GARAGE", []),
    ],
)
def test_lines_with_a_text(text: str, tops: list[float]) -> None:
    assert [one.top for one in lines_with(LINES, text)] == tops


def test_a_text_on_two_lines_is_the_box_around_them() -> None:
    (both,) = lines_with(LINES, "no entry")
    assert (both.top, both.bottom) == (50, 95)


def test_what_bears_a_text_has_its_middle_inside() -> None:
    door, wall = Box(0, 40, 100, 200, "door", 0.8), Box(150, 100, 400, 300, "wall", 0.8)
    assert bearing([door, wall], lines_with(LINES, "NO ENTRY")) == (door,)
