"""Gives threads to calls that wait (`lanes.py` says which are next), and gives up those that are past their limit.

Threads, not asyncio: whoever calls is a thread that waits (a program's conversation), and torch, which serves, blocks.
An event loop between the two would hand each call over twice. A call is never served by the thread that asks: nobody
could give it up.
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
from .lanes import Batch, Lanes, Place

J = TypeVar("J")
J_contra = TypeVar("J_contra", contravariant=True)

WAITING = 256
"""Calls of one program that may wait; whoever asks for more waits until there is room."""

HANDOVER = 0.001
"""Seconds of a batch from which it pays to tell its results while the next one is under way."""


class Served(NamedTuple):
    """What came of a batch. together: was it really served in one pass?

    programs: who gets an answer; tell: gives it to them.
    """

    together: bool
    programs: Sequence[Hashable]
    tell: Work


class Server(Protocol[J_contra]):
    """What serves the calls. None of its methods raises anything."""

    def claim(self, job: J_contra) -> bool:
        """Is the call to be served? Asked once its turn has come; what nobody waits for is not."""
        ...

    def limit(self, jobs: Sequence[J_contra]) -> float:
        """Seconds that a batch may take, from now on."""
        ...

    def serve(self, jobs: Sequence[J_contra], anew: Callable[[], None]) -> Served:
        """Serve calls of one line, in any thread. What it gives tells the results, if they come in time.

        anew: asks for the limit once more, which begins again.
        """
        ...

    def halt(self, jobs: Sequence[J_contra]) -> None:
        """End what is done for a batch that was given up, where that can be done."""
        ...

    def late(self, jobs: Sequence[J_contra]) -> None:
        """Tell those who wait that the calls were given up. Their thread may go on, and its results are dropped."""
        ...


class Dispatcher(Generic[J]):
    """Takes calls from any thread, and has each of them served, given up, or not claimed: one of these, once.

    clock: tells the time in seconds.
    """

    def __init__(self, server: Server[J], waiting: int = WAITING, clock: Callable[[], float] = perf_counter) -> None:
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
        """Threads that were given up and have not come back."""
        return self._lost

    def put(self, place: Place, program: Hashable, job: J, *, goes_on: bool, patient: bool = True) -> None:
        """Have a call served some time. program: whose it is, who has turns like every other.

        goes_on: whoever asks does not wait for the answer, and may ask for more at once.
        patient: waits while too many calls of the program wait.
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
        """Give up what is past its limit, and begin what has waited long enough for more."""
        with self._lock:
            now = self._clock()
            late = [batch for batch in self._running if batch.until <= now]
            self._running.difference_update(late)
            self._lost += len(late)
        for batch in late:
            self._server.halt(batch.jobs)  # before its devices are free: what comes next is not meant
        with self._lock:
            for batch in late:
                self._lanes.end(batch)
            self._go()
        for batch in late:
            self._server.late(batch.jobs)

    def _go(self, *, keep: bool = False) -> Batch[J] | None:
        """Begin all that can begin. keep: the first one is left to whoever asks."""
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
        except RuntimeError:  # no more threads: it ends as what got none in time
            batch.until = -math.inf
            self._lost -= 1

    def _take(self, batch: Batch[J]) -> bool:
        """Its calls: what is still wanted, one call of each program in turn. Is there any?"""
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
        """Serve a batch, and what can begin on its devices after it."""
        following: Batch[J] | None = batch
        while following is not None:
            batch = following
            start = self._clock()
            served = self._server.serve(batch.jobs, partial(self._anew, batch))
            took = self._clock() - start
            with self._lock:
                in_time = self._ended(batch, served, took)
                following = self._go(keep=took > HANDOVER)
            if not in_time:
                continue
            if following is None or not self._told_aside(served.tell):
                served.tell()

    def _anew(self, batch: Batch[J]) -> None:
        with self._lock:
            batch.until = self._clock() + self._server.limit(batch.jobs)
            self._alarm.set(batch.until)

    def _told_aside(self, tell: Work) -> bool:
        """By another thread, which is then the one that waits for Python's lock, where there is one to be had."""
        try:
            self._crew.hand(tell)
        except RuntimeError:
            return False
        return True

    def _ended(self, batch: Batch[J], served: Served, took: float) -> bool:
        """A batch was served. Had it not been given up?"""
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
    """Programs that have got an answer and are about to ask again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: OrderedDict[Hashable, float] = OrderedDict()
        self._usual = 0.0

    def answered(self, programs: Iterable[Hashable]) -> None:
        """These get an answer now."""
        now = self._clock()
        for program in programs:
            self._since[program] = now
            self._since.move_to_end(program)

    def asks(self, program: Hashable) -> None:
        """Learn how long programs take from an answer to their next question."""
        since = self._since.pop(program, None)
        if since is not None:
            took = min(self._clock() - since, 1.0)
            self._usual += (took - self._usual) / 8

    def any(self) -> bool:
        """Is there one that has not taken longer than usual?"""
        now = self._clock()
        while self._since:
            program, since = next(iter(self._since.items()))
            if now - since <= 3 * self._usual:
                return True
            del self._since[program]
        return False
