"""POINT: the markup of models that point, and tiny Molmo 2, of which one has learnt to."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_vlm
from hypothesis import given
from hypothesis import strategies as st
from saying import PICTURE, Says

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Point
from looksmith.tools.models.grounding.molmo import Molmo
from looksmith.tools.models.language.transformers_vlm import TransformersVlm
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.pointing import Pointer
from looksmith.tools.weights.store import Weights


def read_points(reply: str) -> list[tuple[float, float]]:
    return [(spot.x, spot.y) for spot in Molmo().read_points(reply, (10, 10))]


@pytest.mark.parametrize(
    ("reply", "points"),
    [
        ('<point x="10.0" y="50" alt="cup">cup</point>', [(0.1, 0.5)]),
        (
            'I see <points x1="1.5" y1="2" x2="30.25" y2="40" alt="cups">cups</points> there.',
            [(0.015, 0.02), (0.3025, 0.4)],
        ),
        ('<points coords="1 1 098 629 2 162 1000">cups</points>', [(0.098, 0.629), (0.162, 1.0)]),
        ('<point x="1" y="2" alt="a">a</point> and <point x="3" y="4" alt="b">b</point>', [(0.01, 0.02), (0.03, 0.04)]),
        ("There are none.", []),
        ("I don't see any cup in the image.", []),
        ("This isn't in the image.", []),
    ],
)
def test_points_are_read_from_the_models_own_markup(reply: str, points: list[tuple[float, float]]) -> None:
    assert read_points(reply) == [pytest.approx(point) for point in points]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "said nothing"),
        ("A cup on a saucer.", "no list of points"),
        ('<point x="10" alt="cup">cup</point>', "broken markup"),
        ('<point x="ten" y="1">cup</point>', "broken markup"),
        ('<points x1="1" y1="2" x2="3">cups</points>', "broken markup"),
        ('<points coords="1 1 098">cups</points>', "broken markup"),
        ('<points coords="1 a 098 100">cups</points>', "broken markup"),
        ('<points x1="1" y1="2" x2="3', "no list of points"),
        ('<point x="1" y="2">a</point> <points x1="3', "no list of points"),
        ('<point x="101" y="2">cup</point>', "outside the image"),
        ('<points coords="1 1 1001 10">cup</points>', "outside the image"),
        ('<point x="1" y="2" onload>cup</point>', "broken markup"),
    ],
)
def test_a_malformed_reply_is_an_error_that_shows_it(reply: str, said: str) -> None:
    with pytest.raises(ToolError, match=said) as caught:
        read_points(reply)
    assert not reply or reply[:30] in str(caught.value)


places = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=20)


@given(places)
def test_what_is_written_in_any_of_the_formats_is_read_back(written: list[tuple[int, int]]) -> None:
    shares = [pytest.approx((x / 1000, y / 1000)) for x, y in written]
    percent = " ".join(f'x{i}="{x / 10}" y{i}="{y / 10}"' for i, (x, y) in enumerate(written, start=1))
    coords = " ".join(f"{i} {x:03} {y:03}" for i, (x, y) in enumerate(written, start=1))
    singles = "".join(f'<point x="{x / 10}" y="{y / 10}" alt="a">a</point>' for x, y in written)
    for reply in (f'<points {percent} alt="cups">cups</points>', f'<points coords="1 {coords}">a</points>', singles):
        assert read_points(reply) == shares


@given(st.text() | st.text(alphabet='<point s="/>xy1234.0 coords'))
def test_any_other_text_is_refused_and_nothing_else_is_raised(reply: str) -> None:
    try:
        found = read_points(reply)
    except ToolError:
        return
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found)


def test_points_lie_in_the_original_image_whatever_the_crop() -> None:
    model = Says(
        '<points x1="0" y1="0" x2="50" y2="100">cups</points>', "There are no dogs.", '<point x="1" y="1">a</point>'
    )
    pointer, crop = Pointer(model), PICTURE.crop(Box(100, 20, 180, 60))
    assert pointer.POINT(crop, "The Cups") == [Point(100, 20, "the cups"), Point(140, 60, "the cups")]
    assert model.asked[0].parts == (crop, "Point to every the cups.")
    assert pointer.POINT(crop, "dog") == []
    counted = pointer.count(crop, "dog")
    assert (counted.value, counted.found) == (1, (Point(100.8, 20.4, "dog"),))
    with pytest.raises(ToolError, match="empty"):
        pointer.POINT(crop, " ")


# Molmo 2

CUPS = '<points coords="1 1 250 500 2 098 629">cup</points>'
CROP = Box(100, 0, 500, 380)


def test_molmo_2_points_in_its_markup_at_places_of_the_original(tmp_path: Path, photo) -> None:
    """Real weights are out of reach: this model has learnt two replies about one picture, and nothing else."""
    crop = photo("coffee").crop(CROP)
    replies = {"Point to every cup.": CUPS, "Point to every dog.": "There are none."}
    folder = tiny_vlm.pointing_molmo2(tmp_path, replies, crop.pixels)
    pointer = Pointer(TransformersVlm(Spec(Weights(folder), folder)))
    pointer.load()
    found = pointer.POINT(crop, "cup")
    wanted = [(100 + 0.25 * 400, 0.5 * 380), (100 + 0.098 * 400, 0.629 * 380)]
    assert [(point.x, point.y) for point in found] == [pytest.approx(place) for place in wanted]
    assert {point.label for point in found} == {"cup"}
    assert pointer.POINT(crop, "dog") == []


def test_of_a_model_that_cannot_point_the_error_shows_what_it_said(tmp_path: Path, photo) -> None:
    folder = tiny_vlm.molmo2(tmp_path)
    pointer = Pointer(TransformersVlm(Spec(Weights(folder), folder)))
    with pytest.raises(ToolError, match=r"asked for points, and its reply has no list of points: '.+'"):
        pointer.POINT(photo("coffee"), "cup")
