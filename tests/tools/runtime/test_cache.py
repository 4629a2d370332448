"""Results are shared between calls that are the same call, and only between those."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.runtime.cache import Recent, ResultCache, call_key

PHOTO = Image.of(Pillow.new("RGB", (8, 6), "red"))
BOX = Box(0, 0, 4, 3, "cup", 0.5)

values = st.recursive(
    st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text(max_size=2) | st.sampled_from([None, BOX, PHOTO]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner, max_size=2),
    max_leaves=6,
)


class Counting:
    """Tools that know how often they were called."""

    def __init__(self) -> None:
        self.calls = 0

    @tool
    def SIZE(self, image: Image, names: list[str], share: float = 1.0) -> int:
        """The number of names."""
        self.calls += 1
        return len(names)

    @tool
    def MISS(self, image: Image) -> Box:
        """Finds nothing."""
        self.calls += 1
        raise NoDetection("There is nothing.")

    @tool
    def BREAK(self, image: Image) -> Box:
        """Fails."""
        self.calls += 1
        raise ToolError("Not now.")

    @tool(deterministic=False)
    def DICE(self) -> int:
        """A number."""
        self.calls += 1
        return self.calls


def served(*calls: tuple[str, tuple[Any, ...], dict[str, Any]]) -> tuple[list[Call], int]:
    """What the executor says to each call, all with one cache, and how often a tool was really called."""
    tools, registry, cache = Counting(), Registry(), ResultCache[Call]()
    registry.add(tools)
    executor = Executor(registry)
    return [executor.call(*call, cache) for call in calls], tools.calls


def test_the_same_call_is_made_once_however_it_is_written() -> None:
    same = Image.of(Pillow.new("RGB", (8, 6), "red"))
    done, calls = served(
        ("SIZE", (PHOTO, ["a"]), {}),
        ("SIZE", (same,), {"names": ["a"]}),
        ("SIZE", (), {"names": ["a"], "image": same}),
    )
    assert [call.value for call in done] == [1, 1, 1]
    assert [call.cached for call in done] == [False, True, True]
    assert calls == 1


def test_other_arguments_or_another_part_of_the_image_are_another_call() -> None:
    done, calls = served(
        ("SIZE", (PHOTO, ["a"]), {}), ("SIZE", (PHOTO, ["b"]), {}), ("SIZE", (PHOTO.crop(BOX), ["a"]), {})
    )
    assert not any(call.cached for call in done)
    assert calls == 3


def test_that_nothing_was_found_is_a_result_and_that_a_tool_failed_is_none() -> None:
    done, calls = served(*[("MISS", (PHOTO,), {})] * 2, *[("BREAK", (PHOTO,), {})] * 2)
    assert [call.cached for call in done] == [False, True, False, False]
    assert isinstance(done[1].error, NoDetection)
    assert calls == 3


def test_a_tool_of_chance_is_asked_each_time() -> None:
    done, _ = served(*[("DICE", (), {})] * 2)
    assert [call.value for call in done] == [1, 2]


def test_without_a_cache_nothing_is_shared() -> None:
    tools, registry = Counting(), Registry()
    registry.add(tools)
    executor = Executor(registry)
    assert [executor.call("SIZE", (PHOTO, []), {}).cached for _ in range(2)] == [False, False]
    assert tools.calls == 2


def test_the_result_that_was_not_asked_for_longest_makes_room() -> None:
    cache = ResultCache[str](2)
    for name in ("a", "b"):
        cache.put("T", {"x": name}, name)
    assert cache.get("T", {"x": "a"}) == "a"
    cache.put("T", {"x": "c"}, "c")
    assert [cache.get("T", {"x": name}) for name in "abc"] == ["a", None, "c"]


def test_the_pixels_of_results_have_a_limit() -> None:
    cache, pictures = (
        ResultCache[Call](kept=1_300_000),
        [Image.of(Pillow.new("RGB", (300, 300), (n, 0, 0))) for n in range(8)],
    )
    for number, picture in enumerate(pictures):
        cache.put("T", {"x": number}, Call("T", "plain", {}, picture))
    kept = [cache.get("T", {"x": number}) is not None for number in range(8)]
    assert kept == [False] * 5 + [True] * 3
    cache.put("T", {"x": "huge"}, Call("T", "plain", {}, Image.of(Pillow.new("RGB", (500, 500)))))
    assert cache.get("T", {"x": "huge"}) is None
    assert cache.get("T", {"x": 7}) is not None
    for _ in range(9):  # the same again takes no more room
        cache.known_or_put("T", {"x": 7}, Call("T", "plain", {}, pictures[7]))
    assert [cache.peek("T", {"x": number}) is not None for number in (5, 6, 7)] == [True] * 3


def test_the_latest_values_have_a_limit_in_number_and_in_bytes() -> None:
    numbers = Recent[int](3, kept=1_000_000)
    for number in range(5):
        numbers.put(number, number)
    assert [number in numbers for number in range(5)] == [False] * 2 + [True] * 3
    frames = Recent[Image](16, kept=1_300_000)
    for number in range(8):
        frames.get(number, lambda: Image.of(Pillow.new("RGB", (300, 300))))
    assert [number in frames for number in range(8)] == [False] * 5 + [True] * 3
    depths = Recent[NDArray[np.float32]](16, kept=1_300_000)
    for number in range(8):
        depths.get(number, lambda: np.zeros((300, 300), np.float32))
    assert [number in depths for number in range(8)] == [False] * 5 + [True] * 3
    huge = Image.of(Pillow.new("RGB", (600, 600)))
    assert frames.get("huge", lambda: huge) is huge and "huge" not in frames and 7 in frames


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0, False), ([1], (1,)), ([], None), ({"a": 1}, {})])
def test_values_that_tools_may_tell_apart_are_told_apart(one: Any, other: Any) -> None:
    assert call_key("T", {"x": one}) != call_key("T", {"x": other})


@given(values)
def test_any_value_of_a_program_can_be_an_argument(value: Any) -> None:
    assert len({call_key("T", {"x": value}), call_key("T", {"x": value}), call_key("U", {"x": value})}) == 2


def test_masks_are_arguments_too() -> None:
    mask = Mask(8, 6, (4, 3, 41), "cup", 0.5)
    assert call_key("T", {"x": [mask]}) == call_key("T", {"x": [Mask(8, 6, (4, 3, 41), "cup", 0.5)]})
