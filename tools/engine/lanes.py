"""Which calls are served next, and together: lines of calls that wait, and devices that are busy.

A plain machine, without threads, locks or a clock of its own: what it does follows from what it is told, and can be
tested as such. `dispatch.py` gives it threads.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from .costs import Costs

J = TypeVar("J")

GRACE = 0.002
"""Seconds within which a program that goes on after a call issues the next one, if it issues several."""


class Place(NamedTuple):
    """Where a call waits: calls with the same place stand in one line, and may be served together.

    devices: what it keeps busy; wide: batches on each of them at once, these included, as far as this place minds.
    line: tells lines on the same devices apart; most: calls that are served at once.
    """

    devices: tuple[Hashable, ...]
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


class Line(Turns[J]):
    """The calls of one place. turn: when it was served last; paid: how often waiting for more calls was worth it."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.costs = Costs()
        self.turn = 0
        self.paid = 1.0
        self.issuing = -math.inf
        self._since = math.inf
        self._had = 0

    @property
    def full(self) -> bool:
        """Do enough wait for a batch?"""
        return self.size >= self.costs.enough(self.place.most)

    def ready(self, now: float, thinking: bool) -> float:
        """When its calls are to be served: until then more may come that save the fixed cost of another batch.

        thinking: is there a program that is about to ask for more?
        """
        if self.full:
            return now
        if self._since > now:
            self._since, self._had = now, self.size
        fixed = self.costs.fixed
        issued = self.issuing + (min(fixed, GRACE) if self.costs.known else GRACE)
        # Never nothing at all: what has not paid may do so again.
        return max(self._since + fixed * max(self.paid, 0.05) if thinking else now, issued)

    def begin(self, now: float, turn: int) -> int:
        """It is served now: how many of its calls are."""
        if now > self._since:
            self.paid += ((self.size > self._had) - self.paid) / 4
        self._since, self.turn = math.inf, turn
        return self.costs.take(self.size, self.place.most)


@dataclass(eq=False)
class Batch(Generic[J]):
    """Calls that are served together. count: how many it has room for; until: when they have to be done."""

    line: Line[J]
    count: int
    jobs: list[J] = field(default_factory=list[J])
    until: float = math.inf


class Lanes(Generic[J]):
    """The lines, and what keeps each device busy.

    A batch may begin where each of its devices has fewer batches than it, and each of those, can stand beside it. The
    line that was served least lately goes first; while it cannot, nothing else begins on its devices: none starves.
    """

    def __init__(self) -> None:
        self._lines: dict[Place, Line[J]] = {}
        self._waiting: dict[Place, Line[J]] = {}
        self._busy: dict[Hashable, list[int]] = {}
        self._turns = 0

    def add(self, place: Place, program: Hashable, job: J) -> Line[J]:
        """A call that waits from now on."""
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = Line(place)
        line.add(program, job)
        self._waiting[place] = line
        return line

    def begin(self, now: float, thinking: bool) -> Batch[J] | float:
        """The next batch, which keeps its devices busy until `end`; or when to ask again, `inf` for at the next change.

        Its calls are taken from `batch.line` by whoever asks, up to `batch.count`, before the next `begin`.
        thinking: is there a program that is about to ask for more?
        """
        if not self._waiting:
            return math.inf
        wanted, again = set[Hashable](), math.inf
        for line in self._in_turn():
            devices = line.place.devices
            if not wanted.isdisjoint(devices) or not self._room(line.place):
                wanted.update(devices)
                continue
            ready = line.ready(now, thinking and not self._rivals(line))
            if ready <= now:
                return self._begun(line, now)
            again = min(again, ready)
        return again

    def taken(self, batch: Batch[J]) -> None:
        """The calls of a batch were taken out of its line."""
        if not batch.line.size:
            self._waiting.pop(batch.line.place, None)

    def end(self, batch: Batch[J]) -> None:
        """Its devices are free again."""
        for device in batch.line.place.devices:
            widths = self._busy[device]
            widths.remove(batch.line.place.wide)
            if not widths:
                del self._busy[device]

    @property
    def busy(self) -> bool:
        """Is anything under way?"""
        return bool(self._busy)

    def _begun(self, line: Line[J], now: float) -> Batch[J]:
        self._turns += 1
        for device in line.place.devices:
            self._busy.setdefault(device, []).append(line.place.wide)
        return Batch(line, line.begin(now, self._turns))

    def _in_turn(self) -> Iterable[Line[J]]:
        lines = self._waiting.values()
        return sorted(lines, key=lambda line: line.turn) if len(lines) > 1 else lines

    def _room(self, place: Place) -> bool:
        return all(len(widths) < min(place.wide, *widths) for widths in map(self._busy.get, place.devices) if widths)

    def _rivals(self, line: Line[J]) -> bool:
        """Does another line wait for one of its devices? Then nobody stands idle: while that is served, more come."""
        if len(self._waiting) == 1:
            return False
        devices = set(line.place.devices)
        return any(
            other is not line and not devices.isdisjoint(other.place.devices) for other in self._waiting.values()
        )
