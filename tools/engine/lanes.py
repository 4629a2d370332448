"""The scheduler: queues of waiting calls and busy devices; decides which calls to serve next, and together.

A deterministic state machine without threads, locks or clock, for testability. `dispatch.py` adds the threads.
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
"""Seconds within which a program that does not wait for its calls makes the next one."""


class QueueKey(NamedTuple):
    """The queue of a call: calls with the same place may be batched.

    devices: used by its calls; wide: maximum number of concurrent batches on each device, for this place.
    line: distinguishes queues on the same devices; most: maximum batch size.
    """

    devices: tuple[Hashable, ...]
    wide: int
    line: Hashable
    most: int


class Turns(Generic[J]):
    """Waiting jobs, in one queue per program."""

    def __init__(self) -> None:
        self.size = 0
        self._programs: OrderedDict[Hashable, deque[J]] = OrderedDict()

    def add(self, program: Hashable, job: J) -> None:
        """Append a job to its program's queue."""
        self._programs.setdefault(program, deque()).append(job)
        self.size += 1

    def take(self, count: int) -> list[tuple[Hashable, J]]:
        """Take up to `count` jobs, one per program in turn."""
        taken: list[tuple[Hashable, J]] = []
        while self._programs and len(taken) < count:
            program, jobs = self._programs.popitem(last=False)
            taken.append((program, jobs.popleft()))
            if jobs:
                self._programs[program] = jobs
        self.size -= len(taken)
        return taken


class CallQueue(Turns[J]):
    """The calls of one place. turn: when it was last served; paid: how often waiting for more calls paid off."""

    def __init__(self, place: QueueKey) -> None:
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
        """Whether enough calls are waiting for a batch."""
        return self.size >= self.costs.enough(self.place.most)

    def ready(self, now: float, thinking: bool) -> float:
        """When to serve its calls; waiting for more may save the fixed cost of another batch.

        thinking: whether a program is about to make its next call.
        """
        if self.full:
            return now
        if self._since > now:
            self._since, self._had = now, self.size
        fixed = self.costs.fixed
        issued = self.issuing + (min(fixed, GRACE) if self.costs.known else GRACE)
        # Never zero, because waiting may pay off again.
        return max(self._since + fixed * max(self.paid, 0.05) if thinking else now, issued)

    def begin(self, now: float, turn: int) -> int:
        """Mark it as served now; returns how many of its calls to serve."""
        if now > self._since:
            self.paid += ((self.size > self._had) - self.paid) / 4
        self._since, self.turn = math.inf, turn
        return self.costs.take(self.size, self.place.most)


@dataclass(eq=False)
class Batch(Generic[J]):
    """A batch of calls. count: its capacity; until: its deadline."""

    line: CallQueue[J]
    count: int
    jobs: list[J] = field(default_factory=list[J])
    until: float = math.inf


class Lanes(Generic[J]):
    """The queues, and the batches on each device.

    A batch may start if each of its devices has fewer batches than the batch itself, and each running one, allows. The
    least recently served queue goes first; until it can start, nothing else starts on its devices, which prevents
    starvation.
    """

    def __init__(self) -> None:
        self._lines: dict[QueueKey, CallQueue[J]] = {}
        self._waiting: dict[QueueKey, CallQueue[J]] = {}
        self._busy: dict[Hashable, list[int]] = {}
        self._turns = 0

    def add(self, place: QueueKey, program: Hashable, job: J) -> CallQueue[J]:
        """Enqueue a call."""
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = CallQueue(place)
        line.add(program, job)
        self._waiting[place] = line
        return line

    def begin(self, now: float, thinking: bool) -> Batch[J] | float:
        """The next batch, which occupies its devices until `end`; or the time to ask again, `inf` for the next change.

        The caller takes its calls from `batch.line`, up to `batch.count`, before the next `begin`.
        thinking: whether a program is about to make its next call.
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
        """Record that the calls of a batch were taken from its queue."""
        if not batch.line.size:
            self._waiting.pop(batch.line.place, None)

    def end(self, batch: Batch[J]) -> None:
        """Release its devices."""
        for device in batch.line.place.devices:
            widths = self._busy[device]
            widths.remove(batch.line.place.wide)
            if not widths:
                del self._busy[device]

    @property
    def busy(self) -> bool:
        """Whether any batch is running."""
        return bool(self._busy)

    def _begun(self, line: CallQueue[J], now: float) -> Batch[J]:
        self._turns += 1
        for device in line.place.devices:
            self._busy.setdefault(device, []).append(line.place.wide)
        return Batch(line, line.begin(now, self._turns))

    def _in_turn(self) -> Iterable[CallQueue[J]]:
        lines = self._waiting.values()
        return sorted(lines, key=lambda line: line.turn) if len(lines) > 1 else lines

    def _room(self, place: QueueKey) -> bool:
        return all(len(widths) < min(place.wide, *widths) for widths in map(self._busy.get, place.devices) if widths)

    def _rivals(self, line: CallQueue[J]) -> bool:
        """Whether another queue waits for one of its devices, so that waiting for more calls leaves nothing idle."""
        if len(self._waiting) == 1:
            return False
        devices = set(line.place.devices)
        return any(
            other is not line and not devices.isdisjoint(other.place.devices) for other in self._waiting.values()
        )
