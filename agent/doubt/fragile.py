"""Tests whether an answer is fragile: whether a candidate just below the detection threshold would change it.

The program is rerun with its recorded results, except for one, to which a near miss is added. These reruns are not
recorded, and make few new calls.
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
from ...tools.engine.failures import copied
from ...tools.media.geometry import OVERLAP
from ...tools.models.detect.detector import THRESHOLD
from ...tools.runtime.cache import ResultCache
from ..ahead.follow import key_of
from ..datasets.agree import agree
from ..traces.encode import describe, encode

NEAR = 0.85
"""The fraction of the detection threshold above which a candidate is a near miss."""
MAX_TRIES = 4
"""Maximum number of reruns per answer."""
MAX_CALLS = 8
"""Maximum number of new calls per rerun."""
_SAME_THING = 0.5
"""IoU above which a candidate is a duplicate of a detection under another label."""


@dataclass(frozen=True)
class Made:
    """A call made by a program, and its result."""

    request: Request
    call: Call


@dataclass(frozen=True)
class Near:
    """An alternative result of a call. number: of the call, from 0; told: the difference in words."""

    number: int
    value: Any
    told: str


def near_misses(made: Sequence[Made]) -> Iterator[Near]:
    """The near misses, in the order of the calls."""
    for number, one in enumerate(made):
        call = one.call
        if call.error is None and call.rejected and not call.cached:
            for value, taken in _nearly(call):
                best = taken[0]
                several = f"{len(taken)} more, from " if len(taken) > 1 else "one more, "
                what = "another, " if isinstance(value, Box) else several
                yield Near(number, value, f"{call.tool} nearly took {what}{best.label or 'a thing'} {best.score:.2f}")


def _nearly(call: Call) -> Iterator[tuple[Any, Sequence[Box]]]:
    """Alternative results of a call, each with its added candidates."""
    said: Any = call.value
    if isinstance(said, Box):
        near = [box for box in call.rejected if NEAR * said.score <= box.score and _is_new(box, [said])]
        yield from ((box, [box]) for box in near[:1])
        return
    if isinstance(said, bool | int):
        found = [box for box in call.found if isinstance(box, Box)]
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
    """Whether a candidate is a near miss: below the threshold, and not a duplicate of a detection."""
    return box.score < THRESHOLD and all(OVERLAP(box, other) < _SAME_THING for other in found)


@dataclass(frozen=True)
class Again:
    """Reruns programs. executor: serves new calls, of deterministic tools only."""

    sandbox: Sandbox
    executor: Serves
    registry: Registry
    inputs: Mapping[str, Any]

    def fragile(self, checked: Checked, made: Sequence[Made], answer: Any, settle: Callable[[Any], Any]) -> str:
        """A near miss that would change the answer, in a sentence; "" if none of those tried does.

        made: the program's calls, in order; answer: its answer; settle: converts an answer to the question's words.
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
    """Serves a program's calls with their recorded results, except for one; allows few new calls."""

    def __init__(self, made: Sequence[Made], near: Near, again: Again) -> None:
        self._known: dict[Any, list[int]] = {}
        for number, one in enumerate(made):
            self._known.setdefault(_key(one.request), []).append(number)
        self._made, self._near, self._again = made, near, again
        self._left = MAX_CALLS
        self._cache: ResultCache[Call] = ResultCache()

    def serve(self, request: Request) -> Any:
        """The result. Raises the tool's error, or ToolError if there are too many new calls."""
        numbers = self._known.get(_key(request))
        if numbers is None:
            return self._asked(request)
        if self._near.number in numbers:
            return self._near.value  # a deterministic tool returns the same each time
        call = self._made[numbers.pop(0) if len(numbers) > 1 else numbers[0]].call
        if call.error is not None:
            raise copied(call.error)
        return call.value

    def _asked(self, request: Request) -> Any:
        self._left -= 1
        if self._left < 0 or not self._again.registry.get(request.tool).options.deterministic:
            raise ToolError("New calls are not allowed here.")
        done = self._again.executor.call(request.tool, request.args, request.kwargs, self._cache)
        if done.error is not None:
            raise copied(done.error)
        return done.value


def _key(request: Request) -> Any:
    return key_of(request.tool, request.args, request.kwargs)
