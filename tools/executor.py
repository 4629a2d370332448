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
class _Asked:
    """Somebody who asks for a call. program: whose it is; start: since when; begun: an answer is being made for it."""

    tool: Tool
    bound: Mapping[str, Any]
    program: Hashable
    cache: ResultCache[Call] | None
    key: str
    start: float
    future: Future[Call] = field(default_factory=Future[Call])
    begun: bool = False
    job: _Job = field(init=False)

    def begin(self) -> bool:
        """Does whoever asked still wait for the answer, which comes now?"""
        self.begun = True
        return self.future.set_running_or_notify_cancel()


@dataclass(eq=False)
class _Job:
    """A call that is served once for all who ask for it meanwhile. server: in whose place it is served."""

    asked: list[_Asked] = field(default_factory=list[_Asked])
    server: _Asked | None = None


class _Said(NamedTuple):
    """What a tool said to a call: a value, a Scored or an error. lasting: a later call would be told the same."""

    asked: _Asked
    result: Any
    seconds: float
    load_seconds: float = 0.0
    batch: int = 1
    lasting: bool = False


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
        self._jobs: dict[str, _Job] = {}
        self._turn = Lock()
        self._dispatcher: Dispatcher[_Asked] = Dispatcher(self._serve, self._claim)

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """Serve one call. Never raises for what a program or a tool did wrong: the error is in the Call.

        cache: results to share; only those of deterministic tools are kept, and that nothing was found is one.
        """
        asked = self._asked(name, args, kwargs, cache, get_ident())
        if isinstance(asked, Call):
            return asked
        try:
            if not self._dispatcher.now(_place(asked.tool), asked.program, asked):
                self._dispatcher.put(_place(asked.tool), asked.program, asked, goes_on=False)
            return asked.future.result()
        except BaseException:
            asked.future.cancel()  # nobody waits for it any more
            self._claim(asked)
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
        asked = self._asked(name, args, kwargs, cache, get_ident() if program is None else program)
        if isinstance(asked, Call):
            done: Future[Call] = Future()
            done.set_result(asked)
            return done
        self._dispatcher.put(_place(asked.tool), asked.program, asked, goes_on=True)
        return asked.future

    @property
    def waiting(self) -> int:
        """Calls that somebody waits for, of those that are shared."""
        with self._turn:
            return len(self._jobs)

    def _asked(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None,
        program: Hashable,
    ) -> Call | _Asked:
        """What is to be served; or the Call itself, where it is known or cannot be served."""
        start = perf_counter()
        tool: Tool | None = None
        try:
            tool = self._registry.get(name)
            bound = tool.bind(args, kwargs)
        except (Exception, SystemExit) as error:
            given = given_names(args, kwargs)
            backend = tool.backend if tool else "none"
            return Call(name, backend, given, seconds=perf_counter() - start, error=_told(name, error))
        if not tool.options.deterministic:
            cache = None
        known = cache.get(name, bound) if cache is not None else None
        if known is not None:
            return _known(known, bound, start)
        key = self._results.key(tool, bound) if self._results is not None else ""
        asked = _Asked(tool, bound, program, cache, key, start)
        return self._join(asked) or asked

    def _join(self, asked: _Asked) -> Call | None:
        """Ask together with whoever asks for the same already. What is known by now is the Call."""
        with self._turn:
            job = self._jobs.get(asked.key) if asked.key else None
            first = job is None
            asked.job = job or _Job()
            asked.job.asked.append(asked)
            if first and asked.key:
                self._jobs[asked.key] = asked.job
        if self._results is None or not first or not asked.key:
            return None
        # Looked for only now: what somebody else has just been told is there.
        known = self._results.get(asked.key, asked.tool, asked.bound)
        if known is None or not self._claim(asked):
            return None
        self._tell(asked, _known(known, asked.bound, asked.start), lasting=True)
        return asked.future.result()

    def _claim(self, asked: _Asked) -> bool:
        """Is it to be served in the place of this one? Not where nobody waits any more, or another one was first."""
        with self._turn:
            job = asked.job
            if job.server is not None or asked.begun:
                return False
            if asked.begin():
                job.server = asked
                return True
            job.asked.remove(asked)
            if not job.asked and self._jobs.get(asked.key) is job:
                del self._jobs[asked.key]
            return False

    def _serve(self, asked: Sequence[_Asked]) -> tuple[bool, Deliver]:
        """Serve calls of one line. Were all of them served together? And what tells whoever asked."""
        try:
            with ExitStack() as held:
                tool = asked[0].tool
                for device in sorted(tool.occupies) if tool.concurrency == 1 else ():
                    held.enter_context(self._devices.setdefault(device, Lock()))
                said = self._load_and_run(asked)
        except BaseException as error:  # an interruption belongs to whoever waits
            return False, partial(self._interrupt, asked, error)
        return said[0].batch == len(asked), partial(self._tell_all, said)

    def _load_and_run(self, asked: Sequence[_Asked]) -> list[_Said]:
        start = perf_counter()
        try:
            load_seconds = self._load(asked[0].tool)
        except (Exception, SystemExit) as error:
            seconds = (perf_counter() - start) / len(asked)
            return [_Said(one, _told(one.tool.name, error), seconds, batch=0, lasting=True) for one in asked]
        said = self._run(asked)
        return [said[0]._replace(load_seconds=load_seconds), *said[1:]]

    def _run(self, asked: Sequence[_Asked]) -> list[_Said]:
        """In one pass; where that fails, each half by itself, so that a call that fails does so alone."""
        if len(asked) == 1:
            return [self._run_alone(asked[0])]
        start = perf_counter()
        try:
            results = _together(asked)
        except (Exception, SystemExit):
            middle = len(asked) // 2
            return [*self._run(asked[:middle]), *self._run(asked[middle:])]
        seconds = (perf_counter() - start) / len(asked)
        return [_Said(one, result, seconds, batch=len(asked)) for one, result in zip(asked, results, strict=True)]

    def _run_alone(self, asked: _Asked) -> _Said:
        start = perf_counter()
        try:
            result: Any = asked.tool.function(**asked.bound)
        except (Exception, SystemExit) as error:
            result = _told(asked.tool.name, error)
        return _Said(asked, result, perf_counter() - start)

    def _tell_all(self, said: Sequence[_Said]) -> None:
        """Give whoever waits what the tool said."""
        self._dispatcher.answers([other.program for one in said for other in list(one.asked.job.asked)])
        for one in said:
            done = _checked(one)
            self._tell(one.asked, done, lasting=one.lasting or isinstance(done.error, NoDetection | UnknownName))

    def _tell(self, server: _Asked, done: Call, *, lasting: bool) -> None:
        """Give a result to all who wait for it. lasting: or else an error is that of one call, and others try anew."""
        kept = done.error is None or isinstance(done.error, NoDetection)
        if kept and self._results is not None and server.key and not done.cached:
            self._results.put(server.key, server.tool, done)
        for one in self._leave(server, kept or lasting):
            mine = done if one is server else _known(done, one.bound, one.start)
            if kept and one.cache is not None:
                one.cache.put(one.tool.name, one.bound, mine)
            one.future.set_result(mine)

    def _interrupt(self, asked: Sequence[_Asked], error: BaseException) -> None:
        for one in asked:
            self._leave(one, together=False)
            one.future.set_exception(error)

    def _leave(self, server: _Asked, together: bool) -> list[_Asked]:
        """Those who get the answer that was made in the place of one of them; the others wait again."""
        with self._turn:
            job, later = server.job, _Job()
            others = [one for one in job.asked if one is not server]
            if together or not others:
                self._jobs.pop(server.key, None)
                return [server, *(one for one in others if one.begin())]
            later.asked = others
            self._jobs[server.key] = later
            for one in others:
                one.job = later
        for one in others:
            self._dispatcher.put(_place(one.tool), one.program, one, goes_on=False, patient=False)
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


def _together(asked: Sequence[_Asked]) -> list[Any]:
    """What the tool set says to calls of its tools that it serves in one pass. Raises whatever it raises."""
    first, calls = asked[0].tool, [one.bound for one in asked]
    if first.shared is not None:
        results = list(first.shared(calls, [one.tool.name for one in asked]))
    elif first.many is not None:
        results = list(first.many(calls))
    else:
        raise ToolError(f"{first.name} takes one call at a time.")
    if len(results) != len(asked):
        raise ToolError(f"{first.name} gave {len(results)} results for {len(asked)} calls.")
    return results


def _checked(said: _Said) -> Call:
    """What a tool said, as a call that is told."""
    tool, result = said.asked.tool, said.result
    done = Call(
        tool.name,
        tool.backend,
        said.asked.bound,
        seconds=said.seconds,
        load_seconds=said.load_seconds,
        batch=max(said.batch, 1),
    )
    try:
        if isinstance(result, LooksmithError):
            raise result
        scored = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
        value = tool.check_result(scored.value)
    except (Exception, SystemExit) as error:
        return replace(done, error=_told(tool.name, error))
    return replace(done, value=value, scores=scored.scores, rejected=scored.rejected, found=scored.found)


def _known(known: Call, bound: Mapping[str, Any], start: float) -> Call:
    """What was said already, for another call that was asked at `start`."""
    return replace(again(known, bound), seconds=perf_counter() - start, load_seconds=0.0, cached=True, batch=1)


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
