"""The words, numbers, letters and digits of lines of text, and where in the line they are."""

from __future__ import annotations

import pytest

from looksmith.tools.core.values import Box
from looksmith.tools.see.text.units import units

LINE = Box(100, 10, 200, 30, "OPEN 9-17h", 0.9)
"""Ten characters of ten pixels."""


@pytest.mark.parametrize(
    ("unit", "texts"),
    [
        ("word", ["OPEN", "h"]),
        ("number", ["9", "17"]),
        ("letter", ["O", "P", "E", "N", "h"]),
        ("digit", ["9", "1", "7"]),
    ],
)
def test_what_a_line_consists_of(unit: str, texts: list[str]):
    assert [one.label for one in units([LINE], unit)] == texts


def test_a_number_with_a_sign_in_it_is_one_number_and_a_word_with_an_apostrophe_one_word():
    assert [one.label for one in units([Box(0, 0, 9, 9, "1,200.50 at 7:45")], "number")] == ["1,200.50", "7:45"]
    assert [one.label for one in units([Box(0, 0, 9, 9, "Joe's well-known caf\u00e9")], "word")] == [
        "Joe's",
        "well-known",
        "caf\u00e9",
    ]


def test_a_word_has_its_share_of_the_lines_box():
    word, _ = units([LINE], "word")
    assert word == Box(100, 10, 140, 30, "OPEN", 0.9)
    assert [box.left for box in units([LINE], "digit")] == [150, 170, 180]


def test_a_line_without_any_has_none():
    assert units([Box(0, 0, 9, 9, "..."), Box(0, 0, 9, 9, "")], "letter") == ()
