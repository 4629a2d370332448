"""Serves the calls of programs: checks the arguments, loads a tool on first use, runs it, and tells what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, cast

from .errors import LooksmithError, ToolError
from .registry import Registry
from .tool import Scored, Tool
from .values import Box


@dataclass(frozen=True)
class Call:
    """A call that was served.

    arguments: by parameter name, as the tool got them.
    seconds: the tool's own time; load_seconds: the time to load its model, 0 but for the first use.
    error: what went wrong; then `value` is None.
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


class Executor:
    """Runs tools in this process, one call at a time."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._loaded: set[Any] = set()

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call."""
        tool: Tool | None = None
        bound: dict[str, Any] = {f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)
        start = perf_counter()
        load_seconds = 0.0
        try:
            tool = self._registry.get(name)
            bound = tool.bind(args, kwargs)
            load_seconds = self._load(tool)
            start = perf_counter()
            result: Any = tool.function(**bound)
            scored = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
            value = tool.check_result(scored.value)
        except LooksmithError as error:
            failure = error
        except (Exception, SystemExit) as error:
            failure = ToolError(f"{name} failed: {type(error).__name__}: {error}")
            failure.__cause__ = error
        else:
            seconds = perf_counter() - start
            done = Call(name, tool.backend, bound, value, seconds=seconds, load_seconds=load_seconds)
            return replace(done, scores=scored.scores, rejected=scored.rejected, found=scored.found)
        backend = tool.backend if tool else "none"
        seconds = perf_counter() - start
        return Call(name, backend, bound, seconds=seconds, load_seconds=load_seconds, error=failure)

    def _load(self, tool: Tool) -> float:
        if tool.load is None or tool.load in self._loaded:
            return 0.0
        start = perf_counter()
        tool.load()
        self._loaded.add(tool.load)
        return perf_counter() - start
