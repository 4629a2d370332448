"""Assigns waiting calls to threads (`lanes.py` chooses the next ones), and abandons those past their time limit.

Uses threads rather than asyncio: callers are blocked threads (a program's conversation), and torch blocks as well, so
an event loop in between would hand over each call twice. A call never runs in the calling thread, because it could not
be abandoned there.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from threading import Condition, Lock
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar
from weakref import finalize

from ..threads.crew import Alarm, Crew, Work
from .lanes import Batch, Lanes, QueueKey

J = TypeVar("J")
J_contra = TypeVar("J_contra", contravariant=True)

WAITING = 256
"""Maximum number of queued calls per program; further calls block until there is room."""

HANDOVER = 0.001
"""Duration of a batch, in seconds, above which its results are delivered while the next batch runs."""


class BatchResult(NamedTuple):
    """The result of a batch. together: whether it was really served in one pass.

    programs: the programs that get answers; tell: delivers them.
    """

    together: bool
    programs: Sequence[Hashable]
    tell: Work


class CallServer(Protocol[J_contra]):
    """Serves the calls. Its methods must not raise."""

    def claim(self, job: J_contra) -> bool:
        """Whether to serve the call, decided when its turn comes: not if nobody waits for it."""
        ...

    def limit(self, jobs: Sequence[J_contra]) -> float:
        """The time limit for a batch, in seconds from now."""
        ...

    def serve(self, jobs: Sequence[J_contra], again: Callable[[], None]) -> BatchResult:
        """Serve calls of one queue, in any thread. Returns the results, which are delivered if in time.

        again: restarts the time limit.
        """
        ...

    def halt(self, jobs: Sequence[J_contra]) -> None:
        """Stop the work on an abandoned batch, if possible."""
        ...

    def late(self, jobs: Sequence[J_contra]) -> None:
        """Notify the callers of abandoned calls. The thread may continue, but its results are dropped."""
        ...


class Dispatcher(Generic[J]):
    """Accepts calls from any thread; each is either served, abandoned, or not claimed, exactly once.

    clock: returns the time in seconds.
    """

    def __init__(
        self, server: CallServer[J], waiting: int = WAITING, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._server = server
        self._waiting = waiting
        self._clock = clock
        self._lanes: Lanes[J] = Lanes()
        self._running: set[Batch[J]] = set()
        self._lost = 0
        self._counts: Counter[Hashable] = Counter()
        self._lock = Lock()
        self._room = Condition(self._lock)
        self._thinkers = Thinkers(clock)
        self._crew = Crew("tools")
        self._alarm = Alarm(self.tick, clock)
        finalize(self, self._crew.close)
        finalize(self, self._alarm.close)

    @property
    def lost(self) -> int:
        """Abandoned threads that are still running."""
        return self._lost

    def put(self, place: QueueKey, program: Hashable, job: J, *, goes_on: bool, patient: bool = True) -> None:
        """Enqueue a call. program: the caller; programs take turns.

        goes_on: the caller does not wait for the answer, and may make more calls.
        patient: block while too many calls of the program are queued.
        """
        with self._lock:
            if patient:
                self._room.wait_for(lambda: self._counts[program] < self._waiting)
                self._thinkers.asks(program)
            self._counts[program] += 1
            line = self._lanes.add(place, program, job)
            if goes_on:
                line.issuing = self._clock()
            self._go()

    def tick(self) -> None:
        """Abandon calls past their time limit, and start batches that have waited long enough for more calls."""
        with self._lock:
            now = self._clock()
            late = [batch for batch in self._running if batch.until <= now]
            self._running.difference_update(late)
            self._lost += len(late)
        for batch in late:
            self._server.halt(batch.jobs)  # before its devices are free, so that the next batch is not affected
        with self._lock:
            for batch in late:
                self._lanes.end(batch)
            self._go()
        for batch in late:
            self._server.late(batch.jobs)

    def _go(self, *, keep: bool = False) -> Batch[J] | None:
        """Start all batches that can start. keep: return the first one to the caller instead."""
        kept: Batch[J] | None = None
        while isinstance(batch := self._lanes.begin(self._clock(), self._thinkers.any()), Batch):
            if not self._take(batch):
                self._lanes.end(batch)
                continue
            batch.until = self._clock() + self._server.limit(batch.jobs)
            self._running.add(batch)
            if keep and kept is None:
                kept = batch
            else:
                self._hand(batch)
        self._alarm.set(min([batch, *(one.until for one in self._running)]))
        return kept

    def _hand(self, batch: Batch[J]) -> None:
        try:
            self._crew.hand(partial(self._serve, batch))
        except RuntimeError:  # out of threads: treat it as a timeout
            batch.until = -math.inf
            self._lost -= 1

    def _take(self, batch: Batch[J]) -> bool:
        """Take the calls of a batch, one per program in turn, without those no longer wanted. Whether there are any."""
        line = batch.line
        while line.size and len(batch.jobs) < batch.count:
            for program, job in line.take(batch.count - len(batch.jobs)):
                self._counts[program] -= 1
                if not self._counts[program]:
                    del self._counts[program]
                if self._server.claim(job):
                    batch.jobs.append(job)
        self._lanes.taken(batch)
        self._room.notify_all()
        return bool(batch.jobs)

    def _serve(self, batch: Batch[J]) -> None:
        """Serve a batch, and then others that can start on its devices."""
        following: Batch[J] | None = batch
        while following is not None:
            batch = following
            start = self._clock()
            served = self._server.serve(batch.jobs, partial(self._again, batch))
            took = self._clock() - start
            with self._lock:
                in_time = self._ended(batch, served, took)
                following = self._go(keep=took > HANDOVER)
            if not in_time:
                continue
            if following is None or not self._told_aside(served.tell):
                served.tell()

    def _again(self, batch: Batch[J]) -> None:
        with self._lock:
            batch.until = self._clock() + self._server.limit(batch.jobs)
            self._alarm.set(batch.until)

    def _told_aside(self, tell: Work) -> bool:
        """Deliver results from another thread if possible, so that this one does not wait for the GIL."""
        try:
            self._crew.hand(tell)
        except RuntimeError:
            return False
        return True

    def _ended(self, batch: Batch[J], served: BatchResult, took: float) -> bool:
        """Record the end of a batch. Returns whether it had not been abandoned."""
        if batch not in self._running:
            self._lost -= 1
            return False
        self._running.discard(batch)
        self._lanes.end(batch)
        self._thinkers.answered(served.programs)
        if served.together:
            batch.line.costs.learn(len(batch.jobs), took)
        return True


class Thinkers:
    """Programs that have received an answer and are about to make their next call."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: OrderedDict[Hashable, float] = OrderedDict()
        self._usual = 0.0

    def answered(self, programs: Iterable[Hashable]) -> None:
        """These programs receive an answer now."""
        now = self._clock()
        for program in programs:
            self._since[program] = now
            self._since.move_to_end(program)

    def asks(self, program: Hashable) -> None:
        """Learn the time that programs take from an answer to their next call."""
        since = self._since.pop(program, None)
        if since is not None:
            took = min(self._clock() - since, 1.0)
            self._usual += (took - self._usual) / 8

    def any(self) -> bool:
        """Whether there is one that is not later than usual."""
        now = self._clock()
        while self._since:
            program, since = next(iter(self._since.items()))
            if now - since <= 3 * self._usual:
                return True
            del self._since[program]
        return False
