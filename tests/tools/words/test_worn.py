"""Where on the body something is worn says what it can be."""

from __future__ import annotations

import pytest

from looksmith.tools.words.worn import worn_on


@pytest.mark.parametrize(
    ("relation", "name"),
    [
        ("wearing on his head", "hat"),
        ("wearing around her left wrist", "watch"),
        ("having on its eyes", "goggles"),
        ("with on both feet", "shoe"),
        ("wearing over their shoulders", "backpack"),
        ("have on their heads", "cap"),
        ("wears on her neck", "scarf"),
        ("is wearing on his feet", "boot"),
    ],
)
def test_it_is_told_by_the_part_of_the_body(relation: str, name: str) -> None:
    assert name in worn_on(relation)


@pytest.mark.parametrize(
    "relation",
    [
        *("wearing", "sitting on", "lying on the sofa", "having in his hands", "with in its mouth", ""),
        *("carrying on his shoulder", "wearing a hat on his ears"),
    ],
)
def test_other_relations_say_nothing_about_it(relation: str) -> None:
    assert worn_on(relation) == ()
