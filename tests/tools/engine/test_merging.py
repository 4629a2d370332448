"""The same call that several programs ask for at once is served once; each is told as if it had asked alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event, Lock, Semaphore
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.tools.core.batch_calls import in_one_pass
from looksmith.tools.core.errors import NoDetection, ToolError, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.runtime.cache import ResultCache


class Model:
    """Knows how often it was asked what. `broken` failures come first, each once."""

    backend = "model"

    def __init__(self, *broken: BaseException) -> None:
        self.asked: list[int] = []
        self.gate, self.reached = Event(), Semaphore(0)
        self._broken = list(broken)
        self._lock = Lock()

    @tool(batch=4, many="look_many")
    def LOOK(self, number: int) -> Scored[int]:
        """Ten times the number."""
        self.reached.release()
        assert self.gate.wait(20)
        with self._lock:
            self.asked.append(number)
            if self._broken:
                raise self._broken.pop(0)
        return self._said(number)

    @tool(deterministic=False)
    def THROW(self, number: int) -> int:
        """The number."""
        self.asked.append(number)
        return number

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """LOOK for each call."""
        self.reached.release()
        assert self.gate.wait(20)

        def run(numbers: Sequence[int]) -> Sequence[int]:
            self.asked.extend(numbers)
            return numbers

        return in_one_pass(calls, lambda call: call["number"], run, lambda number, _: self._said(number))

    def _said(self, number: int) -> Scored[int]:
        if number < 0:
            raise NoDetection(f"There is no {number}.")
        if number == 13:
            raise ToolError("Unlucky.")
        return Scored(10 * number, {str(number): 0.5})


def executor(model: Model, *, shared: bool = True) -> Executor:
    registry = Registry()
    registry.add(model)
    return Executor(registry, Results() if shared else None)


def told(call: Call) -> Any:
    """What a program sees of a call."""
    return call.value, call.scores, call.error and (type(call.error), str(call.error))


def held(model: Model, *, shared: bool = True, number: int = 1) -> tuple[Executor, Future[Call]]:
    """An executor that stands still in a call."""
    served = executor(model, shared=shared)
    first = served.submit("LOOK", (number,), {}, program="first")
    assert model.reached.acquire(timeout=120)
    return served, first


def test_what_is_under_way_is_not_asked_again() -> None:
    served, first = held(model := Model())
    caches = [ResultCache[Call]() for _ in range(3)]
    others = [served.submit("LOOK", (1,), {}, cache, program=cache) for cache in caches]
    model.gate.set()
    calls = [future.result(20) for future in (first, *others)]
    assert model.asked == [1]
    assert [call.value for call in calls] == [10] * 4
    assert [call.cached for call in calls] == [False, True, True, True]
    assert all(cache.get("LOOK", {"number": 1}) for cache in caches)


def test_what_waits_is_not_asked_again_either_and_takes_no_place_in_a_batch() -> None:
    served, first = held(model := Model())
    futures = [served.submit("LOOK", (number,), {}, program=program) for program in range(3) for number in (2, 3, 4, 5)]
    model.gate.set()
    calls = [future.result(20) for future in futures]
    assert first.result(20).value == 10
    assert sorted(model.asked) == [1, 2, 3, 4, 5]
    assert sum(not call.cached for call in calls) == 4


def test_threads_that_ask_the_same_at_once_are_told_what_one_was() -> None:
    served, start = executor(model := Model()), Barrier(8)
    model.gate.set()

    def ask(_: int) -> list[Any]:
        start.wait(20)
        return [told(served.call("LOOK", (number,), {})) for number in (1, 2, -1, 3)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert sorted(model.asked) == [-1, 1, 2, 3]


@pytest.mark.parametrize("how", ["no results", "chance"])
def test_what_is_to_be_asked_each_time_is(how: str) -> None:
    served, first = held(model := Model(), shared=how == "chance")
    name = "THROW" if how == "chance" else "LOOK"
    others = [served.submit(name, (1,), {}) for _ in range(2)]
    model.gate.set()
    assert not any(future.result(20).cached for future in (first, *others))
    assert model.asked == [1, 1, 1]


def test_whoever_asked_first_may_go_without_harm_to_the_others() -> None:
    served, _ = held(model := Model())
    leader = served.submit("LOOK", (2,), {}, program="gone")
    follower = served.submit("LOOK", (2,), {}, program="stays")
    alone = served.submit("LOOK", (3,), {}, program="gone")
    assert leader.cancel() and alone.cancel()
    model.gate.set()
    call = follower.result(20)
    assert (call.value, call.cached) == (20, False)
    assert model.asked == [1, 2]
    assert served.call("LOOK", (3,), {}).value == 30


@pytest.mark.parametrize("error", [NoDetection("none"), UnknownName("gizmo", hint="Try cup.")])
def test_what_was_seen_is_told_to_all(error: Exception) -> None:
    served, first = held(model := Model(error))
    other = served.submit("LOOK", (1,), {})
    model.gate.set()
    assert (told(first.result(20)), model.asked) == (told(other.result(20)), [1])
    assert first.result().error is not other.result().error
    assert other.result().cached


@pytest.mark.parametrize("error", [OSError("no memory"), KeyboardInterrupt(), ToolError("The server did not reply.")])
def test_what_went_wrong_is_told_to_one_and_the_others_ask_anew(error: BaseException) -> None:
    served, first = held(model := Model(error))
    others = [served.submit("LOOK", (1,), {}, program=number) for number in range(3)]
    model.gate.set()
    assert type(first.result(20).error) is ToolError
    assert [future.result(20).value for future in others] == [10] * 3
    assert model.asked == [1, 1]


def test_a_failed_load_is_told_to_all_who_waited() -> None:
    class Broken(Model):
        loads = 0

        def load(self) -> None:
            """Fails."""
            self.loads += 1
            self.reached.release()
            assert self.gate.wait(20)
            raise OSError("no memory")

    served, first = held(model := Broken())
    others = [served.submit("LOOK", (1,), {}) for _ in range(3)]
    model.gate.set()
    (said,) = {str(future.result(20).error) for future in (first, *others)}
    assert said.startswith("LOOK failed: OSError: no memory (test_merging.py:")
    assert model.loads == 1


ACTIONS = st.tuples(
    st.sampled_from(["ask", "ask", "ask", "call", "cancel", "go"]), st.integers(-2, 14), st.integers(0, 4)
)


@settings(deadline=None, max_examples=60)
@given(actions=st.lists(ACTIONS, max_size=40))
def test_programs_that_come_and_go_are_told_what_they_are_told_alone(actions: list[tuple[str, int, int]]) -> None:
    """Nobody who stays is left without an answer, and nothing is kept of those who went."""
    alone = executor(free := Model(), shared=False)
    free.gate.set()
    model = Model()
    served = executor(model)
    waiting: list[tuple[int, Future[Call]]] = []
    with ThreadPoolExecutor(16) as threads:
        calling: list[tuple[int, Future[Call]]] = []
        for kind, number, program in actions:
            if kind == "ask":
                waiting.append((number, served.submit("LOOK", (number,), {}, program=program)))
            elif kind == "call" and len(calling) < 16:
                calling.append((number, threads.submit(served.call, "LOOK", (number,), {})))
            elif kind == "cancel" and waiting:
                waiting[number % len(waiting)][1].cancel()
            elif kind == "go":
                model.gate.set()
        model.gate.set()
        for number, future in [*waiting, *calling]:
            if not future.cancelled():
                assert told(future.result(20)) == told(alone.call("LOOK", (number,), {}))
    good = [number for number in model.asked if number != 13]
    assert len(good) == len(set(good))
    for _ in range(200):  # what was cancelled is put away once its turn comes
        if not served.waiting:
            break
        Event().wait(0.05)
    assert not served.waiting
