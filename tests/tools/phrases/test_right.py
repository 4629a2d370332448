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
        ("looking right at a goat", "facing goat"),
        ("in the top-right in the image", "at the top right"),
        ("furthest right in the row", "rightmost; in row"),
        ("middle right in the photo", "at the middle right"),
        ("driving right in the foreground", "driving; facing right; at the foreground"),
        ("flying right over the pond", "flying; facing right; above pond"),
        ("walking right behind the goat", "walking; behind goat"),
    ],
)
def test_right_is_a_side_or_none(text: str, said: str) -> None:
    assert show(read_conditions(text)) == said
