"""Which way people face and what their arms do, from joints that are placed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.models.people.movenet import JOINTS, Body, Joint
from looksmith.tools.see.people.bearing import arms, facing, sits

FRONT = {
    "nose": (50, 20), "left eye": (55, 16), "right eye": (45, 16), "left ear": (60, 18), "right ear": (40, 18),
    "left shoulder": (75, 45), "right shoulder": (25, 45), "left elbow": (80, 70), "right elbow": (20, 70),
    "left wrist": (82, 95), "right wrist": (18, 95), "left hip": (65, 105), "right hip": (35, 105),
    "left knee": (65, 150), "right knee": (35, 150), "left ankle": (65, 195), "right ankle": (35, 195),
}  # fmt: skip
BACK = {name: (100 - x, y) for name, (x, y) in FRONT.items()}


def body(places: dict[str, tuple[float, float]], score: float = 0.8, **others: tuple[float, float]) -> Body:
    placed = places | {name.replace("_", " "): place for name, place in others.items()}
    return {name: Joint(*placed[name], score) for name in JOINTS}


def test_from_the_front_from_behind_and_from_the_sides():
    assert facing(body(FRONT)) == "camera"
    assert facing(body(BACK)) == "away"
    assert facing(body(FRONT, nose=(30, 20))) == "left", "the head is turned"
    assert facing(body(FRONT, left_shoulder=(52, 45), right_shoulder=(48, 45), nose=(72, 20))) == "right"


def test_whose_shoulders_are_not_seen_faces_nowhere():
    assert facing(body(FRONT, score=0.1)) is None


@pytest.mark.parametrize(
    ("wrists", "said"),
    [
        ({}, None),
        ({"left_wrist": (90, 10)}, "raised"),
        ({"left_wrist": (90, 10), "right_wrist": (10, 10)}, "raised"),
        ({"left_wrist": (35, 70), "right_wrist": (65, 70)}, "crossed"),
        ({"left_wrist": (52, 100), "right_wrist": (48, 100)}, None),
    ],
)
def test_arms(wrists, said):
    assert arms(body(FRONT, **wrists)) == said
    assert arms(body({name: (100 - x, y) for name, (x, y) in FRONT.items()} | mirrored(wrists))) == said


def mirrored(places):
    return {name.replace("_", " "): (100 - x, y) for name, (x, y) in places.items()}


def test_who_sits_has_level_thighs():
    assert sits(body(FRONT)) is False
    assert sits(body(FRONT, left_knee=(90, 112), right_knee=(10, 112))) is True
    assert sits(body(FRONT, score=0.2)) is None


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=17, max_size=17),
    st.floats(0.1, 10),
    st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)),
)
def test_size_and_place_change_nothing_and_a_mirror_swaps_the_sides(places, scale, shift):
    placed = dict(zip(JOINTS, ((float(round(x)) * 8, float(round(y)) * 8) for x, y in places), strict=True))
    moved = body({name: (x * 4 + 32, y * 4 - 16) for name, (x, y) in placed.items()})
    assert (facing(moved), arms(moved), sits(moved)) == (facing(body(placed)), arms(body(placed)), sits(body(placed)))
