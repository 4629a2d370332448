"""What batches of a tool cost, learned from those that were served, and how large one is worth being."""

from __future__ import annotations

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
