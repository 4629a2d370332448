"""The questions of a session in progress: each can be stopped, and closing waits for all."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import Condition, Timer

from ...tools.core.errors import InputError, LooksmithError
from ..ask.stop import Stop

PATIENCE = 30.0
"""Seconds for which closing waits for stopped questions; running programs end by their own limits."""


class SessionClosed(LooksmithError):
    """The session is closed."""


class UnderWay:
    """The questions in progress. Thread-safe."""

    def __init__(self) -> None:
        self._stops: set[Stop] = set()
        self._closed = False
        self._changed = Condition()

    @contextmanager
    def asking(self, timeout: float | None, stop: Stop | None = None) -> Generator[Stop]:
        """A context in which a question is in progress. timeout: seconds after which it is stopped; None for no limit.

        Raises SessionClosed; InputError for a timeout of 0 or less.
        """
        if timeout is not None and not timeout > 0:
            raise InputError(f"A timeout must be a positive number of seconds, not {timeout:g}.")
        stop = stop or Stop()
        with self._changed:
            self.require_open()
            self._stops.add(stop)
        timer = Timer(timeout, stop.expire, (timeout,)) if timeout is not None else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield stop
        finally:
            if timer:
                timer.cancel()
            with self._changed:
                self._stops.discard(stop)
                self._changed.notify_all()

    def require_open(self) -> None:
        """Raises SessionClosed."""
        if self._closed:
            raise SessionClosed("The session is closed.", hint="Make a new one: Looksmith().")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._stops)

    def close(self, grace: float = 0.0) -> None:
        """Accept no more questions, stop those still in progress after `grace` seconds, and wait for them."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._stops, grace)
            stops = list(self._stops)
        for stop in stops:
            stop.set()
        with self._changed:
            self._changed.wait_for(lambda: not self._stops, PATIENCE)
