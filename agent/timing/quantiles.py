"""Streaming quantiles and busy times, in constant memory."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from math import ceil, exp, log

_STEP = log(1.01)


class Spread:
    """Quantiles of non-negative numbers to 0.5 %, from a histogram whose bins grow by 1 %."""

    def __init__(self) -> None:
        self._bins = Counter[int]()
        self._zeros = 0

    def add(self, value: float, count: int = 1) -> None:
        """Add a number `count` times."""
        if value > 0:
            self._bins[ceil(log(value) / _STEP)] += count
        else:
            self._zeros += count

    def quantile(self, share: float) -> float:
        """The smallest number that at least this fraction does not exceed; 0 if empty."""
        left = ceil(share * (self._zeros + self._bins.total())) - self._zeros
        if left <= 0:
            return 0.0
        for place in sorted(self._bins):
            left -= self._bins[place]
            if left <= 0:
                return exp((place - 0.5) * _STEP)
        return 0.0


class Busy:
    """Busy time of a resource, from intervals in approximate order of time.

    busy: seconds with at least one active interval; spent: the sum of all. Both count up to the last `advance`.
    """

    def __init__(self) -> None:
        self.busy = 0.0
        self.spent = 0.0
        self._until = float("-inf")
        self._open: list[tuple[float, float]] = []

    def add(self, start: float, end: float) -> None:
        """Add an interval."""
        heappush(self._open, (start, end))

    def advance(self, now: float = float("inf")) -> None:
        """Declare that no later interval starts before this time."""
        while self._open and self._open[0][0] <= now:
            start, end = heappop(self._open)
            self.spent += end - start
            self.busy += max(end - max(start, self._until), 0.0)
            self._until = max(self._until, end)

    @property
    def at_once(self) -> float:
        """The mean number of active intervals while there was any."""
        return self.spent / self.busy if self.busy else 0.0
