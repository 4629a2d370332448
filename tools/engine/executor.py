"""Executes tool calls: checks arguments, loads a tool on first use, runs it, and records the cost.

Waiting calls of the same tool are batched (see `dispatch.py`), across programs. Calls with a common cache share the
results of deterministic tools. If results are shared across questions, identical concurrent calls run only once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import partial
from math import inf
from threading import get_ident
from time import perf_counter
from typing import Any, Protocol

from ..core.call import Call
from ..core.errors import NoDetection, ToolTimeout, UnknownName, WornOut
from ..core.registry import Registry
from ..core.tool import Tool
from ..runtime.cache import ResultCache
from ..threads.waiting import result_of
from .dispatch import BatchResult, Dispatcher
from .failures import failure_of, failures_of
from .lanes import QueueKey
from .loader import Loader, owner_of
from .pending import PendingCall, Sharing
from .results import Results, again
from .serving import ToolResult, ask, checked

LOADING = 600.0
"""The time limit for loading a model, in seconds."""

LOST = 16
"""Maximum number of abandoned calls still running, above which the process accepts no more calls."""


class Serves(Protocol):
    """The interface of an executor."""

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Serve one call. Errors of programs and tools are not raised, but returned in the Call.

        until: the caller's deadline (`perf_counter`), after which the error is a ToolTimeout.
        """
        ...


class Submits(Serves, Protocol):
    """An executor that also serves calls asynchronously."""

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
        *,
        goes_on: bool = True,
    ) -> Future[Call]:
        """Enqueue a call. It can be cancelled until its turn comes."""
        ...


class Executor:
    """Runs tools in this process, with one batch at a time per device. Thread-safe.

    Waiting calls are batched if their tools support it, across programs. A call that exceeds its time limit is
    abandoned: it ends with ToolTimeout, and its thread is left running. After `LOST` of these, all calls fail with
    WornOut.

    results: a cache shared across questions, which also merges identical concurrent calls; None to compute everything.
    clock: returns the time in seconds.
    """

    def __init__(
        self, registry: Registry, results: Results | None = None, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._registry = registry
        self._results = results
        self._sharing = Sharing()
        self._loader = Loader()
        self._serving: dict[int, Sequence[PendingCall]] = {}
        self._dispatcher: Dispatcher[PendingCall] = Dispatcher(_Serving(self), clock=clock)

    @property
    def worn(self) -> WornOut | None:
        """Why no more calls are accepted; None if they are."""
        if self._dispatcher.lost < LOST:
            return None
        said = f"{LOST} timed-out tool calls are still hanging in this process, so it accepts no more calls."
        return WornOut(said, hint="Restart it, and isolate the tools at fault (`isolated = true` in the profile).")

    def load(self, name: str) -> float:
        """Load the model of a tool before its first call; the seconds that it took. Raises what loading raises."""
        return self._loader.load(self._registry.get(name))

    def has_loaded(self, name: str) -> bool:
        """Whether the model of a tool is in memory, or it has none."""
        return self._loader.has(self._registry.get(name))

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Serve one call. Errors of programs and tools are not raised, but returned in the Call.

        cache: results to share; only those of deterministic tools are stored, including NoDetection.
        until: the caller's deadline (`perf_counter`), after which the error is a ToolTimeout.
        """
        job = self._job(name, args, kwargs, cache, get_ident())
        if isinstance(job, Call):
            return job
        try:
            left = None if until is None or until == inf else until - perf_counter()
            if left is None or left > 0:
                self._issue(job, goes_on=False)
            return result_of(job.future, left)
        except TimeoutError:
            self._leave_off(job)
            return overdue(job.tool.name, job.tool.backend, job.bound, perf_counter() - job.start)
        except BaseException:
            self._leave_off(job)
            raise

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
        *,
        goes_on: bool = True,
    ) -> Future[Call]:
        """Enqueue a call; returns a future of what `call` would return.

        It can be cancelled until its turn comes. Blocks while too many calls of the program are queued.

        program: identifies the caller for taking turns; by default, the calling thread.
        goes_on: the caller may make more calls before this one is answered.
        """
        job = self._job(name, args, kwargs, cache, get_ident() if program is None else program)
        if isinstance(job, Call):
            done: Future[Call] = Future()
            done.set_result(job)
            return done
        self._issue(job, goes_on=goes_on)
        return job.future

    def over(self, registry: Registry) -> Executor:
        """An executor for the tools of another registry, which shares models, devices and threads."""
        other = copy(self)
        other._registry = registry
        return other

    @property
    def waiting(self) -> int:
        """The number of distinct shared calls that are queued or running."""
        return len(self._sharing)

    def awaited(self) -> bool:
        """Whether a caller still waits for the call that this thread serves; True in any other thread.

        For tools that make calls themselves, and stop when these are no longer needed.
        """
        jobs = self._serving.get(get_ident())
        return jobs is None or self._sharing.awaited(jobs)

    def claim(self, job: PendingCall) -> bool:
        """Whether to serve a call whose turn has come: not if nobody waits, or an identical one is running."""
        return self._sharing.claim(job)

    def tick(self) -> None:
        """Abandon calls past their time limit now; a background thread does so regularly."""
        self._dispatcher.tick()

    def _leave_off(self, job: PendingCall) -> None:
        """The caller stops waiting. A running call continues up to its time limit."""
        job.future.cancel()
        self.claim(job)

    def _job(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None,
        program: Hashable,
    ) -> Call | PendingCall:
        """The job to serve; or the Call itself, if its result is cached or it cannot be served."""
        start = perf_counter()
        tool: Tool | None = None
        try:
            if worn := self.worn:
                raise worn
            tool = self._registry.get(name)
            bound = tool.bind(args, kwargs)
            cache = cache if tool.options.deterministic else None
            known = cache.get(name, bound) if cache is not None else None
            key = self._results.key(tool, bound) if self._results is not None and known is None else ""
        except (Exception, SystemExit) as error:
            given = given_names(args, kwargs)
            backend = tool.backend if tool else "none"
            return Call(name, backend, given, seconds=perf_counter() - start, error=failure_of(name, error))
        if known is not None:
            return _known(known, bound, start)
        job = PendingCall(tool, bound, program, cache, key, start)
        return self._join(job) or job

    def _join(self, job: PendingCall) -> Call | None:
        """Join an identical call in progress; or return the Call if its result is known by now."""
        if self._sharing.join(job) or self._results is None or not job.key:
            return None
        # Looked up only now, to include results that were just delivered.
        known = self._results.get(job.key, job.tool, job.bound)
        if known is None or not self.claim(job):
            return None
        self._give(job, _known(known, job.bound, job.start))
        return job.future.result()

    def _issue(self, job: PendingCall, *, goes_on: bool, patient: bool = True) -> None:
        """Serve a job: pure computations immediately, because handing them over would take longer.

        patient: block while too many calls of the program are queued.
        """
        if job.tool.own:
            if self.claim(job):
                self._tell(ask([job]))
            return
        self._dispatcher.put(_place(job), job.program, job, goes_on=goes_on, patient=patient)

    def _serve(self, jobs: Sequence[PendingCall], again: Callable[[], None]) -> BatchResult:
        """Serve calls of one queue. again: restarts the time limit."""
        start = perf_counter()
        try:
            load_seconds = self._loader.load(jobs[0].tool)
            if load_seconds:
                again()
        except BaseException as error:
            seconds = (perf_counter() - start) / len(jobs)
            failures = failures_of({job.tool.name for job in jobs}, error)
            said = [ToolResult(job, failures[job.tool.name], seconds, loaded=False) for job in jobs]
        else:
            self._serving[get_ident()] = jobs
            try:
                first, *others = ask(jobs)
            finally:
                del self._serving[get_ident()]
            said = [first._replace(load_seconds=load_seconds), *others]
        together = said[0].loaded and said[0].batch == len(jobs)
        return BatchResult(together, self._sharing.programs([*jobs]), partial(self._tell, said))

    def _tell(self, said: Sequence[ToolResult]) -> None:
        """Deliver the tool's result to those who wait."""
        for one in said:
            self._give(one.job, checked(one), holds=not one.loaded)

    def _limit(self, jobs: Sequence[PendingCall]) -> float:
        """The time limit of a pass of the tool, or of loading its model."""
        return sum(job.tool.timeout for job in jobs) if self._loader.has(jobs[0].tool) else LOADING

    def _halt(self, jobs: Sequence[PendingCall]) -> None:
        """Stop the work on abandoned calls of isolated tools."""
        for job in jobs:
            # For good: the abandoned thread checks it whenever it continues.
            job.alone = job.alone or len(jobs) > 1
        if stop := jobs[0].tool.stop:
            with suppress(Exception):
                stop()

    def _late(self, jobs: Sequence[PendingCall]) -> None:
        """Report a timeout; the calls of an abandoned batch are retried individually."""
        tool = jobs[0].tool
        for job in jobs:
            if len(jobs) > 1:
                self._issue(job, goes_on=True, patient=False)
            else:
                self._give(job, _given_up(job, loaded=self._loader.has(tool)), holds=True)

    def _give(self, server: PendingCall, done: Call, *, holds: bool = False) -> None:
        """Deliver the result of a call to all who wait for it, and cache it if possible.

        After an error, the other callers retry, unless `holds` says that the error would occur again.
        """
        kept = done.error is None or isinstance(done.error, NoDetection)
        if kept and self._results is not None and server.key and not done.cached:
            with suppress(Exception):  # such as a full disk: it is not cached
                self._results.put(server.key, server.tool, done)
        together = kept or holds or isinstance(done.error, UnknownName)
        served, others = self._sharing.leave(server, together=together)
        for job in served:
            given = done if job is server else _known(done, job.bound, job.start)
            if kept and job.cache is not None:
                job.cache.put(job.tool.name, job.bound, given)
            job.future.set_result(given)
        for job in others:
            self._issue(job, goes_on=True, patient=False)


class _Serving:
    """The executor's interface to the dispatcher."""

    def __init__(self, executor: Executor) -> None:
        self.claim = executor.claim
        self.limit = executor._limit  # pyright: ignore[reportPrivateUsage]
        self.serve = executor._serve  # pyright: ignore[reportPrivateUsage]
        self.halt = executor._halt  # pyright: ignore[reportPrivateUsage]
        self.late = executor._late  # pyright: ignore[reportPrivateUsage]


def _place(job: PendingCall) -> QueueKey:
    """The queue of a call. A tool without devices only blocks itself."""
    tool = job.tool
    owner = getattr(tool.function, "__self__", None)
    devices = tool.occupies or (f"{tool.name} itself" if owner is None else id(owner),)
    # Tools with side effects are never batched, because failed batches are retried. Remote models that serve several
    # calls at once do their own batching.
    batched = tool.many is not None and tool.options.deterministic and tool.concurrency == 1 and not job.alone
    line = owner_of(tool.shared) if batched and tool.shared is not None else tool.name
    return QueueKey(devices, tool.concurrency, line, tool.options.batch if batched else 1)


def _known(known: Call, bound: Mapping[str, Any], start: float) -> Call:
    """A cached result, for another call made at `start`."""
    return replace(again(known, bound), seconds=perf_counter() - start, load_seconds=0.0, cached=True, batch=1)


def _given_up(job: PendingCall, *, loaded: bool) -> Call:
    tool = job.tool
    if not loaded and tool.alive is None:
        error = ToolTimeout(f"The model of {tool.name} was not loaded within {LOADING:g} s and was given up.")
        return Call(tool.name, tool.backend, job.bound, seconds=LOADING, error=error)
    hint = f"`[limits.{tool.name}]` in the profile sets its `timeout`."
    error = ToolTimeout(f"{tool.name} did not answer within {tool.timeout:g} s and was given up.", hint=hint)
    return Call(tool.name, tool.backend, job.bound, seconds=tool.timeout, error=error)


def overdue(name: str, backend: str, bound: Mapping[str, Any], seconds: float) -> Call:
    """A call that was pending at the program's own deadline."""
    error = ToolTimeout(f"The program's time was over while it waited for {name} ({seconds:.0f} s).")
    return Call(name, backend, bound, seconds=seconds, error=error)


def worn_out(executor: Serves) -> WornOut | None:
    """Why an executor accepts no more calls; None if it does."""
    return getattr(executor, "worn", None)


def given_names(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by name or position, for calls that do not match the signature."""
    return {f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)
