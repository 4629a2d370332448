"""Confidence intervals of accuracies."""

from __future__ import annotations

from collections.abc import Sequence

_Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for 95 % intervals."""
_RESAMPLES = 4000

Interval = tuple[float, float]


def wilson(right: float, n: int) -> Interval | None:
    """The 95 % score interval of a proportion (Wilson 1927), for n independent answers; None if n is 0.

    right: the number of correct answers, or the sum of scores between 0 and 1.
    """
    if n == 0:
        return None
    share, z2 = right / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n**2)) ** 0.5
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def clustered(sums: Sequence[float], sizes: Sequence[int]) -> Interval | None:
    """The 95 % percentile interval of the mean score by the cluster bootstrap (Field & Welsh 2007); None for no groups.

    sums, sizes: the sum and the number of scores of each group. A group holds dependent answers, such as those to the
        same question about several images.
    """
    import numpy as np

    if not sums:
        return None
    all_sums, all_sizes = np.array(sums), np.array(sizes)
    random = np.random.default_rng(0)
    means: list[float] = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(len(sums), size=len(sums))
        means.append(float(all_sums[drawn].sum() / all_sizes[drawn].sum()))
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    return low, high
