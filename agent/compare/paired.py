"""Differences between two answers to the same questions: how large, and whether they can be chance."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

from ..evaluate.intervals import Interval, clustered
from ..traces.trace import Stored

RIGHT = 0.5
"""A score from which an answer counts as right, where right and wrong are counted."""

Scores = tuple[str, float, float]
"""The image of a question, and the scores of the two answers, 0 to 1."""


class Paired(Stored):
    """n questions, answered twice. left, right: mean scores; None if n is 0. difference: right minus left.

    interval: 95 % of the difference, resampling images with all their questions (paired bootstrap, Efron and
        Tibshirani 1993; clusters after Field and Welsh 2007); None for one image.
    gained, lost: how many were wrong and are right, and the other way round.
    p: of so uneven a split of these, if neither were better (McNemar's test, exact and two-sided); None if there are
        none.
    """

    n: int
    left: float | None
    right: float | None
    difference: float | None
    interval: Interval | None
    gained: int
    lost: int
    p: float | None


def paired(scores: Iterable[Scores]) -> Paired:
    """Compare two answers to each question."""
    images: dict[str, tuple[int, float, float]] = {}
    gained = lost = 0
    for image, left, right in scores:
        n, lefts, rights = images.get(image, (0, 0.0, 0.0))
        images[image] = n + 1, lefts + left, rights + right
        gained += left < RIGHT <= right
        lost += right < RIGHT <= left
    n = sum(count for count, _, _ in images.values())
    if not n:
        return Paired(n=0, left=None, right=None, difference=None, interval=None, gained=0, lost=0, p=None)
    left, right = (sum(parts[side] for parts in images.values()) / n for side in (1, 2))
    sums, sizes = [b - a for _, a, b in images.values()], [count for count, _, _ in images.values()]
    interval = clustered(sums, sizes) if len(images) > 1 else None
    return Paired(
        n=n,
        left=left,
        right=right,
        difference=right - left,
        interval=interval,
        gained=gained,
        lost=lost,
        p=mcnemar(gained, lost),
    )


def mcnemar(gained: int, lost: int) -> float | None:
    """The exact two-sided p-value of McNemar's test (1947): a binomial test of the questions that changed."""
    changed = gained + lost
    if not changed:
        return None
    tail = sum(comb(changed, k) for k in range(min(gained, lost) + 1))
    return min(2 * tail / 2**changed, 1.0)
