"""Many things done at once by threads, of which each takes the next only when it is free.

What is to be done may be a stream without end: no more of it is read than is being worked on.
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

A = TypeVar("A")
B = TypeVar("B")

WINDOW = 1024
"""Things that are read ahead, to find those that belong together."""

_TOGETHER = 16
"""Things of one group that one worker takes, at most."""


@dataclass(frozen=True)
class _Over:
    """A worker has nothing more to do. error: why it cannot go on."""

    error: BaseException | None = None


def side_by_side(
    groups: Iterable[Sequence[A]], work: Callable[[A], B], workers: int, stopped: Callable[[], None]
) -> Generator[B]:
    """What `work` gives for each thing, in the order in which it comes. A group is the work of one thread.

    What a worker raises is raised here, and ends the others.
    stopped: called when no more is wanted, before the workers are waited for.
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
        except BaseException as error:  # a worker's error belongs to whoever waits for what it does
            arrived.put(_Over(error))
        else:
            arrived.put(_Over())

    with ThreadPoolExecutor(workers, thread_name_prefix="ask") as pool:
        try:
            for _ in range(workers):
                pool.submit(run)
            while workers:
                value = arrived.get()
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
    """Things with the same key together, so that what they share is done once and none waits for another.

    Groups take turns, and are small enough that no worker is left idle. Things far apart are not put together.
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
