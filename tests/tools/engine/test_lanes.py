"""What decides how calls are batched and served side by side: learned costs, devices, tool sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Event, Semaphore
from typing import Any

import pytest
from dispatching import executor
from hypothesis import given
from hypothesis import strategies as st

from looksmith.tools.core.batch_calls import in_one_pass
from looksmith.tools.core.errors import LooksmithError, NoDetection, ToolDeclarationError, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Tool, tool
from looksmith.tools.engine.costs import Costs
from looksmith.tools.engine.executor import Executor


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
    assert here.reached.acquire(timeout=120)
    assert there.reached.acquire(timeout=120)
    others = [served.submit(name, (3,), {}) for name in ("HERE", "THERE", "BOTH")]
    assert not any(place.reached.acquire(timeout=0.1) for place in (here, there, both))
    here.went.set()
    assert first.result(20).value == 1
    assert not both.reached.acquire(timeout=0.1)  # which needs the other device too
    there.went.set()
    assert both.reached.acquire(timeout=120)
    both.went.set()
    assert [future.result(20).value for future in (second, *others)] == [2, 3, 3, 3]


def test_a_server_gets_as_many_calls_at_once_as_it_takes() -> None:
    far = Place("far", "http://far/v1", many=3)
    served = Executor(registry_of(FAR=far))
    futures = [served.submit("FAR", (number,), {}) for number in range(5)]
    assert all(far.reached.acquire(timeout=120) for _ in range(3))
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
