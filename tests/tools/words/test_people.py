"""What people are called, and what they look like."""

from __future__ import annotations

import pytest

from looksmith.tools.words.people import ANYBODY, LOOKS


@pytest.mark.parametrize(
    ("word", "looks"),
    [("uncle", {"man"}), ("grandma", {"woman"}), ("brother", {"man", "boy"}), ("kid", {"boy", "girl", "child"})],
)
def test_words_for_people_say_what_they_look_like(word: str, looks: set[str]) -> None:
    assert set(LOOKS[word]) == looks


def test_who_may_be_anybody_looks_like_nobody() -> None:
    assert "cousin" in ANYBODY
    assert not ANYBODY & LOOKS.keys()
