"""Runs tools for calls, individually or in batches, and validates their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, cast

from ..core.call import Call
from ..core.errors import LooksmithError, NoDetection, ToolError
from ..core.tool import Scored
from .failures import failure_of
from .holdable import require_holdable, require_scored
from .pending import PendingCall

_UNSCORED = Scored[Any](None)


class ToolResult(NamedTuple):
    """A tool's result for a call: a value, a Scored or an error. loaded: whether the tool could be loaded."""

    job: PendingCall
    result: Any
    seconds: float
    load_seconds: float = 0.0
    batch: int = 1
    loaded: bool = True


def ask(jobs: Sequence[PendingCall]) -> list[ToolResult]:
    """Run calls in one pass; on failure, bisect, so that only the failing calls fail."""
    if len(jobs) == 1:
        return [_alone(jobs[0])]
    start = perf_counter()
    try:
        results = _together(jobs)
    except BaseException:
        middle = len(jobs) // 2
        return [*_unless_given_up(jobs[:middle]), *_unless_given_up(jobs[middle:])]
    seconds = (perf_counter() - start) / len(jobs)
    return [ToolResult(job, result, seconds, batch=len(jobs)) for job, result in zip(jobs, results, strict=True)]


def checked(said: ToolResult) -> Call:
    """Make a Call from a tool's result."""
    tool, result = said.job.tool, said.result
    scored, error, value = _UNSCORED, None, None
    try:
        if isinstance(result, LooksmithError):
            raise result
        told = cast("Scored[Any]", result) if isinstance(result, Scored) else None
        value = require_holdable(tool.name, tool.check_result(told.value if told is not None else result))
        scored = require_scored(tool.name, told) if told is not None else scored
    except BaseException as raised:
        error, value = failure_of(tool.name, raised), None
    return Call(
        tool.name,
        tool.backend,
        said.job.bound,
        value,
        scores=None if error else scored.scores,
        rejected=error.rejected if isinstance(error, NoDetection) else scored.rejected,
        found=scored.found,
        seconds=said.seconds,
        load_seconds=said.load_seconds,
        error=error,
        batch=said.batch,
        assumptions=scored.assumptions,
        confidence=scored.confidence,
        moments=scored.moments,
    )


def _unless_given_up(jobs: Sequence[PendingCall]) -> list[ToolResult]:
    """Like `ask`, but an abandoned thread does not retry the calls of its batch, which are retried elsewhere."""
    if jobs[0].alone:
        return [ToolResult(job, ToolError("It timed out."), 0.0) for job in jobs]
    return ask(jobs)


def _alone(job: PendingCall) -> ToolResult:
    """Run a tool for one call."""
    start = perf_counter()
    try:
        result: Any = job.tool.function(**job.bound)
    except BaseException as error:
        result = failure_of(job.tool.name, error)
    return ToolResult(job, result, perf_counter() - start)


def _together(jobs: Sequence[PendingCall]) -> list[Any]:
    """Run a tool set for several calls in one pass. Raises whatever it raises."""
    tool, calls = jobs[0].tool, [job.bound for job in jobs]
    return in_one_pass_of(tool.name, calls, [job.tool.name for job in jobs], tool.shared, tool.many)


def in_one_pass_of(
    name: str, calls: Sequence[Mapping[str, Any]], tools: Sequence[str], shared: Any, many: Any
) -> list[Any]:
    """The results of a batch. Raises ToolError if their number is wrong, and whatever the tool raises."""
    if shared is not None:
        results = list(shared(calls, tools))
    elif many is not None:
        results = list(many(calls))
    else:
        raise ToolError(f"{name} does not support batches.")
    if len(results) != len(calls):
        raise ToolError(f"{name} returned {len(results)} results for {len(calls)} calls.")
    return results
