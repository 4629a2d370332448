"""Parts and clothes, which no model looks for: where they usually are on what is found."""

from __future__ import annotations

import pytest
from PIL import Image as Pillow

from looksmith.tools.core.values import Box, Image
from looksmith.tools.see.finders.parts_eye import PartsEye

PERSON = Box(10, 10, 40, 90, "person", 0.8)


class _Seen:
    """A detector that sees one person."""

    def everything(self, image: Image) -> list[Box]:
        return [PERSON]


@pytest.fixture
def eye() -> PartsEye:
    return PartsEye(_Seen(), ["person", "zebra"])  # type: ignore[arg-type]


def test_where_nobody_looked_for_it_that_is_told_and_the_score_is_not_the_persons(eye: PartsEye):
    sight = eye.find(Image.of(Pillow.new("RGB", (100, 100))), "hat", told_apart=False)
    (hat,) = sight.boxes
    assert hat.score < PERSON.score
    assert hat.bottom < PERSON.center_y
    assert sight.assumptions == ("no model looks for 'hat': took its usual place",)


@pytest.mark.parametrize(("noun", "known"), [("hat", True), ("left paw", True), ("zebra with a hat", False)])
def test_a_thing_with_a_part_is_no_part(eye: PartsEye, noun: str, known: bool):
    assert eye.knows(noun) is known
