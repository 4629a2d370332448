"""Serves the calls of programs: checks the arguments, loads a tool on first use, runs it, and tells what it cost.

Calls that wait for the same tool are served together (see `dispatch.py`), whichever programs they are from.
Calls with a cache share their results: looking twice at the same place with a deterministic tool finds the same. So do
calls that are asked at the same time, where results are shared across questions.
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
from .dispatch import Dispatcher, Served
from .failures import failure_of
from .jobs import Job, Sharing
from .lanes import Place
from .loader import Loader, owner_of
from .results import Results, again
from .serving import Said, ask, checked

LOADING = 600.0
"""Seconds that a model may take to be loaded, before its first call."""

LOST = 16
"""Threads of calls that were given up and go on all the same: with so many, a process takes no more calls."""


class Serves(Protocol):
    """What serves the calls of programs."""

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        until: when whoever asks waits no longer (`perf_counter`); then the error is a ToolTimeout.
        """
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
        *,
        goes_on: bool = True,
    ) -> Future[Call]:
        """Have a call served some time. A call that is cancelled before its turn comes is not served."""
        ...


class Executor:
    """Runs tools in this process, whichever threads ask: on each device one batch at a time.

    Calls that wait at the same time are served together, where their tools can, whichever programs they are from. A
    call that takes longer than its tool may is given up: it ends with ToolTimeout, and its thread is left behind. With
    `LOST` of those each call ends with WornOut.

    results: what is known from other questions, and learns from these; what somebody has asked for already is asked
        once for all. None to compute everything anew.
    clock: tells the time in seconds.
    """

    def __init__(
        self, registry: Registry, results: Results | None = None, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._registry = registry
        self._results = results
        self._sharing = Sharing()
        self._loader = Loader()
        self._dispatcher: Dispatcher[Job] = Dispatcher(_Serving(self), clock=clock)

    @property
    def worn(self) -> WornOut | None:
        """Why no more calls are taken; None while they are."""
        if self._dispatcher.lost < LOST:
            return None
        said = f"{LOST} tool calls that were given up still hang in this process: it takes no more."
        return WornOut(said, hint="Start it again, and have the tools at fault run apart (`isolated = true`).")

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        cache: results to share; only those of deterministic tools are kept, and that nothing was found is one.
        until: when whoever asks waits no longer (`perf_counter`); then the error is a ToolTimeout.
        """
        job = self._job(name, args, kwargs, cache, get_ident())
        if isinstance(job, Call):
            return job
        try:
            left = None if until is None or until == inf else until - perf_counter()
            if left is None or left > 0:
                self._issue(job, goes_on=False)
            return job.future.result(left)
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
        """Have a call served, and go on meanwhile: the future has what `call` gives.

        A call that is cancelled before its turn comes is not served. Waits while too many calls of the program wait.

        program: whose calls they are, who has turns like every other; by default the thread that asks.
        goes_on: whoever asks may ask for more before this is answered.
        """
        job = self._job(name, args, kwargs, cache, get_ident() if program is None else program)
        if isinstance(job, Call):
            done: Future[Call] = Future()
            done.set_result(job)
            return done
        self._issue(job, goes_on=goes_on)
        return job.future

    def over(self, registry: Registry) -> Executor:
        """The same for the tools of another registry: models, devices and threads are shared."""
        other = copy(self)
        other._registry = registry
        return other

    @property
    def waiting(self) -> int:
        """Different calls that wait or are served, of those that are shared."""
        return len(self._sharing)

    def claim(self, job: Job) -> bool:
        """Its turn has come: is it to be served? Not where nobody waits any more, or the same is being served."""
        return self._sharing.claim(job)

    def tick(self) -> None:
        """Give up what is past its limit now; a thread of its own does so all the time."""
        self._dispatcher.tick()

    def _leave_off(self, job: Job) -> None:
        """Whoever asked waits no longer. A call that is under way goes on, up to its limit."""
        job.future.cancel()
        self.claim(job)

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
        job = Job(tool, bound, program, cache, key, start)
        return self._join(job) or job

    def _join(self, job: Job) -> Call | None:
        """Wait with whoever asks for the same already. What is known by now is the Call."""
        if self._sharing.join(job) or self._results is None or not job.key:
            return None
        # Looked for only now: what somebody else has just been told is there.
        known = self._results.get(job.key, job.tool, job.bound)
        if known is None or not self.claim(job):
            return None
        self._give(job, _known(known, job.bound, job.start))
        return job.future.result()

    def _issue(self, job: Job, *, goes_on: bool, patient: bool = True) -> None:
        """Have it served: here and now what only computes, for that takes less time than to hand it over.

        patient: waits while too many calls of the program wait.
        """
        if job.tool.own:
            if self.claim(job):
                self._tell(ask([job]))
            return
        self._dispatcher.put(_place(job), job.program, job, goes_on=goes_on, patient=patient)

    def _serve(self, jobs: Sequence[Job], anew: Callable[[], None]) -> Served:
        """Serve calls of one line. anew: its time begins only now."""
        start = perf_counter()
        try:
            load_seconds = self._loader.load(jobs[0].tool)
            if load_seconds:
                anew()
        except BaseException as error:
            seconds = (perf_counter() - start) / len(jobs)
            said = [Said(job, failure_of(job.tool.name, error), seconds, loaded=False) for job in jobs]
        else:
            first, *others = ask(jobs)
            said = [first._replace(load_seconds=load_seconds), *others]
        together = said[0].loaded and said[0].batch == len(jobs)
        return Served(together, self._sharing.programs([*jobs]), partial(self._tell, said))

    def _tell(self, said: Sequence[Said]) -> None:
        """Give whoever waits what the tool said."""
        for one in said:
            self._give(one.job, checked(one), holds=not one.loaded)

    def _limit(self, jobs: Sequence[Job]) -> float:
        """Seconds that a pass of the tool may take, or first the loading of its model."""
        return sum(job.tool.timeout for job in jobs) if self._loader.has(jobs[0].tool) else LOADING

    def _halt(self, jobs: Sequence[Job]) -> None:
        """End what is done for calls that were given up, where they run apart."""
        for job in jobs:
            # For good: the thread that was left behind looks at it whenever it goes on.
            job.alone = job.alone or len(jobs) > 1
        if stop := jobs[0].tool.stop:
            with suppress(Exception):
                stop()

    def _late(self, jobs: Sequence[Job]) -> None:
        """Tell those who wait that a call was given up; of several, each is asked again, by itself."""
        tool = jobs[0].tool
        for job in jobs:
            if len(jobs) > 1:
                self._issue(job, goes_on=True, patient=False)
            else:
                self._give(job, _given_up(job, loaded=self._loader.has(tool)), holds=True)

    def _give(self, server: Job, done: Call, *, holds: bool = False) -> None:
        """Give the result of a call to all who wait for it, and keep what others can use.

        What went wrong may not do so again: then the others try anew. holds: this would.
        """
        kept = done.error is None or isinstance(done.error, NoDetection)
        if kept and self._results is not None and server.key and not done.cached:
            with suppress(Exception):  # such as a full disk: it is not kept
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
    """What the dispatcher sees of an executor."""

    def __init__(self, executor: Executor) -> None:
        self.claim = executor.claim
        self.limit = executor._limit  # pyright: ignore[reportPrivateUsage]
        self.serve = executor._serve  # pyright: ignore[reportPrivateUsage]
        self.halt = executor._halt  # pyright: ignore[reportPrivateUsage]
        self.late = executor._late  # pyright: ignore[reportPrivateUsage]


def _place(job: Job) -> Place:
    """Where a call waits. What keeps no device busy stands in nobody's way but its own."""
    tool = job.tool
    owner = getattr(tool.function, "__self__", None)
    devices = tool.occupies or (f"{tool.name} itself" if owner is None else id(owner),)
    # What has effects is never tried again, as a batch that fails is. What is served in many places at once is batched
    # by whoever is behind them.
    batched = tool.many is not None and tool.options.deterministic and tool.concurrency == 1 and not job.alone
    line = owner_of(tool.shared) if batched and tool.shared is not None else tool.name
    return Place(devices, tool.concurrency, line, tool.options.batch if batched else 1)


def _known(known: Call, bound: Mapping[str, Any], start: float) -> Call:
    """What was said already, for another call that was asked at `start`."""
    return replace(again(known, bound), seconds=perf_counter() - start, load_seconds=0.0, cached=True, batch=1)


def _given_up(job: Job, *, loaded: bool) -> Call:
    tool = job.tool
    if not loaded and tool.alive is None:
        error = ToolTimeout(f"The model of {tool.name} was not loaded within {LOADING:g} s and was given up.")
        return Call(tool.name, tool.backend, job.bound, seconds=LOADING, error=error)
    hint = f"`[limits.{tool.name}]` in the profile sets its `timeout`."
    error = ToolTimeout(f"{tool.name} did not answer within {tool.timeout:g} s and was given up.", hint=hint)
    return Call(tool.name, tool.backend, job.bound, seconds=tool.timeout, error=error)


def overdue(name: str, backend: str, bound: Mapping[str, Any], seconds: float) -> Call:
    """A call that was under way, or would have been, when the program's own time was over."""
    error = ToolTimeout(f"The program's time was over while it waited for {name} ({seconds:.0f} s).")
    return Call(name, backend, bound, seconds=seconds, error=error)


def worn_out(executor: Serves) -> WornOut | None:
    """Why an executor takes no more calls; None while it does, or where it cannot wear out."""
    return getattr(executor, "worn", None)


def given_names(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as they are told when they fit no parameters."""
    return {f"argument {i + 1}": value for i, value in enumerate(args)} | dict(kwargs)
