"""Run-ahead: starts tool calls that are certain to be needed before the program reaches them.

Results are held back until the program makes the identical call, so the program's results are the same as without
run-ahead. If the plan was wrong, the only cost is wasted computation.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import inf
from threading import RLock, get_ident
from time import perf_counter
from typing import Any, Protocol

from ...programs.call_plan.steps import Planned
from ...sandbox.limits import Limits
from ...tools.core.errors import NoDetection, ToolTimeout
from ...tools.core.registry import Registry
from ...tools.core.tool import PLAIN
from ...tools.engine.executor import Call, Serves
from ...tools.runtime.cache import ResultCache, size_of
from .follow import Follower, key_of

MAX_CALLS = 256
"""Maximum number of calls started early for one program."""
MAX_FLYING = 64
"""How many of them are in flight at once if the executor supports batches."""
IN_VAIN = 4
"""One in so many calls of a program's budget, and of its image bytes, may be started early without being used.

Unused calls are not charged to the program, which would change its outcome.
"""
THREADS = 2
"""How many are in flight at once if it takes single calls: one runs, the next one is queued."""


class _Submit(Protocol):
    """The batch interface of an executor. program: identifies the caller."""

    def __call__(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]: ...


@dataclass(slots=True, eq=False)
class _Early:
    """A call that was started early. quick: it needs no model.

    future: its result; running: the executor's future, once in flight; used: whether the program has made the call.
    sent, landed: when it was sent and when it returned (`perf_counter`); bytes: size of the result.
    """

    key: Any
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    quick: bool
    future: Future[Call] = field(default_factory=Future[Call])
    running: Future[Call] | None = None
    used: bool = False
    sent: float = 0.0
    landed: float = 0.0
    bytes: int = 0


@dataclass(frozen=True)
class Taken:
    """The result of a call that was started early. sent, landed: when it was sent and returned (`perf_counter`)."""

    call: Call
    sent: float
    landed: float


class _Budget:
    """The budget of tool calls. Calls that were started early and not made by the program yet count as well."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._charged: Counter[str] = Counter()
        self._unasked: Counter[str] = Counter()
        self._bytes = 0

    def has_room(self, tool: str) -> bool:
        """Whether the budget allows one more call of the tool."""
        total, of_tool = self._charged.total(), self._charged[tool]
        return total < self._limits.tool_calls and of_tool < self._limits.calls_per_tool

    def may_waste(self, tool: str) -> bool:
        """May one more call of the tool turn out to be in vain?"""
        limits, total, of_tool = self._limits, self._unasked.total(), self._unasked[tool]
        return (
            total < max(limits.tool_calls // IN_VAIN, 1)
            and of_tool < max(limits.calls_per_tool // IN_VAIN, 1)
            and self._bytes < limits.pixel_megabytes * 1e6 / IN_VAIN
        )

    def charge(self, tool: str) -> None:
        """Count a call."""
        self._charged[tool] += 1

    def lay_by(self, tool: str) -> None:
        """A call is made ahead."""
        self.charge(tool)
        self._unasked[tool] += 1

    def hold(self, more: int) -> None:
        """Add to, or subtract from, the bytes of results that were not requested yet."""
        self._bytes += more

    def fetch(self, tool: str) -> None:
        """The program asks for a call that was made ahead."""
        self._unasked[tool] -= 1


class Ahead:
    """Runs ahead of one program; a context manager that stops when the program has ended.

    cache: known results, read only. limits: the program's, which also apply to early calls.
    wasted: after the end, the number of early calls that the program did not make.
    """

    def __init__(
        self,
        plan: Sequence[Planned],
        inputs: Mapping[str, Any],
        registry: Registry,
        executor: Serves,
        cache: ResultCache[Call],
        limits: Limits,
    ) -> None:
        self.wasted = 0
        self._registry = registry
        self._executor = executor
        self._cache = cache.reading()
        self._program = get_ident()
        self._pool = ThreadPoolExecutor(THREADS, "ahead")
        self._batches: _Submit | None = getattr(executor, "submit", None)
        self._lock = RLock()
        self._news: deque[tuple[Any, Call | None]] = deque()
        self._busy = self._closed = False
        self._budget = _Budget(limits)
        self._calls: dict[Any, _Early] = {}
        self._quick: deque[_Early] = deque()
        self._ready: deque[_Early] = deque()
        self._flying: set[_Early] = set()
        self._follower = Follower(plan, inputs, self._issue)

    def __enter__(self) -> Ahead:
        with self._lock:
            self._busy = True
            self._follower.start()
            self._launch()
            self._busy = False
            self._catch_up()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._closed = True
            self._follower.stop()
            made = [call.running for call in self._calls.values() if call.running is not None and not call.used]
            self.wasted = sum(not running.cancel() for running in made)
            for call in self._calls.values():
                call.running = None  # which refers to the call: its images would stay until the garbage collector comes
        self._pool.shutdown(wait=False, cancel_futures=True)

    def take(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], until: float = inf) -> Taken | None:
        """Wait for the early result of this call; None if there is none, or if it failed: the call is then made again.

        until: the program's deadline (`perf_counter`). Only a timeout is not retried.
        """
        key = key_of(name, args, kwargs)
        with self._lock:
            early = self._calls.get(key)
            if early is None or early.running is None or early.used:
                self._budget.charge(name)
            if early is None:
                return None
            if early.running is None and self._batches is None:
                del self._calls[key]  # waiting gains nothing
                return None
            self._fetch(early)
        try:
            done = early.future.result(None if until == inf else max(until - perf_counter(), 0.0))
        except Exception:  # whatever it is, the program's own call will raise it
            return None
        kept = done.error is None or isinstance(done.error, NoDetection | ToolTimeout)
        return Taken(done, early.sent, early.landed) if kept else None

    def _fetch(self, early: _Early) -> None:
        """The program asks for it: what waited for that, since it might be in vain, can be sent off."""
        if early.running is not None and not early.used:
            self._budget.fetch(early.name)
            self._budget.hold(-early.bytes)
        early.used = True
        if early.running is None:
            self._send_off(early)
        self._catch_up()

    def tell(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], done: Call) -> None:
        """Record a call made by the program itself."""
        with self._lock:
            self._news.append((key_of(name, args, kwargs), done))
            self._catch_up()

    def _landed(self, early: _Early, running: Future[Call]) -> None:
        early.landed = perf_counter()
        done = None if running.cancelled() or running.exception() else running.result()
        if done is None:
            early.future.cancel()
        else:
            early.future.set_result(done)
        with self._lock:
            if done is not None and not early.used:
                early.bytes = size_of(done)
                self._budget.hold(early.bytes)
            self._flying.discard(early)
            self._news.append((early.key, done))
            self._catch_up()

    def _catch_up(self) -> None:
        """Process the calls that have returned, including those that return meanwhile."""
        if self._busy or self._closed:
            return
        self._busy = True
        self._launch()
        while self._news:
            key, done = self._news.popleft()
            if done is not None:
                self._follower.learn(key, done)
            self._launch()
        self._busy = False

    def _launch(self) -> None:
        """Send the calls that are ready, quick ones first, so that the calls that depend on them form one batch."""
        most = THREADS if self._batches is None else MAX_FLYING
        for line in (self._quick, self._ready):
            while line and len(self._flying) < most and not self._closed:
                early = line[0]
                gone = early.key not in self._calls or early.running is not None
                if not gone and self._budget.has_room(early.name) and not self._budget.may_waste(early.name):
                    break  # until the program asks for some of what was made
                line.popleft()
                if not gone and self._budget.has_room(early.name):
                    self._send_off(early)
                elif not gone:
                    self._drop(early)
            if any(early.quick for early in self._flying):
                return

    def _send_off(self, early: _Early) -> None:
        self._flying.add(early)
        if not early.used:
            self._budget.lay_by(early.name)
        early.sent = perf_counter()
        try:
            early.running = self._submit(early)
        except Exception:  # such as a closed executor: the program will report it
            early.running = Future()
            early.running.cancel()
        early.running.add_done_callback(partial(self._landed, early))

    def _drop(self, early: _Early) -> None:
        """Drop a call that exceeds the budget, or that the program makes itself."""
        del self._calls[early.key]
        early.future.cancel()

    def _submit(self, early: _Early) -> Future[Call]:
        if self._batches is None:
            return self._pool.submit(self._executor.call, early.name, early.args, early.kwargs, self._cache)
        return self._batches(early.name, early.args, early.kwargs, self._cache, program=self._program)

    def _issue(self, key: Any, tool: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if key in self._calls or self._follower.knows(key) or len(self._calls) >= MAX_CALLS:
            return
        quick = self._registry.get(tool).backend == PLAIN
        self._calls[key] = early = _Early(key, tool, args, kwargs, quick)
        (self._quick if quick else self._ready).append(early)
