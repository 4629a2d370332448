"""Changes for a replay: values come back from a trace, and changes are read as people write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.agent.debug.parse_change import read_changes, read_value
from looksmith.agent.traces.decode import decode
from looksmith.agent.traces.encode import encode
from looksmith.tools.core.errors import InputError, NoDetection
from looksmith.tools.core.values import Box, Image, Mask, Point

PHOTO = Image.of(Pillow.effect_noise((64, 48), 80))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
BOXES = st.builds(
    lambda left, top, width, height, label, score: Box(left, top, left + width, top + height, label, score),
    *(st.floats(0, 1000),) * 2,
    *(st.floats(0.5, 1000),) * 2,
    st.text(max_size=8),
    st.floats(0, 1),
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=9)
LEAVES = PLAIN | BOXES | st.builds(Point, NUMBERS, NUMBERS) | st.just(Mask(4, 3, (5, 7), "cup", 0.5)) | st.just(PHOTO)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(PLAIN, inner, max_size=3)
        | st.frozensets(PLAIN, max_size=3).map(set)
    ),
    max_leaves=8,
)


def kinds(value: Any) -> Any:
    """The types in a value: 1, 1.0 and True are equal, and not the same."""
    if isinstance(value, dict):
        return [(kinds(key), kinds(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [kinds(item) for item in value]
    if isinstance(value, set):
        return sorted(f"{type(item).__name__} {item!r}" for item in value)
    return type(value)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(VALUES)
def test_a_value_comes_back_from_a_trace_as_it_was(value: Any) -> None:
    there = json.loads(json.dumps(encode(value, lambda image: image.source), allow_nan=False))
    back = decode(there, lambda _: PHOTO)
    assert back == value
    assert kinds(back) == kinds(value)


@pytest.mark.parametrize(
    "value", [{"type": "box"}, {"type": "house"}, {"left": 1}, {"type": "image", "image": "x"}, {"type": "set"}]
)
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="not a value of a program"):
        decode(value, lambda _: PHOTO)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("False", False),
        ("3", 3),
        ("0.5", 0.5),
        ("red", "red"),
        ('"3"', "3"),
        ("['a', 'b']", ["a", "b"]),
        ('{"left": 1, "top": 2, "right": 3, "bottom": 4, "label": "cup"}', Box(1, 2, 3, 4, "cup")),
        ('[{"x": 1, "y": 2}]', [Point(1, 2)]),
        ("none", None),
    ],
)
def test_a_change_is_read_as_it_is_meant(text: str, value: Any) -> None:
    assert read_changes([f"2={text}"], lambda _: PHOTO) == {2: value}


def test_nothing_found_can_be_said() -> None:
    assert isinstance(read_value("NoDetection", lambda _: PHOTO), NoDetection)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["yes"], "is not a change of a step"),
        (["a=1"], "is not a change of a step"),
        (["1=2", "1=3"], "changed twice"),
        (['1={"left": 1'], "looks like JSON"),
        (['1={"left": 9, "top": 2, "right": 3, "bottom": 4}'], "left < right"),
        (['1={"left": 1, "top": 2}'], "it has no 'right'"),
        (['1={"top": 2}'], "it has no 'type'"),
    ],
)
def test_a_change_that_says_nothing_is_refused(texts: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_changes(texts, lambda _: PHOTO)
