"""Serves the calls of programs: checks the arguments, loads a tool on first use, runs it, and tells what it cost.

Calls that wait for the same tool are served together (see `dispatch.py`), whichever programs they are from.
Calls with a cache share their results: looking twice at the same place with a deterministic tool finds the same. So do
calls that are asked at the same time, where results are shared across questions.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock, get_ident
from time import perf_counter
from typing import Any, NamedTuple, Protocol, cast

from .cache import ResultCache
from .call import Call
from .dispatch import Deliver, Dispatcher, Place
from .errors import LooksmithError, NoDetection, ToolError, UnknownName
from .registry import Registry
from .results import Results, again
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
    """A call that waits. program: whose it is; cache, key: where its result is kept; start: since when it waits.

    begun: an answer is being made for it; shared: with whom.
    """

    tool: Tool
    bound: Mapping[str, Any]
    program: Hashable
    cache: ResultCache[Call] | None
    key: str
    start: float
    future: Future[Call] = field(default_factory=Future[Call])
    begun: bool = False
    shared: _Shared = field(init=False)

    def begin(self) -> bool:
        """Does whoever asked still wait for the answer, which comes now?"""
        self.begun = True
        return self.future.set_running_or_notify_cancel()


@dataclass(eq=False)
class _Shared:
    """The same call of all who ask for it at one time. server: the one that is served, for all of them."""

    jobs: list[Job] = field(default_factory=list[Job])
    server: Job | None = None


class _Said(NamedTuple):
    """What a tool said to a call: a value, a Scored or an error. loaded: it could be asked."""

    job: Job
    result: Any
    seconds: float
    load_seconds: float = 0.0
    batch: int = 1
    loaded: bool = True


class Executor:
    """Runs tools in this process, whichever threads ask: on each device one batch at a time.

    Calls that wait at the same time are served together, where their tools can, whichever programs they are from. A
    call alone is served in the thread that asks.

    results: what is known from other questions, and learns from these; what somebody has asked for already is asked
        once for all. None to compute everything anew.
    """

    def __init__(self, registry: Registry, results: Results | None = None) -> None:
        self._registry = registry
        self._results = results
        self._loaded: set[Any] = set()
        self._loading = Lock()
        self._devices: dict[str, Lock] = {}
        self._asked: dict[str, _Shared] = {}
        self._turn = Lock()
        self._dispatcher: Dispatcher[Job] = Dispatcher(self._serve, self.claim)

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        cache: results to share; only those of deterministic tools are kept, and that nothing was found is one.
        """
        job = self._job(name, args, kwargs, cache, get_ident())
        if isinstance(job, Call):
            return job
        try:
            self._issue(job, goes_on=False)
            return job.future.result()
        except BaseException:
            job.future.cancel()  # nobody waits for it any more
            self.claim(job)
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

    @property
    def waiting(self) -> int:
        """Different calls that wait or are served, of those that are shared."""
        with self._turn:
            return len(self._asked)

    def claim(self, job: Job) -> bool:
        """Its turn has come: is it to be served? Not where nobody waits any more, or the same is being served."""
        with self._turn:
            shared = job.shared
            if shared.server is not None or job.begun:
                return False
            if job.begin():
                shared.server = job
                return True
            shared.jobs.remove(job)
            if not shared.jobs and self._asked.get(job.key) is shared:
                del self._asked[job.key]
            return False

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
        if known is not None:
            return _known(known, bound, start)
        job = Job(
            tool, bound, program, cache, self._results.key(tool, bound) if self._results is not None else "", start
        )
        return self._join(job) or job

    def _join(self, job: Job) -> Call | None:
        """Wait with whoever asks for the same already. What is known by now is the Call."""
        with self._turn:
            shared = self._asked.get(job.key) if job.key else None
            job.shared = shared or _Shared()
            job.shared.jobs.append(job)
            if job.key:
                self._asked[job.key] = job.shared
        if self._results is None or not job.key or shared is not None:
            return None
        # Looked for only now: what somebody else has just been told is there.
        known = self._results.get(job.key, job.tool, job.bound)
        if known is None or not self.claim(job):
            return None
        self._give(job, _known(known, job.bound, job.start))
        return job.future.result()

    def _issue(self, job: Job, *, goes_on: bool, patient: bool = True) -> None:
        """Have it served; here and now, where whoever asks waits and nobody else does.

        patient: waits while too many calls of the program wait.
        """
        place = _place(job.tool)
        if goes_on or not self._dispatcher.now(place, job.program, job):
            self._dispatcher.put(place, job.program, job, goes_on=goes_on, patient=patient)

    def _serve(self, jobs: Sequence[Job]) -> tuple[bool, Deliver]:
        """Serve calls of one line. Were all of them served together? And what tells whoever asked."""
        tool = jobs[0].tool
        try:
            with ExitStack() as held:
                for device in sorted(tool.occupies) if tool.concurrency == 1 else ():
                    held.enter_context(self._devices.setdefault(device, Lock()))
                said = self._load_and_run(jobs)
        except BaseException as error:  # an interruption belongs to whoever waits
            return False, partial(self._interrupt, jobs, error)
        self._dispatcher.answers([other.program for job in jobs for other in list(job.shared.jobs)])
        return said[0].loaded and said[0].batch == len(jobs), partial(self._tell, said)

    def _load_and_run(self, jobs: Sequence[Job]) -> list[_Said]:
        start = perf_counter()
        try:
            load_seconds = self._load(jobs[0].tool)
        except (Exception, SystemExit) as error:
            seconds = (perf_counter() - start) / len(jobs)
            return [_Said(job, failure_of(job.tool.name, error), seconds, loaded=False) for job in jobs]
        said = self._run(jobs)
        return [said[0]._replace(load_seconds=load_seconds), *said[1:]] if load_seconds else said

    def _run(self, jobs: Sequence[Job]) -> list[_Said]:
        """In one pass; where that fails, each half by itself, so that a call that fails does so alone."""
        if len(jobs) == 1:
            return [_alone(jobs[0])]
        start = perf_counter()
        try:
            results = _together(jobs)
        except (Exception, SystemExit):
            middle = len(jobs) // 2
            return [*self._run(jobs[:middle]), *self._run(jobs[middle:])]
        seconds = (perf_counter() - start) / len(jobs)
        return [_Said(job, result, seconds, batch=len(jobs)) for job, result in zip(jobs, results, strict=True)]

    def _tell(self, said: Sequence[_Said]) -> None:
        """Give whoever waits what the tool said."""
        for one in said:
            self._give(one.job, _checked(one), holds=not one.loaded)

    def _give(self, server: Job, done: Call, *, holds: bool = False) -> None:
        """Give the result of a call to all who wait for it, and keep what others can use.

        What went wrong may not do so again: then the others try anew. holds: this would.
        """
        kept = done.error is None or isinstance(done.error, NoDetection)
        if kept and self._results is not None and server.key and not done.cached:
            self._results.put(server.key, server.tool, done)
        for job in self._leave(server, together=kept or holds or isinstance(done.error, UnknownName)):
            given = done if job is server else _known(done, job.bound, job.start)
            if kept and job.cache is not None:
                job.cache.put(job.tool.name, job.bound, given)
            job.future.set_result(given)

    def _interrupt(self, jobs: Sequence[Job], error: BaseException) -> None:
        for job in jobs:
            self._leave(job, together=False)
            job.future.set_exception(error)

    def _leave(self, server: Job, *, together: bool) -> list[Job]:
        """Those who get the answer that was made for one of them; the others wait again."""
        with self._turn:
            shared, later = server.shared, _Shared()
            others = [job for job in shared.jobs if job is not server]
            if together or not others:
                self._asked.pop(server.key, None)
                return [server, *(job for job in others if job.begin())]
            later.jobs = others
            self._asked[server.key] = later
            for job in others:
                job.shared = later
        for job in others:
            self._issue(job, goes_on=True, patient=False)
        return [server]

    def _load(self, tool: Tool) -> float:
        if tool.load is None or tool.load in self._loaded:
            return 0.0
        with self._loading:
            start = perf_counter()
            if tool.load not in self._loaded:
                tool.load()
                self._loaded.add(tool.load)
            return perf_counter() - start


def _place(tool: Tool) -> Place:
    """Where the calls of a tool wait."""
    # What has effects is never tried again, as a batch that fails is. What is served in many places at once is batched
    # by whoever is behind them.
    batched = tool.many is not None and tool.options.deterministic and tool.concurrency == 1
    line = tool.shared if batched and tool.shared is not None else tool.name
    return Place(tool.occupies, tool.concurrency, line, tool.options.batch if batched else 1)


def _alone(job: Job) -> _Said:
    """What a tool says to one call."""
    start = perf_counter()
    try:
        result: Any = job.tool.function(**job.bound)
    except (Exception, SystemExit) as error:
        result = failure_of(job.tool.name, error)
    return _Said(job, result, perf_counter() - start)


def _together(jobs: Sequence[Job]) -> list[Any]:
    """What a tool set says to calls of its tools that it serves in one pass. Raises whatever it raises."""
    tool, calls = jobs[0].tool, [job.bound for job in jobs]
    if tool.shared is not None:
        results = list(tool.shared(calls, [job.tool.name for job in jobs]))
    elif tool.many is not None:
        results = list(tool.many(calls))
    else:
        raise ToolError(f"{tool.name} takes one call at a time.")
    if len(results) != len(jobs):
        raise ToolError(f"{tool.name} gave {len(results)} results for {len(jobs)} calls.")
    return results


def _checked(said: _Said) -> Call:
    """What a tool said, as a call that is told."""
    tool, result = said.job.tool, said.result
    scored, error, value = Scored[Any](None), None, None
    try:
        if isinstance(result, LooksmithError):
            raise result
        told = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
        value = tool.check_result(told.value)
        scored = told
    except (Exception, SystemExit) as raised:
        error = failure_of(tool.name, raised)
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


def _known(known: Call, bound: Mapping[str, Any], start: float) -> Call:
    """What was said already, for another call that was asked at `start`."""
    return replace(again(known, bound), seconds=perf_counter() - start, load_seconds=0.0, cached=True, batch=1)


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
