"""Puts the calls of many programs together: those that can be served together wait in a line, those that keep the same
thing busy in a lane, which serves batch by batch.

Threads, not asyncio: whoever calls is a thread that waits (a program's conversation), and torch, which serves, blocks.
An event loop between the two would hand each call over twice.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Lock
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

J = TypeVar("J")

WAITING = 256
"""Calls of one program that may wait; whoever asks for more waits until there is room."""

GRACE = 0.002
"""Seconds within which a program that goes on after a call issues the next one, if it issues several."""

HANDOVER = 0.001
"""Seconds of a batch from which it pays to tell its results while the next one is under way."""

_FORGET = 0.9
"""What an older measurement counts beside the next one."""

_ENOUGH = 20
"""A batch is large enough when its fixed cost is a twentieth of the rest: larger ones gain less than 5 %."""

_LEAST = 8
"""Calls for which a batch always has room: the last ones leave cores idle, and sizes too much alike teach nothing."""

_TRIES = 3
"""Times that each way is tried, where it is doubtful that batches pay."""

_ALIKE = 50
"""After so many batches of one size, another one is tried: what calls and batches cost is not known apart."""

_AGAIN = 64
"""Of so many batches, one is served the way that seemed to be slower: it may not be any more."""


class Costs:
    """What batches of a tool cost, learned as a + b n seconds for n calls; newer ones count more.

    Where batches save little by that, as on a processor that one image keeps busy, they may even lose: then some of
    what waits is served alone, and what a call cost is held against what it cost in batches.
    """

    def __init__(self) -> None:
        self._sums = [0.0] * 5
        self._learned = -1
        self._alone, self._together = _Mean(), _Mean()
        self._trying = False
        self._tries = 0

    def take(self, waiting: int, most: int) -> int:
        """How many of the calls that wait are served next."""
        count = min(waiting, self.enough(most))
        self._trying = count > 1 and self.doubtful
        if not self._trying:
            return count
        self._tries += 1
        if min(self._alone.count, self._together.count) < _TRIES:
            alone = self._alone.count < self._together.count
        else:
            alone = (self._alone.value <= self._together.value) == (self._tries % _AGAIN > 0)
        return 1 if alone else count

    @property
    def doubtful(self) -> bool:
        """Does a batch save less than half, or is nothing known of other sizes than one?"""
        if not self._spread:
            return self._learned > _ALIKE
        return self._learned > _TRIES and self.fixed < self.each

    def learn(self, count: int, seconds: float) -> None:
        """A batch was served. The first one is not learned from: it is slow for other reasons."""
        if self._trying:
            (self._alone if count == 1 else self._together).add(seconds / count)
        self._trying = False
        self._learned += 1
        if self._learned:
            new = (1.0, count, seconds, count * count, count * seconds)
            self._sums = [_FORGET * old + one for old, one in zip(self._sums, new, strict=True)]

    @property
    def known(self) -> bool:
        """Has anything been learned?"""
        return self._sums[0] > 0

    @property
    def each(self) -> float:
        """b: seconds that one more call in a batch takes; 0 while that is not known."""
        weight, counts, seconds, _, products = self._sums
        spread = self._spread
        return max((weight * products - counts * seconds) / spread, 0.0) if spread else 0.0

    @property
    def _spread(self) -> float:
        """How much sizes differ; 0 when they hardly do."""
        weight, counts, _, squares, _ = self._sums
        spread = weight * squares - counts * counts
        return spread if spread > 1e-6 * weight else 0.0

    @property
    def fixed(self) -> float:
        """a: seconds that a batch takes whatever its size, and so what it saves to put two together."""
        weight, counts, seconds, _, _ = self._sums
        return max((seconds - self.each * counts) / weight, 0.0) if weight else 0.0

    def enough(self, most: int) -> int:
        """The smallest batch that gains nearly all there is to gain, at most `most`."""
        if not self.each:
            return most
        return min(max(round(_ENOUGH * self.fixed / self.each), _LEAST), most)


class _Mean:
    """A mean in which newer values count more."""

    def __init__(self) -> None:
        self.count = 0
        self.value = 0.0

    def add(self, value: float) -> None:
        """One more value."""
        self.count += 1
        self.value += (value - self.value) / min(self.count, 1 / (1 - _FORGET))


class Place(NamedTuple):
    """Where a call waits.

    lane: what it keeps busy, which serves one batch at a time, or `wide` of them; line: of the lane, the calls that can
    be served together, at most `most` at once.
    """

    lane: Hashable
    wide: int
    line: Hashable
    most: int


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
    """Calls that can be served together. most: how many at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.costs = Costs()
        self.turn = 0
        self.paid = 1.0
        self.issuing = 0.0

    @property
    def full(self) -> bool:
        """Do enough wait for a batch?"""
        return self.size >= self.costs.enough(self.most)

    @property
    def issued_until(self) -> float:
        """When a program that issues several calls will have issued the next one."""
        return self.issuing + (min(self.costs.fixed, GRACE) if self.costs.known else GRACE)


class _Lane(Generic[J]):
    """Lines that are served by turns. wide: batches at once; serving: those under way."""

    def __init__(self, wide: int, lock: Lock) -> None:
        self.wide = wide
        self.serving = 0
        self.turns = 0
        self.lines: dict[Hashable, _Line[J]] = {}
        self.arrived = Condition(lock)
        # One more: while it tells what a batch gave, the next one is under way already. Threads end with the process,
        # or when nobody has the dispatcher any more.
        self.pool = ThreadPoolExecutor(wide + 1, thread_name_prefix="tools")

    def line(self, place: Place) -> _Line[J]:
        """The line of a place."""
        if place.line not in self.lines:
            self.lines[place.line] = _Line(place.most)
        return self.lines[place.line]

    def waiting(self) -> list[_Line[J]]:
        """Lines with calls, the one that was served least lately first; those that are just being filled come last."""
        now = perf_counter()
        lines = [line for line in self.lines.values() if line.size]
        return sorted(lines, key=lambda line: (not line.full and now < line.issued_until, line.turn))


Deliver = Callable[[], None]
"""Tells what a batch gave to whoever waits for it."""


class Dispatcher(Generic[J]):
    """Takes calls from any thread, and has those of a lane served one batch at a time.

    serve: gets calls of one line and raises nothing; it says whether they were really served together, and gives what
        tells the results. Before it says who gets `answers`.
    claim: is the call to be served? Asked once its turn has come; what nobody waits for is not.
    """

    def __init__(
        self,
        serve: Callable[[Sequence[J]], tuple[bool, Deliver]],
        claim: Callable[[J], bool],
        waiting: int = WAITING,
    ) -> None:
        self._serve = serve
        self._claim = claim
        self._waiting = waiting
        self._lanes: dict[Hashable, _Lane[J]] = {}
        self._counts: Counter[Hashable] = Counter()
        self._lock = Lock()
        self._room = Condition(self._lock)
        self._answered: OrderedDict[Hashable, float] = OrderedDict()
        self._thinking = 0.0

    def put(self, place: Place, program: Hashable, job: J, *, goes_on: bool, patient: bool = True) -> None:
        """Have a call served some time. program: whose it is, who has turns like every other.

        goes_on: whoever asks does not wait for the answer, and may ask for more at once.
        patient: waits while too many calls of the program wait.
        """
        with self._lock:
            if patient:
                self._room.wait_for(lambda: self._counts[program] < self._waiting)
                self._asks(program)
            self._counts[program] += 1
            lane = self._lane(place)
            line = lane.line(place)
            line.add(program, job)
            if lane.serving < lane.wide:
                self._start(lane)
            else:
                lane.arrived.notify()
            if goes_on:
                line.issuing = perf_counter()  # after a thread was started, which takes a while

    def now(self, place: Place, program: Hashable, job: J) -> bool:
        """Serve a call in the thread that asks, if its lane is idle and nobody else is likely to ask."""
        with self._lock:
            self._asks(program)
            lane = self._lane(place)
            line = lane.line(place)
            if lane.serving == lane.wide or (line.most > 1 and self._patience(line) > 0):
                return False
            if not self._claim(job):
                return True
            lane.serving += 1
        try:
            deliver = self._served(line, [job])
        finally:
            with self._lock:
                lane.serving -= 1
                if lane.waiting():
                    self._start(lane)
        deliver()
        return True

    def answers(self, programs: Iterable[Hashable]) -> None:
        """These programs are about to get an answer."""
        with self._lock:
            now = perf_counter()
            for program in programs:
                self._answered[program] = now
                self._answered.move_to_end(program)

    def _start(self, lane: _Lane[J]) -> None:
        lane.serving += 1
        lane.pool.submit(self._run, lane)

    def _run(self, lane: _Lane[J]) -> None:
        """Serve all that waits, and what comes meanwhile."""
        while True:
            with self._lock:
                if not (waiting := lane.waiting()):
                    lane.serving -= 1
                    return
                line = self._wait_for_more(lane, waiting)
                lane.turns += 1
                line.turn = lane.turns
                taken = self._take(line)
            if not taken:
                continue
            start = perf_counter()
            deliver = self._served(line, taken)
            if perf_counter() - start > HANDOVER and any(one.size for one in lane.lines.values()):
                lane.pool.submit(deliver)  # while this thread goes on: it would be the one that waits for Python's lock
            else:
                deliver()

    def _take(self, line: _Line[J]) -> list[J]:
        """The next batch: what is still wanted, one call of each program in turn."""
        count, wanted = line.costs.take(line.size, line.most), list[J]()
        while line.size and len(wanted) < count:
            taken = line.take(count - len(wanted))
            self._counts.subtract(program for program, _ in taken)
            wanted += [job for _, job in taken if self._claim(job)]
            for program, _ in taken:
                if not self._counts[program]:
                    del self._counts[program]
        self._room.notify_all()
        return wanted

    def _served(self, line: _Line[J], taken: Sequence[J]) -> Deliver:
        start = perf_counter()
        together, deliver = self._serve(taken)
        took = perf_counter() - start
        if together:
            with self._lock:
                line.costs.learn(len(taken), took)
        return deliver

    def _lane(self, place: Place) -> _Lane[J]:
        if place.lane not in self._lanes:
            self._lanes[place.lane] = _Lane(place.wide, self._lock)
        return self._lanes[place.lane]

    def _asks(self, program: Hashable) -> None:
        """Learn how long programs take from an answer to their next question."""
        answered = self._answered.pop(program, None)
        if answered is not None:
            took = min(perf_counter() - answered, 1.0)
            self._thinking += (took - self._thinking) / 8

    def _wait_for_more(self, lane: _Lane[J], waiting: Sequence[_Line[J]]) -> _Line[J]:
        """The line that is served next, after as long as waiting is likely to pay.

        A call that comes in time saves the fixed cost of another batch. Where other lines have calls, nobody stands
        idle: while those are served, more will come.
        """
        line = waiting[0]
        had, until = line.size, perf_counter() + self._patience(line)
        waited = False
        while not line.full:
            expected = until if len(waiting) == 1 and self._expected() else 0.0
            left = max(expected, line.issued_until) - perf_counter()
            if left <= 0:
                break
            waited = True
            lane.arrived.wait(left)
            waiting = lane.waiting()
            if waiting[0] is not line:  # another one is ready
                return waiting[0]
        if waited:
            line.paid += ((line.size > had) - line.paid) / 4
        return line

    def _patience(self, line: _Line[J]) -> float:
        """Seconds to wait for more calls of the line, 0 when nobody is likely to ask."""
        if line.most == 1 or not self._expected():
            return 0.0
        # Never nothing at all: what has not paid may do so again.
        return line.costs.fixed * max(line.paid, 0.05)

    def _expected(self) -> bool:
        """Has any program got an answer, and is about to ask again?"""
        now = perf_counter()
        while self._answered:
            program, since = next(iter(self._answered.items()))
            if now - since <= 3 * self._thinking:
                return True
            del self._answered[program]
        return False
