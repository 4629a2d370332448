"""Confidence intervals of the share of right answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from looksmith.agent.evaluate.intervals import clustered, wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_newcombe_1998(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_the_share(case: tuple[int, int]) -> None:
    right, n = case
    interval = wilson(right, n)
    assert interval is not None
    assert 0 <= interval[0] <= right / n + 1e-12
    assert right / n - 1e-12 <= interval[1] <= 1


def test_answers_that_depend_on_each_other_say_less() -> None:
    alone = clustered([1, 0] * 50, [1] * 100)
    together = clustered([5, 0] * 10, [5] * 20)
    assert alone is not None
    assert together is not None
    assert wilson(50, 100) == pytest.approx(alone, abs=0.02)
    assert together[1] - together[0] > 1.8 * (alone[1] - alone[0])
    assert clustered([2, 1], [2, 1]) == (1, 1)
    assert (clustered([], []), wilson(0, 0)) == (None, None)
