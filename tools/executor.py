"""Serves the calls of programs: checks the arguments, loads a tool on first use, runs it, and tells what it cost.

Calls that wait for the same tool are served together (see `dispatch.py`), whichever programs they are from.
Calls with a cache share their results: looking twice at the same place with a deterministic tool finds the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from threading import get_ident
from time import perf_counter
from typing import Any, Protocol, cast

from .cache import ResultCache
from .call import Call
from .dispatch import Dispatcher
from .errors import LooksmithError, NoDetection, ToolError
from .registry import Registry
from .results import Results
from .tool import Scored, Tool


class Serves(Protocol):
    """What serves the calls of programs."""

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call."""
        ...


class Submits(Serves, Protocol):
    """What also serves calls while whoever asked goes on."""

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """Have a call served some time. A call that is cancelled before its turn comes is not served."""
        ...


@dataclass(eq=False)
class Job:
    """A call that waits. program: whose it is; cache, key: where the result is kept."""

    tool: Tool
    bound: Mapping[str, Any]
    program: Hashable
    cache: ResultCache[Call] | None
    key: str
    future: Future[Call] = field(default_factory=Future[Call])


class Executor:
    """Runs tools in this process, one batch at a time, whichever threads ask.

    Calls of one tool that wait at the same time are served together, where the tool can, whichever programs they are
    from. A call alone is served in the thread that asks.

    results: what is known from other questions, and learns from these; None to compute everything anew.
    """

    def __init__(self, registry: Registry, results: Results | None = None) -> None:
        self._registry = registry
        self._results = results
        self._loaded: set[Any] = set()
        self._dispatcher: Dispatcher[Job] = Dispatcher(self._serve)

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        cache: results to share; only those of deterministic tools are kept, and that nothing was found is one.
        """
        job = self._job(name, args, kwargs, cache, get_ident())
        if isinstance(job, Call):
            return job
        self._issue(job, goes_on=False)
        try:
            return job.future.result()
        except BaseException:
            job.future.cancel()  # nobody waits for it any more
            raise

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """Have a call served, and go on meanwhile: the future has what `call` gives.

        A call that is cancelled before its turn comes is not served. Waits while too many calls of the program wait.

        program: whose calls they are, who has turns like every other; by default the thread that asks.
        """
        job = self._job(name, args, kwargs, cache, get_ident() if program is None else program)
        if isinstance(job, Call):
            done: Future[Call] = Future()
            done.set_result(job)
            return done
        self._issue(job, goes_on=True)
        return job.future

    def _job(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None,
        program: Hashable,
    ) -> Call | Job:
        """What is to be served; or the Call itself, where it is known or cannot be served."""
        start = perf_counter()
        tool: Tool | None = None
        try:
            tool = self._registry.get(name)
            bound = tool.bind(args, kwargs)
        except (Exception, SystemExit) as error:
            given = given_names(args, kwargs)
            backend = tool.backend if tool else "none"
            return Call(name, backend, given, seconds=perf_counter() - start, error=failure_of(name, error))
        if not tool.options.deterministic:
            cache = None
        known = cache.get(name, bound) if cache is not None else None
        key = self._results.key(tool, bound) if self._results is not None and known is None else ""
        if self._results is not None and key:
            known = self._results.get(key, tool, bound)
            if known is not None and cache is not None:
                cache.put(name, bound, known)
        if known is not None:
            return replace(known, seconds=perf_counter() - start, load_seconds=0.0, cached=True, batch=1)
        return Job(tool, bound, program, cache, key)

    def _issue(self, job: Job, *, goes_on: bool) -> None:
        """Have it served; here and now, where whoever asks waits and nobody else does."""
        if goes_on or not self._dispatcher.now(*_place(job), job):
            self._dispatcher.put(*_place(job), job, goes_on=goes_on)

    def _serve(self, waiting: Sequence[Job]) -> bool:
        """Serve calls of one tool. Were all of them served together?"""
        jobs = [job for job in waiting if job.future.set_running_or_notify_cancel()]
        try:
            return bool(jobs) and self._load_and_run(jobs)
        except BaseException as error:  # an interruption belongs to whoever waits
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(error)
            return False

    def _load_and_run(self, jobs: Sequence[Job]) -> bool:
        start = perf_counter()
        try:
            load_seconds = self._load(jobs[0].tool)
        except (Exception, SystemExit) as error:
            seconds = (perf_counter() - start) / len(jobs)
            for job in jobs:
                self._finish(job, failure_of(job.tool.name, error), seconds, 0.0, 1)
            return False
        return self._run(jobs, load_seconds)

    def _run(self, jobs: Sequence[Job], load_seconds: float) -> bool:
        """In one pass; where that fails, each half by itself, so that a call that fails does so alone."""
        tool, start = jobs[0].tool, perf_counter()
        if len(jobs) == 1 or tool.many is None:
            for number, job in enumerate(jobs):
                self._run_alone(job, 0.0 if number else load_seconds)
            return len(jobs) == 1
        try:
            results = list(tool.many([job.bound for job in jobs]))
            if len(results) != len(jobs):
                raise ToolError(f"{tool.name} gave {len(results)} results for {len(jobs)} calls.")
        except (Exception, SystemExit):
            middle = len(jobs) // 2
            self._run(jobs[:middle], load_seconds)
            self._run(jobs[middle:], 0.0)
            return False
        seconds = (perf_counter() - start) / len(jobs)
        for number, (job, result) in enumerate(zip(jobs, results, strict=True)):
            self._finish(job, result, seconds, 0.0 if number else load_seconds, len(jobs))
        return True

    def _run_alone(self, job: Job, load_seconds: float) -> None:
        start = perf_counter()
        try:
            result: Any = job.tool.function(**job.bound)
        except (Exception, SystemExit) as error:
            result = failure_of(job.tool.name, error)
        self._finish(job, result, perf_counter() - start, load_seconds, 1)

    def _finish(self, job: Job, result: Any, seconds: float, load_seconds: float, batch: int) -> None:
        """Give whoever waits what the tool said: a value, a Scored or an error."""
        tool = job.tool
        done = Call(tool.name, tool.backend, job.bound, seconds=seconds, load_seconds=load_seconds, batch=batch)
        try:
            if isinstance(result, LooksmithError):
                raise result
            scored = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
            value = tool.check_result(scored.value)
        except (Exception, SystemExit) as error:
            done = replace(done, error=failure_of(tool.name, error))
        else:
            done = replace(done, value=value, scores=scored.scores, rejected=scored.rejected, found=scored.found)
        self._give(job, done)

    def _give(self, job: Job, done: Call) -> None:
        """Give whoever waits the call, and keep what others can use."""
        if done.error is None or isinstance(done.error, NoDetection):
            if job.cache is not None:
                job.cache.put(job.tool.name, job.bound, done)
            if self._results is not None and job.key:
                self._results.put(job.key, job.tool, done)
        job.future.set_result(done)

    def _load(self, tool: Tool) -> float:
        if tool.load is None or tool.load in self._loaded:
            return 0.0
        start = perf_counter()
        tool.load()
        self._loaded.add(tool.load)
        return perf_counter() - start


def _place(job: Job) -> tuple[Hashable, int, Hashable]:
    """The line in which it waits, how many of the line are served together, and whose turn it is."""
    tool = job.tool
    # What has effects is never tried again, as a batch that fails is.
    together = tool.options.batch if tool.many is not None and tool.options.deterministic else 1
    return tool.name, together, job.program


def given_names(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as they are told when they fit no parameters."""
    return {f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)


def failure_of(name: str, error: BaseException) -> LooksmithError:
    """What went wrong, as an error that is told: one of ours as it is, any other as the tool's failure."""
    if isinstance(error, LooksmithError):
        return error
    failure = ToolError(f"{name} failed: {type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure
