"""The executor serves calls: it checks, loads once, times, and turns whatever goes wrong into an error that is told."""

from __future__ import annotations

from typing import Any

import pytest

from looksmith.tools.core.errors import ArgumentError, LooksmithError, NoDetection, ToolError, UnknownName
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box
from looksmith.tools.engine.executor import Call, Executor

BOX = Box(0, 0, 1, 1)


class Clock:
    """Goes on only when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


class Model:
    """A tool set that counts its loads, of which the first `broken` fail. A load takes 8 s, a call 2 s."""

    backend = "model"

    def __init__(self, broken: int = 0, clock: Clock | None = None) -> None:
        self.loads = 0
        self.calls = 0
        self._broken = broken
        self._clock = clock or Clock()

    def load(self) -> None:
        """What takes time once."""
        self.loads += 1
        self._clock.now += 8
        if self.loads <= self._broken:
            raise OSError("no memory")

    @tool
    def FIRST(self, number: float) -> float:
        """The number."""
        self.calls += 1
        self._clock.now += 2
        return number

    @tool
    def SECOND(self) -> Scored[int]:
        """Seven."""
        return Scored(7, scores={"seven": 0.7}, rejected=(BOX,), found=(BOX, BOX))


def executor(*things: Any) -> Executor:
    registry = Registry()
    registry.add(*things)
    return Executor(registry)


def served_by(function: Any, *args: Any) -> Call:
    return executor(function).call(function.__name__, args, {})


def test_a_value_with_its_arguments_by_name() -> None:
    done = executor(Model()).call("FIRST", (3,), {})
    assert (done.tool, done.backend, done.arguments, done.value, done.error) == (
        "FIRST",
        "model",
        {"number": 3.0},
        3.0,
        None,
    )
    assert type(done.value) is float


def test_tools_of_one_tool_set_load_once_and_two_tool_sets_each() -> None:
    class Other(Model):
        @tool
        def THIRD(self) -> int:
            """Three."""
            return 3

        FIRST = SECOND = None  # type: ignore[assignment]

    one, other = Model(), Other()
    served = executor(one, other)
    assert (one.loads, other.loads) == (0, 0)
    errors = [served.call(name, args, {}).error for name, args in [("FIRST", (1,)), ("SECOND", ()), ("FIRST", (2,))]]
    assert errors == [None] * 3
    assert (one.loads, one.calls, other.loads) == (1, 2, 0)
    assert served.call("THIRD", (), {}).value == 3
    assert (one.loads, other.loads) == (1, 1)


def test_load_time_stands_apart_from_the_tools_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    for module in ("executor", "loader", "serving"):
        monkeypatch.setattr(f"looksmith.tools.engine.{module}.perf_counter", clock)
    served = executor(Model(clock=clock))
    calls = [served.call("FIRST", (number,), {}) for number in (1, 2)]
    assert [(done.load_seconds, done.seconds) for done in calls] == [(8, 2), (0, 2)]


def test_a_failed_load_is_told_and_tried_again() -> None:
    model = Model(broken=1)
    served = executor(model)
    failed = served.call("FIRST", (1,), {})
    assert str(failed.error).startswith("FIRST failed: OSError: no memory (test_executor.py:")
    assert (failed.value, model.calls) == (None, 0)
    assert [served.call("FIRST", (n,), {}).value for n in (1, 2)] == [1, 2]
    assert model.loads == 2


def test_wrong_arguments_neither_load_nor_run_the_tool() -> None:
    model = Model()
    done = executor(model).call("FIRST", ("three",), {"unit": "px"})
    assert type(done.error) is ArgumentError
    assert done.arguments == {"argument 1": "three", "unit": "px"}
    assert (done.backend, done.value, model.loads, model.calls) == ("model", None, 0, 0)


def test_an_unknown_tool_is_an_error_of_the_call() -> None:
    done = executor(Model()).call("FRIST", (1,), {})
    assert type(done.error) is ToolError
    assert "FIRST" in done.error.hint
    assert done.backend == "none"


def test_a_scored_result_is_unwrapped() -> None:
    done = executor(Model()).call("SECOND", (), {})
    assert done.value == 7
    assert (done.scores, done.rejected, done.found) == ({"seven": 0.7}, (BOX,), (BOX, BOX))


@pytest.mark.parametrize(
    "error", [ValueError("odd"), KeyError("k"), RecursionError(), SystemExit(2), KeyboardInterrupt(), GeneratorExit()]
)
def test_any_exception_becomes_a_tool_error_with_its_cause(error: BaseException) -> None:
    def BREAK() -> int:
        """Breaks."""
        raise error

    done = served_by(BREAK)
    assert type(done.error) is ToolError
    assert done.error.message.startswith(f"BREAK failed: {type(error).__name__}")
    assert done.error.__cause__ is error
    assert done.value is None


@pytest.mark.parametrize("error", [NoDetection("no cup"), UnknownName("gizmo", hint="Try cup."), ToolError("outside")])
def test_errors_that_are_told_pass_as_they_are(error: LooksmithError) -> None:
    def MISS() -> int:
        """Misses."""
        raise error

    assert served_by(MISS).error is error


@pytest.mark.parametrize("wrong", ["7", None, 7.5, True, Scored("7"), Scored(None)])
def test_a_result_of_another_type_than_promised_is_refused(wrong: Any) -> None:
    def PROMISE() -> Scored[int]:
        """A number."""
        return wrong

    done = served_by(PROMISE)
    assert type(done.error) is ToolError
    assert "PROMISE promised int" in done.error.message
    assert done.value is None
