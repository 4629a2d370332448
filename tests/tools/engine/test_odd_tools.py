"""Whatever a tool raises or returns, the program ends with an ordinary tool error that can be written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from looksmith.tools.core.errors import LooksmithError, NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.failures import MAX_TEXT, copied, failure_of
from looksmith.tools.engine.holdable import MAX_DEPTH
from looksmith.tools.engine.results import Results
from looksmith.tools.media.to_json import encode


class NoText(Exception):
    """It has no text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Wrong(Exception):
    """Its text is none."""

    def __str__(self) -> str:
        return 7  # type: ignore[return-value]  # noqa: PLE0307


class Own(NoDetection):
    """A tool's own kind, which is made of other things than ours."""

    def __init__(self, count: int, where: str) -> None:
        super().__init__(f"{count} things in {where}", hint="Look elsewhere.")


class Bare(ToolError):
    """Ours by name only: it has neither message nor hint."""

    def __init__(self) -> None:
        Exception.__init__(self)


class Group(BaseExceptionGroup[BaseException]):
    """Several at once."""


RAISED: list[Callable[[], BaseException]] = [
    NoText,
    Wrong,
    Bare,
    lambda: ValueError("\ud800"),
    lambda: ValueError(10**5000),
    lambda: ValueError("x" * 1_000_000),
    lambda: ToolError("\udfff" * 3, hint="\ud800"),
    lambda: ToolError(10**5000),  # type: ignore[arg-type]
    lambda: ToolError(None, hint=b"x"),  # type: ignore[arg-type]
    lambda: Own(3, "the box"),
    lambda: type("\udc80Bad", (Exception,), {})(),
    lambda: Group("many", [SystemExit(1), NoText()]),
    lambda: KeyboardInterrupt(),
    lambda: GeneratorExit(),
    lambda: SystemExit("\ud800"),
    lambda: asyncio.CancelledError(),
    lambda: StopIteration(3),
    lambda: MemoryError(),
    lambda: RecursionError(),
]


@pytest.mark.parametrize("make", RAISED)
def test_what_a_tool_raises_is_told_and_the_next_call_is_served(make: Callable[[], BaseException]) -> None:
    class Model:
        backend = "model"

        @tool
        def LOOK(self, fail: bool) -> int:
            """Fails, if it is told to."""
            if fail:
                raise make()
            return 1

    registry = Registry()
    registry.add(Model())
    served = Executor(registry, Results())
    futures = [served.submit("LOOK", (True,), {}, None, program) for program in range(3)]
    for future in futures:
        error = future.result(30).error
        assert isinstance(error, LooksmithError)
        assert len(json.dumps(str(error)).encode("utf-8")) < 3 * MAX_TEXT
        assert str(copied(error)) == str(error)
    assert served.call("LOOK", (False,), {}).value == 1


def test_an_exception_is_told_with_its_place_in_the_tools_file_and_where_it_was_raised() -> None:
    def WRONG() -> int:
        """Asks json what is none."""
        return json.loads("{")

    registry = Registry()
    registry.add(WRONG)
    said = str(Executor(registry).call("WRONG", (), {}).error)
    line = WRONG.__code__.co_firstlineno + 2
    assert f"(test_odd_tools.py:{line} in WRONG, decoder.py:" in said


def test_errors_that_can_be_told_pass_as_they_are() -> None:
    error = NoDetection("Nothing.", hint="Look elsewhere.")
    assert failure_of("LOOK", error) is error


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def endless() -> Any:
    """A list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return value


def misplaced() -> Box:
    """A box without a place."""
    box = Box(0, 0, 1, 1)
    object.__setattr__(box, "left", float("nan"))
    return box


def mislabelled() -> Box:
    """A box whose label is no text."""
    box = Box(0, 0, 1, 1)
    object.__setattr__(box, "label", 7)
    return box


RETURNED: list[tuple[Callable[[], Any], str]] = [
    (lambda: "\ud800", "lone surrogate"),
    (lambda: ["a", {"b": "\udfff"}], "lone surrogate"),
    (lambda: {"\ud800": 1}, "lone surrogate"),
    (lambda: Box(0, 0, 1, 1, "\ud800"), "lone surrogate"),
    (lambda: 10**5000, "digits"),
    (lambda: [-(10**5000)], "digits"),
    (lambda: nested(MAX_DEPTH + 5), "deep"),
    (lambda: nested(100_000), "deep"),
    (endless, "deep"),
    (misplaced, "not finite"),
    (mislabelled, "not text"),
    (lambda: Scored(1, scores={"\ud800": 1.0}), "lone surrogate"),
    (lambda: Scored(1, scores=[("a", 1.0)]), "Scored"),  # type: ignore[arg-type]
    (lambda: Scored(1, scores={"a": "b"}), "Scored"),  # type: ignore[dict-item]
    (lambda: Scored(1, found=("box",)), "Scored"),  # type: ignore[arg-type]
    (lambda: Scored(1, rejected=None), ""),  # type: ignore[arg-type]
    (lambda: Scored(1, assumptions=(7,)), "Scored"),  # type: ignore[arg-type]
    (lambda: Scored(1, confidence="much"), "Scored"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "said"), RETURNED)
def test_what_a_program_cannot_hold_is_refused(make: Callable[[], Any], said: str) -> None:
    def ODD() -> Any:
        """Something."""
        return make()

    registry = Registry()
    registry.add(ODD)
    done = Executor(registry).call("ODD", (), {})
    assert type(done.error) is ToolError
    assert said in str(done.error)
    assert done.value is None


def test_what_a_program_can_hold_passes() -> None:
    whole = [1, "ä😀", 2.5, True, None, (1, [Box(0, 0, 1, 1, "cup")]), {"a": {1}}, 10**4000, float("inf")]

    def GOOD() -> Any:
        """Something."""
        return whole

    registry = Registry()
    registry.add(GOOD)
    done = Executor(registry).call("GOOD", (), {})
    assert done.error is None
    json.dumps(encode(done.value, lambda image: image.source))
