"""Asks tools what calls want to know, one at a time or in one pass, and checks what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, cast

from ..core.call import Call
from ..core.errors import LooksmithError, NoDetection, ToolError
from ..core.tool import Scored
from .failures import failure_of
from .holdable import require_holdable, require_scored
from .jobs import Job

_UNSCORED = Scored[Any](None)


class Said(NamedTuple):
    """What a tool said to a call: a value, a Scored or an error. loaded: it could be asked."""

    job: Job
    result: Any
    seconds: float
    load_seconds: float = 0.0
    batch: int = 1
    loaded: bool = True


def ask(jobs: Sequence[Job]) -> list[Said]:
    """In one pass; where that fails, each half by itself, so that a call that fails does so alone."""
    if len(jobs) == 1:
        return [_alone(jobs[0])]
    start = perf_counter()
    try:
        results = _together(jobs)
    except BaseException:
        middle = len(jobs) // 2
        return [*_unless_given_up(jobs[:middle]), *_unless_given_up(jobs[middle:])]
    seconds = (perf_counter() - start) / len(jobs)
    return [Said(job, result, seconds, batch=len(jobs)) for job, result in zip(jobs, results, strict=True)]


def checked(said: Said) -> Call:
    """What a tool said, as a call that is told."""
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
    )


def _unless_given_up(jobs: Sequence[Job]) -> list[Said]:
    """As `ask`; the calls of a batch that was given up are asked again elsewhere, not by the thread left behind."""
    if jobs[0].alone:
        return [Said(job, ToolError("It was given up."), 0.0) for job in jobs]
    return ask(jobs)


def _alone(job: Job) -> Said:
    """What a tool says to one call."""
    start = perf_counter()
    try:
        result: Any = job.tool.function(**job.bound)
    except BaseException as error:
        result = failure_of(job.tool.name, error)
    return Said(job, result, perf_counter() - start)


def _together(jobs: Sequence[Job]) -> list[Any]:
    """What a tool set says to calls of its tools that it serves in one pass. Raises whatever it raises."""
    tool, calls = jobs[0].tool, [job.bound for job in jobs]
    return in_one_pass_of(tool.name, calls, [job.tool.name for job in jobs], tool.shared, tool.many)


def in_one_pass_of(
    name: str, calls: Sequence[Mapping[str, Any]], tools: Sequence[str], shared: Any, many: Any
) -> list[Any]:
    """A result for each of several calls. Raises ToolError when it gives another number, and whatever the tool does."""
    if shared is not None:
        results = list(shared(calls, tools))
    elif many is not None:
        results = list(many(calls))
    else:
        raise ToolError(f"{name} takes one call at a time.")
    if len(results) != len(calls):
        raise ToolError(f"{name} gave {len(results)} results for {len(calls)} calls.")
    return results
