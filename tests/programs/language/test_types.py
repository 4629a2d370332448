"""Laws of the checker's types."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.programs.language import types
from looksmith.tools.core.values import Box, Image, Mask, Point, Video


class Side(enum.Enum):
    """Of strings."""

    LEFT = "left"
    RIGHT = "right"


class Level(enum.IntEnum):
    """Of numbers."""

    LOW = 1
    HIGH = 2


_PLAIN = st.sampled_from([bool, int, float, str, type(None), Image, Box, Mask, Point, Video, Side, Level])
_LITERAL = st.sampled_from([Literal["a"], Literal["b"], Literal["a", "b"], Literal[1, 2]])


def _grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        inner.map(lambda t: list[t]),
        inner.map(lambda t: set[t]),
        st.tuples(inner, inner).map(lambda p: dict[p[0], p[1]]),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: tuple[tuple(p)]),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: types.join(*p)),
    )


TYPES = st.recursive(_PLAIN | _LITERAL, _grow, max_leaves=6)


@given(TYPES)
def test_a_value_fits_its_own_type(t: Any) -> None:
    assert types.assignable(t, t)
    assert types.assignable(Any, t)
    assert types.assignable(t, Any)
    assert not types.never_equal(t, t)


@given(TYPES, TYPES)
def test_a_join_takes_each_part(a: Any, b: Any) -> None:
    joined = types.join(a, b)
    assert types.assignable(a, joined)
    assert types.assignable(b, joined)


@given(TYPES, TYPES, TYPES)
def test_join_does_not_mind_order(a: Any, b: Any, c: Any) -> None:
    assert types.join(a, a) == types.join(a)
    assert types.join(a, b) == types.join(b, a)
    assert types.join(a, types.join(b, c)) == types.join(types.join(a, b), c)
    assert types.join(a, Any) is Any


@given(TYPES, TYPES)
def test_never_equal_is_symmetric_and_never_speaks_of_none(a: Any, b: Any) -> None:
    assert types.never_equal(a, b) == types.never_equal(b, a)
    assert not types.never_equal(types.join(a, type(None)), b)


@given(TYPES)
def test_every_type_can_be_told(t: Any) -> None:
    assert types.text(t)
    assert isinstance(types.attribute_names(t), list)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=200, max_size=200))
def test_types_do_not_grow_without_bound(steps: list[tuple[int, int]]) -> None:
    known: list[Any] = [int, str, bool, Box]
    for i, j in steps:
        known[i] = types.container(tuple, known[i], known[j])
    assert all(len(types.text(t)) < 2_000 for t in known)


@pytest.mark.parametrize(
    ("given_type", "wanted", "fits"),
    [
        (bool, int, True),
        (int, float, True),
        (float, int, False),
        (int, bool, False),
        (int, str, False),
        (list[Box], Box, False),
        (Box, list[Box], False),
        (list[Box], list[Image], False),
        (list[Any], list[Box], True),
        (list, list[Box], True),
        (Iterator[Box], list[Box], False),
        (Literal["left"], Side, True),
        (Literal["up"], Side, False),
        (str, Side, True),
        (int, Side, False),
        (Literal["a"], Literal["a", "b"], True),
        (Literal["c"], Literal["a", "b"], False),
        (Literal["c"], str, True),
        (type(None), Box | None, True),
        (type(None), Box, False),
        (Box | None, Box, True),
        (tuple[int, str], tuple[int, int], False),
    ],
)
def test_assignable(given_type: Any, wanted: Any, fits: bool) -> None:
    assert types.assignable(given_type, wanted) is fits


@pytest.mark.parametrize(
    ("a", "b", "never"),
    [
        (bool, str, True),
        (int, list[int], True),
        (int, float, False),
        (Literal["a"], str, False),
        (Box | int, str, True),
        (Box | int, float, False),
        (Any, str, False),
        (type(None), str, False),
        (list[Box], list[int], False),
    ],
)
def test_never_equal(a: Any, b: Any, never: bool) -> None:
    assert types.never_equal(a, b) is never


def test_what_loops_yield() -> None:
    assert types.element(list[Box]) is Box
    assert types.element(dict[str, Box]) is str
    assert types.element(Literal["abc"]) is str
    assert types.element(range) is int
    assert types.element(tuple[int, str]) == int | str
    assert types.element(Iterator[Box]) is Box
    assert types.element(Box) is None
    assert types.element(Box | list[Box]) is None
    assert types.element(Any) is Any


def test_attributes() -> None:
    assert types.attribute(Box, "left") is float
    assert types.attribute(Box | None, "left") is float
    assert types.attribute(Box, "lefty") is None
    assert types.attribute(list[Box], "append") is Any
    assert types.attribute(Any, "whatever") is Any
    assert "center_x" in types.attribute_names(Box)
