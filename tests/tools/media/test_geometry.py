"""The arithmetic of boxes: worked examples, and the laws that it must keep."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool, is_tool
from looksmith.tools.core.values import Box, Mask
from looksmith.tools.media import geometry as g

sides = st.integers(-2000, 2000).map(lambda n: n / 4)
lengths = st.integers(1, 2000).map(lambda n: n / 4)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), sides, sides, lengths, lengths)
PICKS = [g.LARGEST, g.SMALLEST, g.LEFTMOST, g.RIGHTMOST, g.TOPMOST, g.BOTTOMMOST]


def test_area_of_box_and_mask():
    mask = Mask.from_array(np.array([[True, False], [True, True]]))
    assert g.AREA(Box(0, 0, 4, 5)) == 20
    assert g.AREA(mask) == 3
    assert isinstance(g.AREA(mask), float)


def test_overlap_of_half_shifted_squares():
    assert g.OVERLAP(Box(0, 0, 2, 2), Box(1, 0, 3, 2)) == pytest.approx(1 / 3)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_a_share(a: Box, b: Box):
    assert 0 <= g.OVERLAP(a, b) <= 1
    assert g.OVERLAP(a, b) == g.OVERLAP(b, a)
    assert (g.OVERLAP(a, b) == 1) == (a == b)


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        (Box(13, 0, 20, 10), 3),
        (Box(0, 14, 10, 20), 4),
        (Box(13, 14, 20, 20), 5),
        (Box(10, 10, 20, 20), 0),
        (Box(2, 2, 4, 4), 0),
    ],
)
def test_distance_is_the_gap_between_edges(other: Box, gap: float):
    assert g.DISTANCE(Box(0, 0, 10, 10), other) == gap


@given(boxes, boxes)
def test_distance_is_symmetric_and_zero_where_boxes_overlap(a: Box, b: Box):
    assert g.DISTANCE(a, b) == g.DISTANCE(b, a) >= 0
    assert g.DISTANCE(a, a) == 0
    if g.OVERLAP(a, b) > 0:
        assert g.DISTANCE(a, b) == 0


@given(boxes, boxes, st.integers(-500, 500), st.integers(-500, 500))
def test_measures_do_not_depend_on_the_place_in_the_picture(a: Box, b: Box, x: int, y: int):
    def moved(box: Box) -> Box:
        return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)

    assert g.DISTANCE(moved(a), moved(b)) == g.DISTANCE(a, b)
    assert g.OVERLAP(moved(a), moved(b)) == g.OVERLAP(a, b)
    assert g.INSIDE(moved(a), moved(b)) == g.INSIDE(a, b)


def test_above_means_a_smaller_y():
    sky, ground = Box(0, 0, 10, 10), Box(0, 50, 10, 60)
    assert g.ABOVE(sky, ground) and g.BELOW(ground, sky)
    assert not g.ABOVE(ground, sky) and not g.BELOW(sky, ground)


@pytest.mark.parametrize(("relation", "converse"), [(g.LEFT_OF, g.RIGHT_OF), (g.ABOVE, g.BELOW)])
@given(a=boxes, b=boxes)
def test_a_relation_is_antisymmetric_and_has_its_converse(relation, converse, a: Box, b: Box):
    assert relation(a, b) == converse(b, a)
    assert not (relation(a, b) and relation(b, a))
    assert not relation(a, a)


@pytest.mark.parametrize("relation", [g.LEFT_OF, g.ABOVE])
@given(a=boxes, b=boxes, c=boxes)
def test_a_relation_is_transitive(relation, a: Box, b: Box, c: Box):
    if relation(a, b) and relation(b, c):
        assert relation(a, c)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(20, 20, 40, 40), True),
        (Box(-4, 20, 20, 40), True),
        (Box(-20, 20, 10, 40), False),
        (Box(200, 200, 220, 220), False),
        (Box(-100, -100, 200, 200), False),
    ],
)
def test_inside_wants_the_center_and_most_of_the_area(box: Box, inside: bool):
    assert g.INSIDE(box, Box(0, 0, 100, 100)) is inside


@given(boxes, boxes)
def test_inside_each_other_means_nearly_the_same_box(a: Box, b: Box):
    assert g.INSIDE(a, a)
    if g.INSIDE(a, b) and g.INSIDE(b, a):
        assert g.OVERLAP(a, b) > 1 / 3


def test_nearest_leaves_out_the_box_itself():
    box, near, far = Box(0, 0, 10, 10), Box(12, 0, 20, 10), Box(50, 0, 60, 10)
    assert g.NEAREST(box, [far, box, near]) == near


def test_nearest_of_two_touching_boxes_is_the_one_with_the_nearer_center():
    box, long, short = Box(0, 0, 10, 10), Box(10, 0, 90, 10), Box(10, 0, 20, 10)
    assert g.NEAREST(box, [long, short]) == short


@given(boxes, st.lists(boxes, min_size=1))
def test_no_other_box_is_nearer_than_the_nearest(box: Box, others: list[Box]):
    others = [other for other in others if other != box]
    if others:
        nearest = g.NEAREST(box, others)
        assert nearest in others
        assert g.DISTANCE(box, nearest) == min(g.DISTANCE(box, other) for other in others)


@given(st.lists(boxes, min_size=1))
def test_a_pick_is_extreme(many: list[Box]):
    assert g.LARGEST(many).area == max(box.area for box in many)
    assert g.SMALLEST(many).area == min(box.area for box in many)
    assert not any(g.LEFT_OF(box, g.LEFTMOST(many)) for box in many)
    assert not any(g.RIGHT_OF(box, g.RIGHTMOST(many)) for box in many)
    assert not any(g.ABOVE(box, g.TOPMOST(many)) for box in many)
    assert not any(g.BELOW(box, g.BOTTOMMOST(many)) for box in many)


@pytest.mark.parametrize("pick", PICKS)
def test_of_equal_boxes_the_first_is_picked(pick):
    first, second = Box(0, 0, 10, 10, "first"), Box(0, 0, 10, 10, "second")
    assert pick([first, second]) is first


@pytest.mark.parametrize("pick", PICKS)
def test_nothing_to_pick_from(pick):
    with pytest.raises(NoDetection, match=pick.__name__.lower()):
        pick([])


def test_nothing_is_nearest_to_a_box_that_is_alone():
    box = Box(0, 0, 1, 1)
    with pytest.raises(NoDetection, match="nearest"):
        g.NEAREST(box, [box])


@pytest.mark.parametrize("side", [math.nan, math.inf])
def test_a_box_without_numbers_never_reaches_the_arithmetic(side: float):
    with pytest.raises(ToolError, match="finite"):
        Box(0, 0, side, 1)


def test_every_tool_is_told_in_at_most_twelve_words():
    tools = [Tool.of(f) for f in vars(g).values() if is_tool(f)]
    Registry().add(*(tool.function for tool in tools))
    assert len(tools) == 21
    assert all(len(tool.summary.split()) <= 12 for tool in tools)
