"""Calls of many programs share batches: each gets what it would get alone, and nobody waits for ever."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Barrier, Event, Semaphore, Thread, active_count, get_ident
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.tools.core.batch_calls import in_one_pass
from looksmith.tools.core.errors import LooksmithError, NoDetection, ToolDeclarationError, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, Tool, tool
from looksmith.tools.core.values import Box
from looksmith.tools.engine.costs import Costs
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


def _squares(numbers: Sequence[int]) -> list[int]:
    return [number**2 for number in numbers]


def executor(tools: Any) -> Executor:
    registry = Registry()
    registry.add(tools)
    return Executor(registry)


def held(tools: Squares) -> tuple[Executor, Future[Call]]:
    """An executor that stands still in a call, so that others come together."""
    served = executor(tools)
    tools.gate.clear()
    first = served.submit("HALT", (), {})
    assert tools.reached.acquire(timeout=20)
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
    assert tools.reached.acquire(timeout=20)
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
    assert tools.reached.acquire(timeout=20)
    futures = [served.submit("LATE", (number,), {}) for number in range(5)]
    tools.gate.set()
    (said,) = {str(future.result(20).error) for future in futures}
    assert said.startswith("LATE failed: OSError: no memory (test_dispatch.py:")
    assert broken.loads == 1


@given(
    fixed=st.floats(0.001, 1),
    each=st.floats(0.0001, 1),
    counts=st.lists(st.integers(1, 32), min_size=3, max_size=30).filter(lambda counts: len(set(counts[1:])) > 1),
)
def test_costs_are_learned_and_batches_no_larger_than_they_pay(fixed: float, each: float, counts: list[int]) -> None:
    costs = Costs()
    for count in counts:
        costs.learn(count, fixed + each * count)
    assert costs.each == pytest.approx(each, rel=0.01, abs=1e-6)
    assert costs.fixed == pytest.approx(fixed, rel=0.05, abs=0.01 * each)
    enough = costs.enough(32)
    assert 4 <= enough <= 32
    # Nearly all that the largest batch would gain.
    assert fixed / enough + each <= 1.1 * (fixed / 32 + each)


@given(alone=st.floats(0.01, 1), slower=st.floats(1.02, 3), most=st.integers(8, 32))
def test_batches_that_cost_more_than_calls_one_by_one_are_given_up(alone: float, slower: float, most: int) -> None:
    costs, sizes = Costs(), list[int]()
    for waiting in [1, 3, most, 5, 2, *[most] * 60]:
        size = costs.take(waiting, most)
        costs.learn(size, alone * size * (slower if size > 1 else 1))
        sizes.append(size)
    assert sizes.count(1) > 50
    assert set(sizes[20:]) == {1}


@given(
    fixed=st.floats(0.1, 1), each=st.floats(0.0001, 0.05), remembered=st.lists(st.booleans(), min_size=8, max_size=8)
)
def test_batches_that_save_are_kept_whatever_calls_alone_seem_to_cost(
    fixed: float, each: float, remembered: list[bool]
) -> None:
    costs = Costs()
    for known in remembered:  # calls alone, of which some cost nothing
        costs.learn(costs.take(1, 16), 1e-4 if known else fixed + each)
    sizes = [0] * 60
    for turn in range(60):
        sizes[turn] = costs.take(16, 16)
        costs.learn(sizes[turn], fixed + each * sizes[turn])
    assert sizes.count(1) <= 4
    assert set(sizes[30:]) - {1} and min(sizes[30:45]) > 1


class Place:
    """A tool set that keeps a place busy, and stands still until it is told to go on. many: calls at once."""

    def __init__(self, name: str, *occupies: str, many: int = 1) -> None:
        self.backend, self.occupies, self.concurrency = name, occupies, many
        self.went, self.reached = Event(), Semaphore(0)

    @tool
    def STAND(self, number: int) -> int:
        """The number, some time."""
        self.reached.release()
        assert self.went.wait(20)
        return number


def registry_of(**places: Place) -> Registry:
    """The tool of each place under a name of its own."""
    registry = Registry()
    for name, place in places.items():
        one = Registry()
        one.add(place)
        registry._tools[name] = replace(one.get("STAND"), name=name)
    return registry


def test_what_is_on_different_devices_is_served_side_by_side_and_one_device_one_call_at_a_time() -> None:
    here, there, both = Place("a", "cpu"), Place("b", "cuda:0"), Place("c", "cpu", "cuda:0")
    served = Executor(registry_of(HERE=here, THERE=there, BOTH=both))
    first, second = served.submit("HERE", (1,), {}), served.submit("THERE", (2,), {})
    assert here.reached.acquire(timeout=20)
    assert there.reached.acquire(timeout=20)
    others = [served.submit(name, (3,), {}) for name in ("HERE", "THERE", "BOTH")]
    assert not any(place.reached.acquire(timeout=0.1) for place in (here, there, both))
    here.went.set()
    assert first.result(20).value == 1
    assert not both.reached.acquire(timeout=0.1)  # which needs the other device too
    there.went.set()
    assert both.reached.acquire(timeout=20)
    both.went.set()
    assert [future.result(20).value for future in (second, *others)] == [2, 3, 3, 3]


def test_a_server_gets_as_many_calls_at_once_as_it_takes() -> None:
    far = Place("far", "http://far/v1", many=3)
    served = Executor(registry_of(FAR=far))
    futures = [served.submit("FAR", (number,), {}) for number in range(5)]
    assert all(far.reached.acquire(timeout=20) for _ in range(3))
    assert not far.reached.acquire(timeout=0.1)
    far.went.set()
    assert [future.result(20).value for future in futures] == list(range(5))


class Finder:
    """Tools that are served together by one method."""

    backend = "finder"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate, self.reached = Event(), Event()

    @tool(batch=8, many="look_many")
    def SEE(self, name: str) -> str:
        """What it is called."""
        return self.look_many([{"name": name}], ["SEE"])[0]

    @tool(batch=8, many="look_many")
    def LENGTH(self, name: str) -> int:
        """How long the name is."""
        return self.look_many([{"name": name}], ["LENGTH"])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """Both."""
        self.reached.set()
        assert self.gate.wait(20)
        self.batches.append(list(tools))
        return [call["name"] if name == "SEE" else len(call["name"]) for call, name in zip(calls, tools, strict=True)]


def test_tools_of_one_tool_set_share_a_batch() -> None:
    served = executor(tools := Finder())
    first = served.submit("SEE", ("a",), {})
    assert tools.reached.wait(20)
    futures = [served.submit(name, (name,), {}) for name in ("LENGTH", "SEE", "LENGTH")]
    tools.gate.set()
    assert [future.result(20).value for future in (first, *futures)] == ["a", 6, "SEE", 6]
    assert tools.batches == [["SEE"], ["LENGTH", "SEE", "LENGTH"]]
    together = Tool.of(tools.LENGTH).many
    assert together is not None and together([{"name": "abc"}, {"name": ""}]) == [3, 0]


def test_a_tool_set_must_have_the_method_that_it_names() -> None:
    class Wrong:
        @tool(batch=4, many="nobody")
        def ONE(self) -> int:
            """One."""
            return 1

        @tool(many="rows")
        def TWO(self) -> int:
            """Two."""
            return 2

        def rows(self, calls: Any) -> Any:
            """None."""

    for function in (Wrong().ONE, Wrong().TWO):
        with pytest.raises(ToolDeclarationError, match="cannot be served by"):
            Tool.of(function)


def test_errors_of_reading_and_telling_are_those_of_their_calls() -> None:
    def read(call: Mapping[str, Any]) -> int:
        if call["n"] == 0:
            raise ToolError("nothing")
        return call["n"]

    def tell(asked: int, said: int) -> int:
        if asked == 2:
            raise NoDetection("two")
        return said

    found = in_one_pass([{"n": n} for n in (0, 1, 2, 3)], read, lambda some: [10 * n for n in some], tell)
    assert [str(one) if isinstance(one, LooksmithError) else one for one in found] == ["nothing", 10, "two", 30]
    assert in_one_pass([{"n": 0}], read, lambda some: pytest.fail("nothing to run"), tell)
