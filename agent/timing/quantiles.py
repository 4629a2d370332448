"""What lies where in many numbers, and what was busy when, in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from math import ceil, exp, log

_STEP = log(1.01)


class Spread:
    """Quantiles of numbers from 0 upwards, each to half a percent: a histogram whose bins grow by a hundredth."""

    def __init__(self) -> None:
        self._bins = Counter[int]()
        self._zeros = 0

    def add(self, value: float, count: int = 1) -> None:
        """So many more numbers, all of them the same."""
        if value > 0:
            self._bins[ceil(log(value) / _STEP)] += count
        else:
            self._zeros += count

    def quantile(self, share: float) -> float:
        """The smallest number that at least this share of them does not exceed; 0 of none."""
        left = ceil(share * (self._zeros + self._bins.total())) - self._zeros
        if left <= 0:
            return 0.0
        for place in sorted(self._bins):
            left -= self._bins[place]
            if left <= 0:
                return exp((place - 0.5) * _STEP)
        return 0.0


class Busy:
    """How long something was busy, from intervals in an order that is only nearly that of time.

    busy: seconds in which at least one was under way; spent: the sum of all. Both count what `advance` is past.
    """

    def __init__(self) -> None:
        self.busy = 0.0
        self.spent = 0.0
        self._until = float("-inf")
        self._open: list[tuple[float, float]] = []

    def add(self, start: float, end: float) -> None:
        """Something was under way from then till then."""
        heappush(self._open, (start, end))

    def advance(self, now: float = float("inf")) -> None:
        """No interval that comes later starts before this time."""
        while self._open and self._open[0][0] <= now:
            start, end = heappop(self._open)
            self.spent += end - start
            self.busy += max(end - max(start, self._until), 0.0)
            self._until = max(self._until, end)

    @property
    def at_once(self) -> float:
        """How many were under way while any was, on average."""
        return self.spent / self.busy if self.busy else 0.0
