"""A tool that never comes back costs its own call, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from time import perf_counter, sleep
from typing import Any

import pytest

from looksmith.tools.core.errors import InputError, LooksmithError, ToolDeclarationError, ToolTimeout, WornOut
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import TIMEOUT, Tool, tool
from looksmith.tools.engine.executor import LOADING, LOST, Executor
from looksmith.tools.profiles.limited import limited
from looksmith.tools.profiles.profile import load_profile

BACK = 30.0
"""Seconds after which it did not come back at all."""


class Clock:
    """Goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


class Stuck:
    """Tools that stand still until the gate opens."""

    backend = "stuck"

    def __init__(self) -> None:
        self.gate, self.reached, self.loading = Event(), Event(), Event()
        self.loading.set()

    def load(self) -> None:
        """Stands still too, where it is told to."""
        self.loading.wait(BACK)

    @tool(timeout=10)
    def STAND(self, number: int) -> int:
        """The number, some time."""
        self.reached.set()
        assert self.gate.wait(BACK)
        return number

    @tool
    def GO(self, number: int) -> int:
        """The number, at once."""
        return number


def plain(number: int) -> int:
    """The number."""
    return number


def executor(*things: Any, clock: Clock | None = None) -> Executor:
    registry = Registry()
    registry.add(*things)
    return Executor(registry, clock=clock) if clock else Executor(registry)


def test_a_call_past_its_limit_ends_with_the_tools_name_and_its_device_is_free() -> None:
    clock = Clock()
    served = executor(tools := Stuck(), clock=clock)
    late, waiting = served.submit("STAND", (1,), {}), served.submit("GO", (2,), {})
    assert tools.reached.wait(BACK)
    clock.now = 9.0
    served.tick()
    assert not late.done() and not waiting.done()
    clock.now = 11.0
    served.tick()
    error = late.result(BACK).error
    assert isinstance(error, ToolTimeout)
    assert error.message == "STAND did not answer within 10 s and was given up."
    assert waiting.result(BACK).value == 2
    assert served._dispatcher.lost == 1
    tools.gate.set()
    assert served.call("GO", (3,), {}).value == 3


def test_a_thread_that_was_left_behind_asks_nothing_more_even_when_its_calls_were_given_up_twice() -> None:
    """The model-based test found it: the second time, the first thread took its calls for wanted again."""
    clock, gates, asked = Clock(), [Event() for _ in range(9)], list[list[int]]()

    class Pair:
        backend = "pair"

        @tool(timeout=10, batch=2, many="many")
        def PASS(self, number: int) -> int:
            """The number, some time."""
            return self.many([{"number": number}])[0]

        def many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
            """PASS for each."""
            asked.append([call["number"] for call in calls])
            assert gates[len(asked) - 1].wait(BACK)
            raise RuntimeError("broken")

    served = executor(Pair(), clock=clock)
    first = served.submit("PASS", (0,), {}, None, "a", goes_on=False)
    _until(lambda: len(asked) == 1)
    calls = [served.submit("PASS", (number,), {}, None, number, goes_on=False) for number in (1, 2)]
    gates[0].set()  # and these two are served together
    assert isinstance(first.result(BACK).error, LooksmithError)
    for wanted in (2, 3, 4):
        clock.now += 1.0
        served.tick()
        _until(lambda wanted=wanted: len(asked) >= wanted)
        clock.now += 30.0
        served.tick()
    assert all(isinstance(call.result(BACK).error, ToolTimeout) for call in calls)
    assert asked == [[0], [1, 2], [1], [2]]
    gates[1].set()  # the pass over both fails now, and its thread comes to its end
    _until(lambda: served._dispatcher.lost < 3 or len(asked) > 4)
    assert asked == [[0], [1, 2], [1], [2]]
    for gate in gates:
        gate.set()


def _until(true: Callable[[], bool]) -> None:
    start = perf_counter()
    while not true():
        assert perf_counter() - start < BACK, "it did not come to that"
        sleep(0.001)


def test_time_goes_by_by_itself() -> None:
    never = Event()

    @tool(timeout=0.05)
    def HANG() -> bool:
        """Hangs."""
        return never.wait(BACK)

    assert isinstance(executor(HANG).call("HANG", (), {}).error, ToolTimeout)
    never.set()


def test_with_so_many_threads_lost_no_more_calls_are_taken_until_they_come_back() -> None:
    clock = Clock()
    served = executor(tools := Stuck(), clock=clock)
    for number in range(LOST):
        assert served.worn is None
        tools.reached.clear()
        future = served.submit("STAND", (number,), {})
        assert tools.reached.wait(BACK)
        clock.now += 11
        served.tick()
        assert isinstance(future.result(BACK).error, ToolTimeout)
    refused = served.call("GO", (1,), {}).error
    assert isinstance(refused, WornOut)
    assert f"{LOST} timed-out tool calls" in refused.message
    tools.gate.set()
    for _ in range(300):
        if served.worn is None:
            break
        Event().wait(0.1)
    assert served.call("GO", (1,), {}).value == 1


def test_loading_has_a_limit_of_its_own_and_the_calls_begins_after_it() -> None:
    clock = Clock()
    served = executor(tools := Stuck(), clock=clock)
    tools.loading.clear()
    future = served.submit("STAND", (1,), {})
    clock.now = LOADING - 1
    served.tick()
    assert not future.done()
    tools.loading.set()
    assert tools.reached.wait(BACK)
    clock.now += 9
    served.tick()
    assert not future.done()
    clock.now += 2
    served.tick()
    assert isinstance(future.result(BACK).error, ToolTimeout)
    tools.gate.set()


def test_a_model_that_is_never_loaded_is_given_up_too() -> None:
    clock = Clock()
    served = executor(tools := Stuck(), clock=clock)
    tools.loading.clear()
    future = served.submit("STAND", (1,), {})
    while not served._dispatcher._running:
        Event().wait(0.01)
    clock.now = LOADING + 1
    served.tick()
    assert "The model of STAND was not loaded within" in str(future.result(BACK).error)
    tools.loading.set()
    tools.gate.set()


def test_whoever_asked_waits_no_longer_than_the_program_may_run() -> None:
    served = executor(tools := Stuck())
    done = served.call("STAND", (1,), {}, None, perf_counter() + 0.05)
    assert isinstance(done.error, ToolTimeout)
    assert "The program's time was over while it waited for STAND" in done.error.message
    tools.reached.clear()
    assert isinstance(served.call("STAND", (2,), {}, None, perf_counter() - 1).error, ToolTimeout)
    assert not tools.reached.wait(0.1)  # nobody is asked what nobody waits for
    tools.gate.set()


def test_a_plain_tool_that_hangs_delays_no_other_plain_tool() -> None:
    tools = Stuck()

    @tool
    def STILL(number: int) -> int:
        """Stands still."""
        return tools.STAND(number)

    served = executor(STILL, plain)
    future = served.submit("STILL", (1,), {})
    assert tools.reached.wait(BACK)
    assert served.submit("plain", (2,), {}).result(BACK).value == 2
    tools.gate.set()
    assert future.result(BACK).value == 1


def test_tools_of_one_device_may_say_how_many_stand_beside_them() -> None:
    """A plug-in that says no more than `concurrency = 8` shares the processor with the models."""

    class Wide(Stuck):
        concurrency = 8

        @tool
        def WIDE(self, number: int) -> int:
            """The number."""
            return number

        STAND = GO = None  # type: ignore[assignment]

    for first in ("WIDE", "STAND"):
        tools = Stuck()
        served = executor(tools, Wide())
        held = served.submit("STAND", (0,), {}) if first == "STAND" else None
        many = [served.submit("WIDE", (number,), {}) for number in range(20)]
        held = held or served.submit("STAND", (0,), {})
        tools.gate.set()
        assert [future.result(BACK).value for future in many] == list(range(20))
        assert held.result(BACK).value == 0


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan")])
def test_a_limit_is_a_positive_number(seconds: float) -> None:
    with pytest.raises(ToolDeclarationError, match="invalid timeout"):
        Tool.of(tool(timeout=seconds)(plain_copy()))


def plain_copy() -> Any:
    """A function of its own."""

    def COPY(number: int) -> int:
        """The number."""
        return number

    return COPY


def test_a_profile_sets_limits_by_plug_in_model_and_tool(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[models]\n[tools]\n[limits.mine]\ntimeout = 7\n[limits.GO]\ntimeout = 3\nisolated = true\n")
    registry = Registry()
    registry.add(Stuck(), plain)
    registry.attribute(["GO", "STAND"], "mine")
    found = limited(registry, load_profile(str(path)))
    assert {one.name: (one.timeout, one.options.isolated) for one in found} == {
        "STAND": (7, False),
        "GO": (3, True),
        "plain": (TIMEOUT, False),
    }
    path.write_text("[models]\n[tools]\n[limits.GO]\ntimout = 3\n")
    with pytest.raises(InputError, match="Did you mean timeout"):
        load_profile(str(path))
