"""A cost model of batches, learned online, to choose batch sizes."""

from __future__ import annotations

_FORGET = 0.9
"""The weight of an older measurement relative to the next one."""

_ENOUGH = 20
"""A batch is large enough if its fixed cost is 5 % of the rest, so that larger ones gain less than 5 %."""

_LEAST = 8
"""The minimum batch limit: smaller ones leave cores idle, and similar sizes provide no information."""

_TRIES = 3
"""How often each alternative is tried if it is unclear whether batching pays off."""

_ALIKE = 50
"""After so many batches of equal size, another size is tried, to separate fixed and marginal cost."""

_AGAIN = 64
"""One in so many batches is served in the apparently slower way, in case that has changed."""


class Costs:
    """The cost of batches, modelled as a + b n seconds for n calls, with higher weights for newer measurements.

    If batches save little according to the model, as on a CPU that a single image keeps busy, they may even be slower.
    Some calls are then served individually, and the costs per call are compared.
    """

    def __init__(self) -> None:
        self._sums = [0.0] * 5
        self._learned = -1
        self._alone, self._together = _Mean(), _Mean()
        self._trying = False
        self._tries = 0

    def take(self, waiting: int, most: int) -> int:
        """How many of the waiting calls to serve next."""
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
        """Whether a batch saves less than half, or only one size has been measured."""
        if not self._spread:
            return self._learned > _ALIKE
        return self._learned > _TRIES and self.fixed < self.each

    def learn(self, count: int, seconds: float) -> None:
        """Record a batch. The first one is ignored, because it is slow for other reasons."""
        if self._trying:
            (self._alone if count == 1 else self._together).add(seconds / count)
        self._trying = False
        self._learned += 1
        if self._learned:
            new = (1.0, count, seconds, count * count, count * seconds)
            self._sums = [_FORGET * old + one for old, one in zip(self._sums, new, strict=True)]

    @property
    def known(self) -> bool:
        """Whether there are any measurements."""
        return self._sums[0] > 0

    @property
    def each(self) -> float:
        """b: seconds per additional call in a batch; 0 if unknown."""
        weight, counts, seconds, _, products = self._sums
        spread = self._spread
        return max((weight * products - counts * seconds) / spread, 0.0) if spread else 0.0

    @property
    def _spread(self) -> float:
        """The variance of sizes; 0 if they hardly differ."""
        weight, counts, _, squares, _ = self._sums
        spread = weight * squares - counts * counts
        return spread if spread > 1e-6 * weight else 0.0

    @property
    def fixed(self) -> float:
        """a: fixed seconds per batch, which merging two batches saves."""
        weight, counts, seconds, _, _ = self._sums
        return max((seconds - self.each * counts) / weight, 0.0) if weight else 0.0

    def enough(self, most: int) -> int:
        """The smallest batch with nearly all of the possible gain, up to `most`."""
        if not self.each:
            return most
        return min(max(round(_ENOUGH * self.fixed / self.each), _LEAST), most)


class _Mean:
    """An exponentially weighted mean."""

    def __init__(self) -> None:
        self.count = 0
        self.value = 0.0

    def add(self, value: float) -> None:
        """Add a value."""
        self.count += 1
        self.value += (value - self.value) / min(self.count, 1 / (1 - _FORGET))
