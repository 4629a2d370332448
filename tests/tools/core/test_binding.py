"""Arguments and results are bound to a tool's signature, or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from declared import Side

from looksmith.tools.core.errors import ArgumentError, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool, tool
from looksmith.tools.core.values import Box, Mask, Point, Video


def bind(annotation: Any, value: Any) -> Any:
    def probe(thing):
        """A probe."""

    probe.__annotations__ = {"thing": annotation, "return": None}
    return Tool.of(probe).bind((value,), {})["thing"]


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, 3),
        (float, 2.5),
        (float | None, None),
        (str, ""),
        (bool, False),
        (list[int], []),
        (list[Box], [Box(0, 0, 1, 1)]),
        (tuple[int, ...], (1, 2, 3)),
        (dict[str, int], {"a": 1}),
        (Literal[1, "a"], "a"),
        (int | str, "1"),
        (Any, object),
    ],
)
def test_right_values_are_bound_as_they_are(annotation: Any, value: Any) -> None:
    bound = bind(annotation, value)
    assert bound == value
    assert type(bound) is type(value)


def test_int_becomes_float_and_string_becomes_member() -> None:
    assert type(bind(float, 3)) is float
    assert bind(list[float], [1, 2.5]) == [1.0, 2.5]
    assert bind(Side, "right") is Side.RIGHT
    assert bind(list[Side], ["left", "right"]) == [Side.LEFT, Side.RIGHT]


@pytest.mark.parametrize(
    ("annotation", "value", "got"),
    [
        (int, True, "bool True"),
        (int, 1.0, "float 1.0"),
        (int, "1", "str '1'"),
        (str, 1, "int 1"),
        (float, True, "bool True"),
        (float, "1.0", "str '1.0'"),
        (bool, 1, "int 1"),
        (Box, None, "NoneType"),
        (Box, {"left": 0, "top": 0, "right": 1, "bottom": 1}, "dict"),
        (list[int], (1, 2), "tuple"),
        (list[int], [1, "2"], "list with str '2' at index 1"),
        (tuple[int, int], (1,), "tuple"),
        (Side, "up", "str 'up'"),
        (Literal["a"], "b", "str 'b'"),
        (Box | Point | None, 3, "int 3"),
    ],
)
def test_wrong_values_are_refused_by_name(annotation: Any, value: Any, got: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        bind(annotation, value)
    assert "for thing" in refused.value.message
    assert got in refused.value.message


@pytest.mark.parametrize(
    ("args", "kwargs", "told"),
    [
        (("a", "b"), {}, "positional"),
        ((), {}, "text"),
        (("a",), {"text": "b"}, "'text' twice"),
        (("a",), {"volume": 3}, "'volume'"),
    ],
)
def test_calls_that_do_not_fit_are_refused(registry: Registry, args: Any, kwargs: Any, told: str) -> None:
    with pytest.raises(ArgumentError, match=told):
        registry.get("SHOUT").bind(args, kwargs)


@pytest.mark.parametrize("value", ["3", 3.5, None, [3], True])
def test_a_broken_promise_is_refused(value: Any) -> None:
    @tool
    def COUNTED() -> int:
        """A number."""
        return 0

    with pytest.raises(ToolError, match="COUNTED promised int"):
        Tool.of(COUNTED).check_result(value)
    assert Tool.of(COUNTED).check_result(3) == 3


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        (bool, np.bool_(True), True),
        (int, np.int64(3), 3),
        (float, np.float32(0.5), 0.5),
        (list[int], [np.int64(3), 4], [3, 4]),
        (dict[str, float], {"a": np.float32(2)}, {"a": 2.0}),
    ],
)
def test_numbers_of_numpy_become_those_of_python(kind: Any, given: Any, wanted: Any) -> None:
    checked = returning(kind).check_result(given)
    assert (checked, type(checked)) == (wanted, type(wanted))
    assert "np." not in repr(checked)


def test_a_broken_promise_names_the_item_that_is_wrong() -> None:
    with pytest.raises(ToolError, match=r"promised list\[int\] and returned list with tuple at index 1\."):
        returning(list[int]).check_result([1, (2, 3), "a"])
    with pytest.raises(ToolError, match="promised bool and returned int64"):
        returning(bool).check_result(np.int64(1))


def returning(kind: Any) -> Tool:
    """A tool with results of a type."""

    def GIVE() -> Any:
        """A value."""

    GIVE.__annotations__["return"] = kind
    return Tool.of(GIVE)


def test_masks_and_images_are_never_converted() -> None:
    with pytest.raises(ArgumentError):
        bind(Mask, "mask")
    mask = Mask(1, 1, (1,))
    assert bind(Mask, mask) is mask
    clip = Video(Path("clip.mp4"), "0" * 64, 1, 1, 25.0, (0,))
    assert bind(Video, clip) is clip
    for other in (mask, "clip.mp4", Path("clip.mp4")):
        with pytest.raises(ArgumentError):
            bind(Video, other)
