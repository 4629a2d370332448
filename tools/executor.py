"""Serves the calls of programs: checks the arguments, loads a tool on first use, runs it, and tells what it cost.

Calls with a cache share their results: looking twice at the same place with a deterministic tool finds the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from time import perf_counter
from typing import Any, Literal, Protocol, cast

from .cache import ResultCache
from .errors import LooksmithError, NoDetection, ToolError
from .registry import Registry
from .tool import Scored, Tool
from .values import Box


@dataclass(frozen=True)
class Call:
    """A call that was served.

    arguments: by parameter name, as the tool got them.
    seconds: the tool's own time; load_seconds: the time to load its model, 0 but for the first use.
    error: what went wrong; then `value` is None.
    cached: is it the result of an earlier call? source: who gave it, see trace.Step.
    """

    tool: str
    backend: str
    arguments: Mapping[str, Any]
    value: Any = None
    scores: Mapping[str, float] | None = None
    rejected: tuple[Box, ...] = ()
    found: tuple[Box, ...] = ()
    seconds: float = 0.0
    load_seconds: float = 0.0
    error: LooksmithError | None = None
    cached: bool = False
    source: Literal["tool", "trace", "change"] = "tool"


class Serves(Protocol):
    """What serves the calls of programs."""

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call."""
        ...


class Executor:
    """Runs tools in this process, one call at a time, whichever thread asks."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._loaded: set[Any] = set()
        self._turn = Lock()

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        cache: results to share; only those of deterministic tools are kept, and that nothing was found is one.
        """
        start = perf_counter()
        tool: Tool | None = None
        try:
            tool = self._registry.get(name)
            bound = tool.bind(args, kwargs)
        except (Exception, SystemExit) as error:
            given = given_names(args, kwargs)
            backend = tool.backend if tool else "none"
            return Call(name, backend, given, seconds=perf_counter() - start, error=_told(name, error))
        if cache is None or not tool.options.deterministic:
            return self._run(tool, bound)
        known = cache.get(name, bound)
        if known is not None:
            return replace(known, seconds=perf_counter() - start, load_seconds=0.0, cached=True)
        done = self._run(tool, bound)
        if done.error is None or isinstance(done.error, NoDetection):
            cache.put(name, bound, done)
        return done

    def _run(self, tool: Tool, bound: Mapping[str, Any]) -> Call:
        load_seconds = 0.0
        with self._turn:
            start = perf_counter()
            try:
                load_seconds = self._load(tool)
                start = perf_counter()
                result: Any = tool.function(**bound)
                scored = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
                value = tool.check_result(scored.value)
            except (Exception, SystemExit) as error:
                failure = _told(tool.name, error)
            else:
                seconds = perf_counter() - start
                done = Call(tool.name, tool.backend, bound, value, seconds=seconds, load_seconds=load_seconds)
                return replace(done, scores=scored.scores, rejected=scored.rejected, found=scored.found)
            seconds = perf_counter() - start
        return Call(tool.name, tool.backend, bound, seconds=seconds, load_seconds=load_seconds, error=failure)

    def _load(self, tool: Tool) -> float:
        if tool.load is None or tool.load in self._loaded:
            return 0.0
        start = perf_counter()
        tool.load()
        self._loaded.add(tool.load)
        return perf_counter() - start


def given_names(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as they are told when they fit no parameters."""
    return {f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)


def _told(name: str, error: BaseException) -> LooksmithError:
    """What went wrong, as an error that is told: one of ours as it is, any other as the tool's failure."""
    if isinstance(error, LooksmithError):
        return error
    failure = ToolError(f"{name} failed: {type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure
