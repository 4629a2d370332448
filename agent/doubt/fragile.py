"""Would the answer be another one if what was nearly found had been found?

A program that ran is repeated with its own results, but for one, to which a candidate is added that was just not good
enough. Nothing is written down, and few calls are made that were not made before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from ...programs.check.check import Checked
from ...sandbox.run import Request, Sandbox
from ...tools.core.errors import ToolError
from ...tools.core.registry import Registry
from ...tools.core.values import Box
from ...tools.engine.executor import Call, Serves
from ...tools.media.geometry import OVERLAP
from ...tools.models.detect.detector import THRESHOLD
from ...tools.runtime.cache import ResultCache
from ..ahead.follow import key_of
from ..datasets.agree import agree
from ..traces.encode import describe, encode

NEAR = 0.85
"""Of the score that counts as found: what has that much was nearly found."""
MAX_TRIES = 4
"""Programs that are repeated for one answer."""
MAX_CALLS = 8
"""Calls of one repetition that were not made before."""
_SAME_THING = 0.5
"""IoU from which a candidate is what was found already, under another name."""


@dataclass(frozen=True)
class Made:
    """A call that a program made, and what came of it."""

    request: Request
    call: Call


@dataclass(frozen=True)
class Near:
    """Another result that a call nearly had. number: of the call, from 0; told: the difference, in words."""

    number: int
    value: Any
    told: str


def near_misses(made: Sequence[Made]) -> Iterator[Near]:
    """What was nearly found, in the order of the calls."""
    for number, one in enumerate(made):
        call = one.call
        if call.error is None and call.rejected and not call.cached:
            for value, taken in _nearly(call):
                best = taken[0]
                several = f"{len(taken)} more, from " if len(taken) > 1 else "one more, "
                what = "another, " if isinstance(value, Box) else several
                yield Near(number, value, f"{call.tool} nearly took {what}{best.label or 'a thing'} {best.score:.2f}")


def _nearly(call: Call) -> Iterator[tuple[Any, Sequence[Box]]]:
    """Other results of a call, each with the candidates that it takes in."""
    said: Any = call.value
    if isinstance(said, Box):
        near = [box for box in call.rejected if NEAR * said.score <= box.score and _is_new(box, [said])]
        yield from ((box, [box]) for box in near[:1])
        return
    if isinstance(said, bool | int):
        found = call.found
    elif isinstance(said, list) and all(isinstance(item, Box) for item in cast("list[Any]", said)):
        found = tuple(cast("list[Box]", said))
    else:
        return
    near = [box for box in call.rejected if box.score >= NEAR * THRESHOLD and _is_new(box, found)]
    for count in range(1, len(near) + 1):
        taken = near[:count]
        if isinstance(said, bool):
            yield from [(True, taken)] if not said else []
            return
        yield (said + count if isinstance(said, int) else [*found, *taken]), taken


def _is_new(box: Box, found: Sequence[Box]) -> bool:
    """Is it no second name for what was found, and nothing that was good enough and left out for another reason?"""
    return box.score < THRESHOLD and all(OVERLAP(box, other) < _SAME_THING for other in found)


@dataclass(frozen=True)
class Again:
    """Repeats programs. executor: asked for calls that were not made before, of tools that say the same each time."""

    sandbox: Sandbox
    executor: Serves
    registry: Registry
    inputs: Mapping[str, Any]

    def fragile(self, checked: Checked, made: Sequence[Made], answer: Any, settle: Callable[[Any], Any]) -> str:
        """What would turn the answer, in a sentence; "" where nothing that was tried does.

        made: the calls that the program made, in order; answer: what it said; settle: puts an answer into the
        question's words.
        """
        for near in islice(near_misses(made), MAX_TRIES):
            outcome = self.sandbox.run(checked, self.inputs, _Repeated(made, near, self).serve)
            if outcome.kind != "ok":
                continue
            other = settle(outcome.answer)
            if other is not None and not agree(other, answer):
                return f"{near.told}: then the answer is {describe(encode(other, lambda image: image.source), 60)}"
        return ""


class _Repeated:
    """Serves a program's calls with what came of them, but for one; asks for few others."""

    def __init__(self, made: Sequence[Made], near: Near, again: Again) -> None:
        self._known: dict[Any, list[int]] = {}
        for number, one in enumerate(made):
            self._known.setdefault(_key(one.request), []).append(number)
        self._made, self._near, self._again = made, near, again
        self._left = MAX_CALLS
        self._cache: ResultCache[Call] = ResultCache()

    def serve(self, request: Request) -> Any:
        """The value. Raises the tool's error, or ToolError for one call too many."""
        numbers = self._known.get(_key(request))
        if numbers is None:
            return self._asked(request)
        if self._near.number in numbers:
            return self._near.value  # a deterministic tool says the same each time
        call = self._made[numbers.pop(0) if len(numbers) > 1 else numbers[0]].call
        if call.error is not None:
            raise call.error
        return call.value

    def _asked(self, request: Request) -> Any:
        self._left -= 1
        if self._left < 0 or not self._again.registry.get(request.tool).options.deterministic:
            raise ToolError("That was not asked, and is not asked now.")
        done = self._again.executor.call(request.tool, request.args, request.kwargs, self._cache)
        if done.error is not None:
            raise done.error
        return done.value


def _key(request: Request) -> Any:
    return key_of(request.tool, request.args, request.kwargs)
