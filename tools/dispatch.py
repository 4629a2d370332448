"""Puts the calls of many programs together: a line for each tool, served batch by batch, one batch at a time.

Threads, not asyncio: whoever calls is a thread that waits (a program's conversation), and torch, which serves, blocks.
An event loop between the two would hand each call over twice.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Lock
from time import perf_counter
from typing import Generic, TypeVar

J = TypeVar("J")

WAITING = 256
"""Calls of one program that may wait; whoever asks for more waits until there is room."""

GRACE = 0.002
"""Seconds within which a program that goes on after a call issues the next one, if it issues several."""

_FORGET = 0.9
"""What an older measurement counts beside the next one."""

_ENOUGH = 20
"""A batch is large enough when its fixed cost is a twentieth of the rest: larger ones gain less than 5 %."""


class Costs:
    """What batches of a tool cost, learned as a + b n seconds for n calls; newer ones count more."""

    def __init__(self) -> None:
        self._sums = [0.0] * 5
        self._warm = False

    def learn(self, count: int, seconds: float) -> None:
        """A batch was served. The first one is not learned from: it is slow for other reasons."""
        if self._warm:
            new = (1.0, count, seconds, count * count, count * seconds)
            self._sums = [_FORGET * old + one for old, one in zip(self._sums, new, strict=True)]
        self._warm = True

    @property
    def known(self) -> bool:
        """Has anything been learned?"""
        return self._sums[0] > 0

    @property
    def each(self) -> float:
        """b: seconds that one more call in a batch takes; 0 while that is not known."""
        weight, counts, seconds, squares, products = self._sums
        spread = weight * squares - counts * counts
        return max((weight * products - counts * seconds) / spread, 0.0) if spread > 1e-6 * weight else 0.0

    @property
    def fixed(self) -> float:
        """a: seconds that a batch takes whatever its size, and so what it saves to put two together."""
        weight, counts, seconds, _, _ = self._sums
        return max((seconds - self.each * counts) / weight, 0.0) if weight else 0.0

    def enough(self, most: int) -> int:
        """The smallest batch that gains nearly all there is to gain, at most `most`."""
        if not self.each:
            return most
        # At least four, or sizes would be too much alike to learn from.
        return min(max(round(_ENOUGH * self.fixed / self.each), 4), most)


class Turns(Generic[J]):
    """What waits, a queue for each program."""

    def __init__(self) -> None:
        self.size = 0
        self._programs: OrderedDict[Hashable, deque[J]] = OrderedDict()

    def add(self, program: Hashable, job: J) -> None:
        """Behind what else the program waits for."""
        self._programs.setdefault(program, deque()).append(job)
        self.size += 1

    def take(self, count: int) -> list[tuple[Hashable, J]]:
        """Up to `count`, one of each program in turn."""
        taken: list[tuple[Hashable, J]] = []
        while self._programs and len(taken) < count:
            program, jobs = self._programs.popitem(last=False)
            taken.append((program, jobs.popleft()))
            if jobs:
                self._programs[program] = jobs
        self.size -= len(taken)
        return taken


class _Line(Turns[J]):
    """The waiting calls of one tool. most: how many the tool takes at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.costs = Costs()
        self.turn = 0
        self.paid = 1.0


class Dispatcher(Generic[J]):
    """Takes calls from any thread and has them served one batch at a time.

    serve: gets calls of one tool and raises nothing; it says whether they were really served together.
    """

    def __init__(self, serve: Callable[[Sequence[J]], bool], waiting: int = WAITING) -> None:
        self._serve = serve
        self._waiting = waiting
        self._lines: dict[Hashable, _Line[J]] = {}
        self._counts: Counter[Hashable] = Counter()
        self._lock = Lock()
        self._arrived, self._room = Condition(self._lock), Condition(self._lock)
        # Its thread ends with the process, or when nobody has the dispatcher any more.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tools")
        self._busy = False
        self._turns = 0
        self._issuing = 0.0
        self._answered: OrderedDict[Hashable, float] = OrderedDict()
        self._thinking = 0.0

    def put(self, key: Hashable, most: int, program: Hashable, job: J, *, goes_on: bool) -> None:
        """Have a call served some time. key: the tool; most: how many of its calls are served together.

        goes_on: whoever asks does not wait for the answer, and may ask for more at once.
        Waits while too many calls of the program wait.
        """
        with self._lock:
            self._room.wait_for(lambda: self._counts[program] < self._waiting)
            self._asks(program)
            self._counts[program] += 1
            self._line(key, most).add(program, job)
            if self._busy:
                self._arrived.notify()
            else:
                self._busy = True
                self._pool.submit(self._run)
            if goes_on:
                self._issuing = perf_counter()  # after a thread was started, which takes a while

    def now(self, key: Hashable, most: int, program: Hashable, job: J) -> bool:
        """Serve a call in the thread that asks, if nobody is being served and nobody else is likely to ask."""
        with self._lock:
            self._asks(program)
            if self._busy or (most > 1 and self._patience(self._line(key, most)) > 0):
                return False
            self._busy, line = True, self._line(key, most)
        try:
            self._served(line, [(program, job)])
        finally:
            with self._lock:
                self._busy = any(one.size for one in self._lines.values())
                if self._busy:
                    self._pool.submit(self._run)
        return True

    def _run(self) -> None:
        """Serve all that waits, and what comes meanwhile."""
        while True:
            with self._lock:
                line = min((one for one in self._lines.values() if one.size), key=lambda one: one.turn, default=None)
                if line is None:
                    self._busy = False
                    return
                self._wait_for_more(line)
                self._turns += 1
                line.turn = self._turns
                taken = line.take(line.costs.enough(line.most))
                self._counts.subtract(program for program, _ in taken)
                self._room.notify_all()
            self._served(line, taken)

    def _served(self, line: _Line[J], taken: Sequence[tuple[Hashable, J]]) -> None:
        start = perf_counter()
        together = self._serve([job for _, job in taken])
        end = perf_counter()
        with self._lock:
            if together:
                line.costs.learn(len(taken), end - start)
            for program, _ in taken:
                self._answered[program] = end
                self._answered.move_to_end(program)
                if not self._counts[program]:
                    del self._counts[program]

    def _line(self, key: Hashable, most: int) -> _Line[J]:
        if key not in self._lines:
            self._lines[key] = _Line(most)
        return self._lines[key]

    def _asks(self, program: Hashable) -> None:
        """Learn how long programs take from an answer to their next question."""
        answered = self._answered.pop(program, None)
        if answered is not None:
            took = min(perf_counter() - answered, 1.0)
            self._thinking += (took - self._thinking) / 8

    def _wait_for_more(self, line: _Line[J]) -> None:
        """Wait as long as it is likely to pay: a call that comes in time saves the fixed cost of another batch."""
        had, until = line.size, perf_counter() + self._patience(line)
        grace = min(line.costs.fixed, GRACE) if line.costs.known else GRACE
        waited = False
        while line.size < line.costs.enough(line.most):
            left = max(until if self._expected() else 0.0, self._issuing + grace) - perf_counter()
            if left <= 0:
                break
            waited = True
            self._arrived.wait(left)
        if waited:
            line.paid += ((line.size > had) - line.paid) / 4

    def _patience(self, line: _Line[J]) -> float:
        """Seconds to wait for more calls of the line, 0 when nobody is likely to ask."""
        if line.most == 1 or not self._expected():
            return 0.0
        # Never nothing at all: what has not paid may do so again.
        return min(line.costs.fixed, 3 * self._thinking) * max(line.paid, 0.05)

    def _expected(self) -> bool:
        """Has any program got an answer, and is about to ask again?"""
        now = perf_counter()
        while self._answered:
            program, since = next(iter(self._answered.items()))
            if now - since <= 3 * self._thinking:
                return True
            del self._answered[program]
        return False
