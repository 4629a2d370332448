"""Waits that end at Ctrl+C."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

LOOKS = 0.5
"""Seconds after which a wait looks for a signal."""


def result_of(future: Future[T], seconds: float | None = None) -> T:
    """`Future.result`, in which a Ctrl+C is noticed within half a second at the latest.

    A signal ends the main thread's wait only if it arrives during it. One that arrives just before, after Python has
    looked for signals for the last time, is not noticed until the wait is over.

    Raises what the future raises, or TimeoutError after `seconds`.
    """
    until = inf if seconds is None else perf_counter() + seconds
    while (left := until - perf_counter()) > LOOKS:
        try:
            return future.result(LOOKS)
        except TimeoutError:
            if future.done():  # then the error may be its own
                return future.result()
    return future.result(max(left, 0.0))


def next_of(queue: SimpleQueue[T]) -> T:
    """`SimpleQueue.get`, in which a Ctrl+C is noticed likewise."""
    while True:
        with suppress(Empty):
            return queue.get(timeout=LOOKS)
