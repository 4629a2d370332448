"""Processes a stream of items in threads; each thread takes the next item when it is free.

The stream may be infinite: only the items being processed are read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from queue import SimpleQueue
from threading import Event as Flag
from threading import Lock
from typing import TypeVar

from ...tools.threads.waiting import next_of

A = TypeVar("A")
B = TypeVar("B")

WINDOW = 1024
"""How many items are read ahead to find those that belong together."""

_TOGETHER = 16
"""Maximum number of items of one group for one worker."""


@dataclass(frozen=True)
class _Over:
    """Marks the end of a worker. error: the exception that ended it, if any."""

    error: BaseException | None = None


def side_by_side(
    groups: Iterable[Sequence[A]], work: Callable[[A], B], workers: int, stopped: Callable[[], None]
) -> Generator[B]:
    """The results of `work` for each item, in order of completion. Each group is processed by one thread.

    An exception in a worker is raised here and stops the others.
    stopped: called at the end or on an early exit, before waiting for the workers.
    """
    arrived: SimpleQueue[B | _Over] = SimpleQueue()
    waiting, turn, stop = iter(groups), Lock(), Flag()

    def run() -> None:
        try:
            while (group := _next(waiting, turn)) is not None:
                for one in group:
                    if stop.is_set():
                        return
                    arrived.put(work(one))
        except BaseException as error:  # a worker's error is raised in the consumer
            arrived.put(_Over(error))
        else:
            arrived.put(_Over())

    with ThreadPoolExecutor(workers, thread_name_prefix="ask") as pool:
        try:
            for _ in range(workers):
                pool.submit(run)
            while workers:
                value = next_of(arrived)
                if not isinstance(value, _Over):
                    yield value
                elif value.error is None:
                    workers -= 1
                else:
                    raise value.error
        finally:
            stop.set()
            stopped()


def grouped(things: Iterable[A], key: Callable[[A], str], workers: int) -> Iterator[Sequence[A]]:
    """Group items with the same key, so that their shared work is done once without blocking other threads.

    Groups alternate, and are small enough to keep all workers busy. Items far apart in the stream are not grouped.
    """
    waiting = iter(things)
    while window := list(islice(waiting, WINDOW)):
        groups: dict[str, list[A]] = {}
        for one in window:
            groups.setdefault(key(one), []).append(one)
        most = min(max(len(window) // workers, 1), _TOGETHER)
        cut = [[group[i : i + most] for i in range(0, len(group), most)] for group in groups.values()]
        yield from filter(None, chain.from_iterable(zip_longest(*cut, fillvalue=())))


def _next(groups: Iterator[A], turn: Lock) -> A | None:
    with turn:
        return next(groups, None)
