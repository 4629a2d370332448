"""Whatever tools do, whoever gives up, however long it takes: every call of an executor ends, and ends once.

A model-based test: tools of random widths on random devices, served by real threads, each of which stands still until
the test lets it go on (to a result, an error, or something odd), while calls are cancelled and time goes by.
`LOOKSMITH_OPERATIONS=100000` makes about so many operations (default 1,500).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock
from time import perf_counter, sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from looksmith.tools.core.call import Call
from looksmith.tools.core.errors import LooksmithError, NoDetection, ToolError, ToolTimeout, WornOut
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import PLAIN, tool
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.lanes import Batch
from looksmith.tools.engine.results import Results

OPERATIONS = int(os.environ.get("LOOKSMITH_OPERATIONS", "1500"))
STEPS = 40
PATIENCE = 60.0
"""Seconds after which the test says that something hangs."""


class Odd(BaseException):
    """No exception that anybody expects, without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


ENDS: Mapping[str, Callable[[], BaseException | None]] = {
    "result": lambda: None,
    "failed": lambda: ToolError("Not today."),
    "nothing": lambda: NoDetection("Nothing is there."),
    "broken": lambda: ValueError("\ud800" + "x" * 10_000),
    "left": lambda: SystemExit(3),
    "odd": Odd,
}


@dataclass(eq=False)
class Entry:
    """A tool that stands still in a pass over some calls. ghost: it was given up; end: how it is to go on."""

    numbers: list[int]
    devices: tuple[str, ...]
    wide: int
    gate: Event = field(default_factory=Event)
    end: str = "result"
    ghost: bool = False


class Floor:
    """Where tools stand still, and what is known of them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.active: list[Entry] = []
        self.problems: list[str] = []
        self.closing = False

    def enter(self, numbers: list[int], devices: tuple[str, ...], wide: int) -> None:
        """Stand still until the test goes on. Raises what the test wants."""
        entry = Entry(numbers, devices, wide)
        with self.lock:
            for device in devices:
                beside = [one for one in self.active if device in one.devices and not one.ghost]
                if len(beside) >= min([wide, *(one.wide for one in beside)]) and not self.closing:
                    self.problems.append(f"{numbers} on {device} beside {[one.numbers for one in beside]}")
            self.active.append(entry)
        entry.gate.wait(2 * PATIENCE)
        with self.lock:
            self.active.remove(entry)
        error = ENDS[entry.end]()
        if error is not None:
            raise error


class Played:
    """A tool set with three tools: alone, in batches, and with effects."""

    def __init__(self, floor: Floor, backend: str, devices: tuple[str, ...], wide: int, broken: bool) -> None:
        self.backend = backend
        self.occupies = devices
        self.concurrency = wide
        self._floor = floor
        self._place = (devices or (f"plain {id(self)}",), wide)
        self._broken = broken

    def load(self) -> None:
        """Fails once, where it is broken."""
        if self._broken:
            self._broken = False
            raise OSError("no memory")

    @tool(timeout=5)
    def ALONE(self, number: int) -> int:
        """The number."""
        return self._pass([number])[0]

    @tool(batch=4, many="many", timeout=7)
    def TOGETHER(self, number: int) -> int:
        """The number."""
        return self._pass([number])[0]

    @tool(deterministic=False, batch=4, many="many")
    def EFFECT(self, number: int) -> int:
        """The number."""
        return self._pass([number])[0]

    def many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """The numbers."""
        return self._pass([call["number"] for call in calls])

    def _pass(self, numbers: list[int]) -> list[int]:
        self._floor.enter(numbers, *self._place)
        return numbers


@dataclass(eq=False)
class Asked:
    """A call that the test made."""

    number: int
    future: Future[Call]
    cancelled: bool = False
    ends: int = 0

    def ended(self, _: Future[Call]) -> None:
        """Count."""
        self.ends += 1


class Calls(RuleBasedStateMachine):
    """An executor, what it was asked, and what its tools are doing."""

    operations = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.floor = Floor()
        self.asked: list[Asked] = []
        self.escaped: list[Any] = []
        self._hook, threading.excepthook = threading.excepthook, self.escaped.append

    @initialize(
        sets=st.lists(
            st.tuples(
                st.sampled_from([(), ("cpu",), ("cuda:0",), ("cpu", "cuda:0"), ("http://far/v1",)]),
                st.integers(1, 3),
                st.booleans(),
                st.booleans(),
            ),
            min_size=1,
            max_size=4,
        ),
        shared=st.booleans(),
    )
    def make(self, sets: list[tuple[tuple[str, ...], int, bool, bool]], shared: bool) -> None:
        """Tool sets of different kinds, under names of their own."""
        registry = Registry()
        for number, (devices, wide, plain, broken) in enumerate(sets):
            one = Registry()
            one.add(Played(self.floor, "python" if plain and not devices else f"model {number}", devices, wide, broken))
            for each in one:
                registry._tools[f"{each.name}_{number}"] = _renamed(each, f"{each.name}_{number}")
        self.names, self.shared = [each.name for each in registry], shared
        self.executor = Executor(registry, Results() if shared else None, clock=lambda: self.now)
        self.dispatcher = self.executor._dispatcher

    @rule(which=st.integers(0, 99), number=st.integers(0, 9), program=st.integers(0, 2), goes_on=st.booleans())
    def ask(self, which: int, number: int, program: int, goes_on: bool) -> None:
        """Make a call."""
        self._count()
        index = which % len(self.names)
        each = self.executor._registry.get(self.names[index])
        same = self.shared and each.options.deterministic and each.backend != PLAIN
        # Equal numbers are the same call where such are served once; else a number is told apart from all others.
        name, number = each.name, 10 * index + number if same else 1000 + len(self.asked)
        future = self.executor.submit(name, (number,), {}, None, program, goes_on=goes_on)
        one = Asked(number, future)
        self.asked.append(one)
        future.add_done_callback(one.ended)

    @rule(which=st.integers(0, 99), end=st.sampled_from(list(ENDS)))
    def go_on(self, which: int, end: str) -> None:
        """Let a tool go on, which may have been given up long ago."""
        self._count()
        self.settle()
        with self.floor.lock:
            active = list(self.floor.active)
        if active:
            entry = active[which % len(active)]
            entry.end = end
            entry.gate.set()
            self._until(lambda: entry not in self.floor.active)

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        """Ask for a call no more."""
        self._count()
        waiting = [one for one in self.asked if not one.future.done()]
        if waiting:
            one = waiting[which % len(waiting)]
            one.cancelled = one.future.cancel()

    @rule(seconds=st.sampled_from([0.001, 1.0, 5.0, 30.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self._count()
        self.settle()
        with self.floor.lock:
            then = self.now + seconds
            late = [set(_numbers(batch)) for batch in list(self.dispatcher._running) if batch.until <= then]
            for entry in self.floor.active:
                entry.ghost = entry.ghost or any(set(entry.numbers) & numbers for numbers in late)
            self.now = then
        self.executor.tick()

    @invariant()
    def sound(self) -> None:
        """Nobody stands where there is no room, and no thread died."""
        assert not self.floor.problems
        assert not self.escaped

    def settle(self) -> None:
        """Wait until each pass that has begun stands still in its tool."""

        def standing() -> bool:
            with self.floor.lock:
                here = {number for entry in self.floor.active if not entry.ghost for number in entry.numbers}
            return all(here & set(_numbers(batch)) for batch in list(self.dispatcher._running))

        self._until(standing)

    def teardown(self) -> None:
        """Everything comes to its end."""
        try:
            if hasattr(self, "executor"):
                self._end()
        finally:
            threading.excepthook = self._hook

    def _end(self) -> None:
        self.sound()
        self.floor.closing = True  # from here on time goes by while tools go on: nobody knows who is given up

        def over() -> bool:
            with self.floor.lock:
                for entry in self.floor.active:
                    entry.gate.set()
            self.now += 0.5
            self.executor.tick()
            done = all(one.future.done() for one in self.asked) and not self.floor.active
            return done and self.dispatcher.lost == 0 and not self.dispatcher._running

        self._until(over)
        for one in self.asked:
            self._until(lambda one=one: one.ends > 0)
            assert one.ends == 1
            assert one.future.cancelled() == one.cancelled
            if not one.cancelled:
                _right(one.future.result(), one.number)
        assert (self.executor.waiting, self.dispatcher._lanes.busy, dict(self.dispatcher._counts)) == (0, False, {})
        self.sound()

    def _until(self, true: Callable[[], bool]) -> None:
        start = perf_counter()
        while not true():
            assert perf_counter() - start < PATIENCE, "it hangs"
            sleep(0.0002)

    def _count(self) -> None:
        Calls.operations += 1


def _renamed(each: Any, name: str) -> Any:
    from dataclasses import replace

    return replace(each, name=name)


def _numbers(batch: Batch[Any]) -> list[int]:
    return [job.bound["number"] for job in batch.jobs]


def _right(call: Call, number: int) -> None:
    """A call has its own value, or an error that can be told."""
    if call.error is None:
        assert call.value == number
        return
    assert isinstance(call.error, LooksmithError)
    assert call.value is None
    str(call.error).encode("utf-8")
    assert isinstance(call.error, ToolError | NoDetection | ToolTimeout | WornOut)


def test_every_call_ends_and_ends_once() -> None:
    run_state_machine_as_test(
        Calls,
        settings=settings(
            max_examples=max(OPERATIONS // STEPS, 1),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            database=None,
            phases=[Phase.generate],  # real threads: a smaller example may not fail again
        ),
    )
    print(f"{Calls.operations:,} operations")


if __name__ == "__main__":
    pytest.main([__file__, "-q", "-s"])
