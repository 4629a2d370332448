"""Threads that can be given up: they never keep the process alive, and nobody waits for one to end."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import TypeVar
from weakref import WeakMethod

T = TypeVar("T")
Work = Callable[[], object]
_Box = SimpleQueue[Work | None]

SPARE = 8
"""Threads that wait for work; more of them end when they have none."""


class Crew:
    """Threads that do what they are handed, the one that was busy last first: its caches are warm.

    What is handed raises nothing. A piece of work that never ends costs its thread, and the next one gets another.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._idle: list[_Box] = []
        self._lock = Lock()
        self._closed = False

    def hand(self, work: Work) -> None:
        """Have it done. Raises RuntimeError when the system gives no more threads."""
        with self._lock:
            box = self._idle.pop() if self._idle else None
        if box is None:
            box = _Box()
            Thread(target=self._member, args=(box,), name=self._name, daemon=True).start()
        box.put(work)

    def close(self) -> None:
        """Let those go that have nothing to do; the others go when they are done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for box in idle:
            box.put(None)

    def _member(self, box: _Box) -> None:
        while (work := box.get()) is not None:
            work()
            del work  # what it holds may be all that keeps the crew's owner alive
            with self._lock:
                if self._closed or len(self._idle) >= SPARE:
                    return
                self._idle.append(box)


class Alarm:
    """Calls a method when a time has come, from a thread of its own. The method's object may be forgotten meanwhile.

    clock: tells the time in seconds.
    """

    def __init__(self, ring: Callable[[], None], clock: Callable[[], float]) -> None:
        self._ring: WeakMethod[Callable[[], None]] = WeakMethod(ring)
        self._clock = clock
        self._turn = Condition()
        self._at = math.inf
        self._runs = self._closed = False

    def set(self, at: float) -> None:
        """Ring at this time too. It may ring for nothing: whoever set it looks what there is to do."""
        with self._turn:
            if at >= self._at or self._closed:
                return
            self._at = at
            if self._runs:
                self._turn.notify()
            else:
                self._runs = True
                Thread(target=self._watch, name="tools' clock", daemon=True).start()

    def close(self) -> None:
        """Never ring again."""
        with self._turn:
            self._closed = True
            self._turn.notify()

    def _watch(self) -> None:
        while self._waited():
            ring = self._ring()
            if ring is None:
                return
            ring()
            del ring

    def _waited(self) -> bool:
        with self._turn:
            while not self._closed and (left := self._at - self._clock()) > 0:
                self._turn.wait(min(left, 3600.0))
            self._at = math.inf
            return not self._closed


def aside(work: Callable[[], T]) -> Future[T]:
    """Do something in a thread of its own, which may be given up: what comes of it, whenever that is."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # it belongs to whoever waits
            future.set_exception(error)
        else:
            future.set_result(result)

    future.set_running_or_notify_cancel()
    Thread(target=run, name="aside", daemon=True).start()
    return future
