"""How boxes lie to each other: laws that hold for any boxes, and cases that a person would call so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from looksmith.tools.core.values import Box
from looksmith.tools.media.geometry import BEHIND, CLOSEST, FARTHEST, IN_FRONT_OF, MIDDLE, TOUCHING
from looksmith.tools.media.spatial import BY_BOXES, abreast, covered, gap, is_at, is_between, nearness, ordered

FRAME = Box(0, 0, 640, 480)
OPPOSITES = (
    ("left of", "right of"),
    ("above", "below"),
    ("in front of", "behind"),
    ("bigger than", "smaller than"),
    ("taller than", "shorter than"),
    ("closer than", "farther than"),
)
MUTUAL = ("next to", "at", "against", "touching", "attached to")
SIDED = ("left of", "right of")


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A box within the frame, of whole pixels, so that mirroring is exact."""
    left, top = draw(st.integers(0, 620)), draw(st.integers(0, 460))
    right, bottom = draw(st.integers(left + 4, 640)), draw(st.integers(top + 4, 480))
    return Box(left, top, right, bottom)


def mirrored(box: Box) -> Box:
    """The box in the mirror image of the frame."""
    return replace(box, left=FRAME.right - box.right, right=FRAME.right - box.left)


def holds(relation: str, a: Box, b: Box) -> bool:
    return BY_BOXES[relation](a, b, FRAME)


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
@given(a=boxes(), b=boxes())
def test_what_is_left_of_another_has_it_on_its_right(one: str, other: str, a: Box, b: Box):
    assert holds(one, a, b) == holds(other, b, a)
    assert not (holds(one, a, b) and holds(other, a, b))


@pytest.mark.parametrize("relation", MUTUAL)
@given(a=boxes(), b=boxes())
def test_what_is_next_to_another_has_it_next_to_itself(relation: str, a: Box, b: Box):
    assert holds(relation, a, b) == holds(relation, b, a)


@pytest.mark.parametrize("relation", [one for one in BY_BOXES if one not in SIDED])
@given(a=boxes(), b=boxes())
def test_only_sides_change_in_a_mirror(relation: str, a: Box, b: Box):
    assert holds(relation, mirrored(a), mirrored(b)) == holds(relation, a, b)


@given(a=boxes(), b=boxes())
def test_sides_change_in_a_mirror(a: Box, b: Box):
    assert holds("left of", mirrored(a), mirrored(b)) == holds("right of", a, b)


@pytest.mark.parametrize("relation", [one for one in BY_BOXES if one not in (*MUTUAL, "of", "on", "in")])
@given(a=boxes())
def test_nothing_stands_so_to_itself(relation: str, a: Box):
    assert not holds(relation, a, a)


@pytest.mark.parametrize("relation", BY_BOXES)
@given(a=boxes(), b=boxes(), times=st.sampled_from((2, 4)))
def test_the_size_of_the_photo_does_not_matter(relation: str, a: Box, b: Box, times: int):
    """By powers of two, which are exact."""
    large = [Box(*(times * side for side in (x.left, x.top, x.right, x.bottom))) for x in (a, b, FRAME)]
    assert BY_BOXES[relation](large[0], large[1], large[2]) == holds(relation, a, b)


@given(a=boxes(), b=boxes())
def test_measures_of_two_boxes(a: Box, b: Box):
    assert gap(a, b) == gap(b, a) == gap(mirrored(a), mirrored(b)) >= 0
    assert 0 <= covered(a, b) <= 1 and covered(a, FRAME) == 1
    assert abreast(a.left, a.right, b.left, b.right) == abreast(b.left, b.right, a.left, a.right)
    if covered(a, b) > 0:
        assert gap(a, b) == 0 and abreast(a.left, a.right, b.left, b.right) > 0
    assert holds("in", a, b) <= holds("of", a, b)


@given(one=boxes(), a=boxes(), b=boxes())
def test_between_two_is_between_them_in_any_order_and_in_the_mirror(one: Box, a: Box, b: Box):
    assert is_between(one, a, b) == is_between(one, b, a)
    assert is_between(mirrored(one), mirrored(a), mirrored(b)) == is_between(one, a, b)


@given(one=boxes())
def test_places_of_the_picture(one: Box):
    assert is_at(one, "left", FRAME) == is_at(mirrored(one), "right", FRAME)
    for same in ("top", "bottom", "middle", "corner", "edge", "side", "foreground", "background"):
        assert is_at(one, same, FRAME) == is_at(mirrored(one), same, FRAME)
    assert not (is_at(one, "left", FRAME) and is_at(one, "right", FRAME))
    assert not (is_at(one, "foreground", FRAME) and is_at(one, "background", FRAME))
    assert is_at(one, "top left", FRAME) == (is_at(one, "top", FRAME) and is_at(one, "left", FRAME))
    assert is_at(one, "elsewhere", FRAME) is None


@given(st.lists(boxes(), min_size=1, max_size=5, unique=True), st.sampled_from(("left", "right", "top", "size")))
def test_an_order_loses_nothing_and_does_not_depend_on_the_order_before(some: list[Box], along: str):
    row = ordered(some, along)
    assert sorted(row, key=repr) == sorted(some, key=repr)
    key = {"left": "center_x", "right": "center_x", "top": "center_y", "size": "area"}[along]
    values = [getattr(box, key) for box in row]
    assert values == sorted(values, reverse=along in ("right", "size"))


@given(st.lists(boxes(), min_size=1, max_size=5))
def test_tools_agree_with_the_relations(some: list[Box]):
    assert nearness(CLOSEST(some)) == max(map(nearness, some))
    assert nearness(FARTHEST(some)) == min(map(nearness, some))
    assert MIDDLE(some) in some
    first, last = some[0], some[-1]
    assert IN_FRONT_OF(first, last) == BEHIND(last, first)
    assert TOUCHING(first, last) == TOUCHING(last, first)
    assert TOUCHING(first, first)


@given(st.permutations([Box(10 * i, 0, 10 * i + 8, 8) for i in range(5)]))
def test_the_middle_of_a_row_is_its_third(row: list[Box]):
    assert MIDDLE(row).left == 20


TABLE = Box(100, 250, 500, 450)
CUP = Box(200, 200, 260, 300)
LAMP = Box(220, 20, 300, 120)


@pytest.mark.parametrize(
    ("relation", "a", "b", "so"),
    [
        ("on", CUP, TABLE, True),
        ("on", TABLE, CUP, False),
        ("on", LAMP, TABLE, False),
        ("above", LAMP, TABLE, True),
        ("under", TABLE, LAMP, True),
        ("above", LAMP, Box(500, 300, 600, 400), False),
        ("in", Box(210, 210, 250, 250), CUP, True),
        ("in", CUP, TABLE, False),
        ("next to", Box(265, 210, 320, 300), CUP, True),
        ("next to", Box(560, 210, 620, 300), CUP, False),
        ("riding", Box(250, 50, 350, 300), Box(200, 180, 450, 420), True),
        ("in front of", Box(200, 250, 300, 470), Box(150, 150, 350, 380), True),
        ("touching", Box(260, 210, 300, 300), CUP, True),
        ("touching", LAMP, CUP, False),
    ],
)
def test_what_a_person_would_call_so(relation: str, a: Box, b: Box, so: bool):
    assert holds(relation, a, b) is so


def test_between_needs_to_be_near_the_line():
    cat, dog = Box(0, 100, 50, 150), Box(300, 100, 350, 150)
    assert is_between(Box(150, 110, 190, 150), cat, dog)
    assert not is_between(Box(150, 300, 190, 340), cat, dog), "far below both"
    assert not is_between(Box(400, 110, 440, 150), cat, dog), "beyond one of them"


@given(a=boxes(), b=boxes())
def test_of_two_that_end_alike_the_larger_is_nearer(a: Box, b: Box):
    other = replace(b, top=b.top + a.bottom - b.bottom, bottom=a.bottom)
    assume(other.area != a.area)
    assert holds("closer than", a, other) == (a.area > other.area)
