"""A "right" that is no side: "right next to the well" is next to it, and "on the right" is on the right."""

from __future__ import annotations

import pytest

from looksmith.tools.phrases.conditions import read_conditions, show


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("right next to the well", "next to well"),
        ("standing right by the well", "standing; next to well"),
        ("right at the back", "at the background"),
        ("on the right behind the barn", "at the right; behind barn"),
        ("looking right at the camera", "facing camera"),
        ("facing right in front of the barn", "facing right; in front of barn"),
        ("immediately left of the goat", "left of goat"),
    ],
)
def test_right_is_a_side_or_none(text: str, said: str) -> None:
    assert show(read_conditions(text)) == said
