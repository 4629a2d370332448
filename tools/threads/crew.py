"""Daemon threads that can be abandoned: they do not keep the process alive, and are never joined."""

from __future__ import annotations

import atexit
import math
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import TypeVar
from weakref import WeakMethod, ref

T = TypeVar("T")
Work = Callable[[], object]
_Box = SimpleQueue[Work | None]

SPARE = 8
"""Maximum number of idle threads."""
AT_EXIT = 3.0
"""Seconds for which the end of the process waits for work that was abandoned."""


class Crew:
    """A pool of threads. The most recently used idle thread is preferred, because its caches are warm.

    Work must not raise. Work that never ends costs its thread, and the next one gets a new thread.

    The end of the process waits for work, but for no more than AT_EXIT: Python ends a daemon thread that comes back
    from native code while it exits, and C++ then aborts the process.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._idle: list[_Box] = []
        self._lock = Lock()
        self._closed = False
        self._working = 0
        self._finished = Condition(self._lock)
        atexit.register(_settle, ref(self))

    def hand(self, work: Work) -> None:
        """Run it in a thread. Raises RuntimeError if the system has no more threads."""
        with self._lock:
            box = self._idle.pop() if self._idle else None
        if box is None:
            box = _Box()
            Thread(target=self._member, args=(box,), name=self._name, daemon=True).start()
        box.put(work)

    def close(self) -> None:
        """Stop idle threads; the others stop when they finish."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for box in idle:
            box.put(None)

    def _member(self, box: _Box) -> None:
        while (work := box.get()) is not None:
            with self._counted():
                work()
            del work  # its references may be the last ones to the crew's owner
            with self._lock:
                if self._closed or len(self._idle) >= SPARE:
                    return
                self._idle.append(box)

    @contextmanager
    def _counted(self) -> Generator[None]:
        with self._lock:
            self._working += 1
        try:
            yield
        finally:
            with self._finished:
                self._working -= 1
                self._finished.notify_all()

    def settle(self, timeout: float) -> None:
        """Wait until no thread is at work, at most that many seconds."""
        with self._finished:
            self._finished.wait_for(lambda: not self._working, timeout)


def _settle(crew: ref[Crew]) -> None:
    if (still_there := crew()) is not None:
        still_there.settle(AT_EXIT)


class Alarm:
    """Calls a method at given times, from its own thread, with only a weak reference to the method's object.

    clock: returns the time in seconds.
    """

    def __init__(self, ring: Callable[[], None], clock: Callable[[], float]) -> None:
        self._ring: WeakMethod[Callable[[], None]] = WeakMethod(ring)
        self._clock = clock
        self._turn = Condition()
        self._at = math.inf
        self._runs = self._closed = False

    def set(self, at: float) -> None:
        """Add a time. Alarms may be spurious, so the method must check what to do."""
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
        """Stop all alarms."""
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
    """Run a function in a new thread that may be abandoned; returns the future of its result."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # the error is raised in the waiting thread
            future.set_exception(error)
        else:
            future.set_result(result)

    future.set_running_or_notify_cancel()
    Thread(target=run, name="aside", daemon=True).start()
    return future
