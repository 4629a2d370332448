"""Calls of many programs share batches: each gets what it would get alone."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from threading import Barrier, Event, Semaphore, Thread, active_count, get_ident
from typing import Any

import pytest
from dispatching import executor
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.tools.core.batch_calls import in_one_pass
from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box
from looksmith.tools.engine.dispatch import WAITING
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.media.geometry import AREA
from looksmith.tools.runtime.cache import ResultCache

NUMBERS = range(100, 108 + WAITING)


class Squares:
    """Squares numbers, several at once. It fails on what it is told to fail on, and can be made to stand still.

    spoils: what a whole batch with such a number does: raise, or give another number of results.
    """

    backend = "squares"

    def __init__(self, spoils: str = "") -> None:
        self.batches: list[list[int]] = []
        self.gate = Event()
        self.gate.set()
        self.reached = Semaphore(0)
        self._spoils = spoils

    @tool(batch=8, many="square_many")
    def SQUARE(self, number: int) -> Scored[int]:
        """The square of a number that is not negative and not 13."""
        return self._square(number, [number])

    def square_many(self, calls: Sequence[Mapping[str, Any]]) -> Any:
        """SQUARE for each call."""
        numbers = [call["number"] for call in calls]
        if any(number % 5 == 4 for number in numbers):
            if self._spoils == "raise":
                raise MemoryError("too many")
            if self._spoils in ("fewer", "more"):
                return numbers[1:] if self._spoils == "fewer" else [*numbers, 1]
            if self._spoils == "none":
                return None
            if self._spoils == "error":
                raise ToolError("All of you!")
        self._pause(numbers)
        return in_one_pass(
            calls, self._read, lambda some: [n * n for n in some], lambda n, square: Scored(square, {str(n): 1.0})
        )

    @tool(deterministic=False, batch=8, many="square_many")
    def THROW(self, number: int) -> int:
        """Has effects."""
        self._pause([number])
        return number

    @tool
    def HALT(self) -> int:
        """Stands still."""
        self._pause([])
        return 0

    def _pause(self, numbers: list[int]) -> None:
        self.batches.append(numbers)
        self.reached.release()
        assert self.gate.wait(20)

    def _read(self, call: Mapping[str, Any]) -> int:
        number = call["number"]
        if number < 0:
            raise NoDetection(f"There is no {number}.")
        if number == 13:
            raise ValueError("unlucky")
        return number

    def _square(self, number: int, numbers: list[int]) -> Scored[int]:
        self._pause(numbers)
        return Scored(self._read({"number": number}) ** 2, {str(number): 1.0})


def held(tools: Squares) -> tuple[Executor, Future[Call]]:
    """An executor that stands still in a call, so that others come together."""
    served = executor(tools)
    tools.gate.clear()
    first = served.submit("HALT", (), {})
    assert tools.reached.acquire(timeout=120)
    return served, first


def told(call: Call) -> Any:
    """What a program and a trace see of a call, but for the time."""
    error = call.error and (type(call.error), str(call.error))
    return call.tool, dict(call.arguments), call.value, call.scores and dict(call.scores), error


@pytest.mark.parametrize("spoils", ["", "raise", "fewer", "more", "none", "error"])
@settings(deadline=None, max_examples=25)
@given(programs=st.lists(st.lists(st.integers(-2, 15) | st.just("odd"), max_size=6), min_size=1, max_size=6))
def test_whoever_asks_beside_it_a_call_gets_what_it_gets_alone(spoils: str, programs: list[list[Any]]) -> None:
    alone = executor(Squares())
    wanted = [[told(alone.call("SQUARE", (number,), {})) for number in numbers] for numbers in programs]
    served, _ = held(tools := Squares(spoils))
    waiting = [
        [served.submit("SQUARE", (number,), {}, program=program) for number in numbers]
        for program, numbers in enumerate(programs)
    ]
    tools.gate.set()
    assert [[told(future.result(20)) for future in of_one] for of_one in waiting] == wanted


@settings(deadline=None, max_examples=15)
@given(programs=st.lists(st.lists(st.integers(-1, 9), max_size=8), min_size=2, max_size=8))
def test_programs_that_run_at_once_get_what_they_get_one_after_the_other(programs: list[list[int]]) -> None:
    alone, shared, start = executor(Squares()), executor(Squares()), Barrier(len(programs))

    def run(numbers: list[int]) -> list[Any]:
        start.wait(20)
        return [told(shared.call("SQUARE", (number,), {})) for number in numbers]

    with ThreadPoolExecutor(len(programs)) as pool:
        found = list(pool.map(run, programs))
    assert found == [[told(alone.call("SQUARE", (number,), {})) for number in numbers] for numbers in programs]


def test_calls_that_wait_are_served_together_and_a_failing_one_fails_alone() -> None:
    served, _ = held(tools := Squares())
    futures = [served.submit("SQUARE", (number,), {}) for number in (1, 2, -1, 3)]
    tools.gate.set()
    calls = [future.result(20) for future in futures]
    assert tools.batches == [[], [1, 2, -1, 3]]
    assert [call.value for call in calls] == [1, 4, None, 9]
    assert [call.batch for call in calls] == [4] * 4
    assert type(calls[2].error) is NoDetection


def test_a_batch_that_breaks_is_halved_until_the_culprit_is_alone() -> None:
    served, _ = held(tools := Squares())
    futures = [served.submit("SQUARE", (number,), {}) for number in (1, 2, 13, 3)]
    tools.gate.set()
    calls = [future.result(20) for future in futures]
    assert [call.value for call in calls] == [1, 4, None, 9]
    assert [call.batch for call in calls] == [2, 2, 1, 1]
    assert str(calls[2].error).startswith("SQUARE failed: ValueError: unlucky (test_dispatch.py:")


def test_programs_have_turns_however_many_calls_one_of_them_has() -> None:
    served, _ = held(tools := Squares())
    many = [served.submit("SQUARE", (number,), {}, program="greedy") for number in range(100, 140)]
    few = [served.submit("SQUARE", (number,), {}, program=number) for number in (1, 2, 3)]
    tools.gate.set()
    wait([*many, *few], 20)
    assert {1, 2, 3} < set(tools.batches[1])


def test_what_has_effects_is_done_once_for_each_call() -> None:
    served, _ = held(tools := Squares("raise"))
    futures = [served.submit("THROW", (number,), {}) for number in (4, 9, 4)]
    tools.gate.set()
    assert [future.result(20).batch for future in futures] == [1, 1, 1]
    assert tools.batches == [[], [4], [9], [4]]


def test_what_a_dead_program_asked_for_is_not_served() -> None:
    served, first = held(tools := Squares())
    futures = [served.submit("SQUARE", (number,), {}) for number in (1, 2, 3)]
    assert futures[1].cancel()
    tools.gate.set()
    assert [futures[0].result(20).value, futures[2].result(20).value, first.result(20).value] == [1, 9, 0]
    assert tools.batches == [[], [1, 3]]
    with pytest.raises(CancelledError):
        futures[1].result()
    assert served.call("SQUARE", (5,), {}).value == 25


def test_who_asks_too_much_waits_and_the_others_do_not() -> None:
    served, _ = held(tools := Squares())
    futures: list[Future[Call]] = []

    def ask() -> None:
        futures.extend(served.submit("SQUARE", (number,), {}, program="greedy") for number in NUMBERS)

    asking = Thread(target=ask)
    asking.start()
    asking.join(0.3)
    assert asking.is_alive()
    other = served.submit("SQUARE", (7,), {}, program="modest")
    tools.gate.set()
    asking.join(20)
    assert other.result(20).value == 49
    assert [future.result(20).value for future in futures] == [number**2 for number in NUMBERS]


def test_whatever_a_batch_raises_is_an_error_of_its_calls_and_the_next_call_is_served() -> None:
    class Stops(Squares):
        @tool(batch=4, many="stop_many")
        def STOP(self, number: int) -> int:
            """Is interrupted."""
            raise KeyboardInterrupt

        def stop_many(self, calls: Any) -> Any:
            """Is interrupted."""
            raise GeneratorExit

    served, _ = held(tools := Stops())
    futures = [served.submit("STOP", (number,), {}) for number in range(3)]
    tools.gate.set()
    for future in (*futures, served.submit("STOP", (1,), {})):
        assert str(future.result(20).error).startswith("STOP failed: KeyboardInterrupt (test_dispatch.py:")
    assert served.call("SQUARE", (3,), {}).value == 9


def test_what_is_known_is_answered_at_once_though_the_model_is_busy() -> None:
    served, cache = executor(tools := Squares()), ResultCache[Call]()
    assert not served.call("SQUARE", (3,), {}, cache).cached
    tools.gate.clear()
    tools.reached = Semaphore(0)
    busy = served.submit("HALT", (), {})
    assert tools.reached.acquire(timeout=120)
    known = served.submit("SQUARE", (3,), {}, cache)
    assert known.done()
    assert (known.result().value, known.result().cached) == (9, True)
    tools.gate.set()
    assert busy.result(20).error is None


def test_an_executor_that_nobody_has_any_more_leaves_no_thread() -> None:
    before = active_count()
    for _ in range(5):
        served, first = held(tools := Squares())
        tools.gate.set()
        first.result(20)
        del served
    gc.collect()
    for _ in range(200):
        if active_count() <= before:
            break
        Event().wait(0.05)
    assert active_count() <= before


def test_a_call_is_served_by_a_thread_that_can_be_given_up_but_for_our_own_arithmetic() -> None:
    where: list[int] = []

    def HERE() -> int:
        """Where it runs."""
        where.append(get_ident())
        return 0

    registry = Registry()
    registry.add(HERE, AREA)
    served = Executor(registry)
    served.call("HERE", (), {})
    assert where != [get_ident()]
    before = active_count()
    assert Executor(registry).call("AREA", (Box(0, 0, 2, 3),), {}).value == 6
    assert active_count() == before


def test_a_failed_load_is_told_to_each_call_that_waited() -> None:
    class Broken:
        loads = 0

        def load(self) -> None:
            """Fails."""
            self.loads += 1
            raise OSError("no memory")

        @tool(batch=8, many="late_many")
        def LATE(self, number: int) -> int:
            """A number."""
            return number

        def late_many(self, calls: Any) -> Any:
            """Numbers."""
            return [call["number"] for call in calls]

    tools, broken, registry = Squares(), Broken(), Registry()
    registry.add(tools, broken)
    served = Executor(registry)
    tools.gate.clear()
    served.submit("HALT", (), {})
    assert tools.reached.acquire(timeout=120)
    futures = [served.submit("LATE", (number,), {}) for number in range(5)]
    tools.gate.set()
    (said,) = {str(future.result(20).error) for future in futures}
    assert said.startswith("LATE failed: OSError: no memory (test_dispatch.py:")
    assert broken.loads == 1
