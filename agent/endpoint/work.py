"""Answers a question in a thread while the event loop reports its progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from ..ask.stop import Stop
from ..session.engine import Hearing
from ..traces.runs import Watch, seen_by_nobody
from ..traces.trace import End, Event
from ..web.live import told
from .reply import ChatReply

HEARTBEAT = 10.0
"""Seconds between keep-alive events, so that proxies do not close the connection."""


class Work:
    """One question. answer: answers it. A caller that stops waiting sets `stop`."""

    def __init__(self, answer: Callable[[Hearing], ChatReply]) -> None:
        self.stop = Stop()
        self._answer = answer
        self._reply: ChatReply | None = None

    def run(self, watch: Watch = seen_by_nobody) -> ChatReply:
        """Answer the question. Raises like `Engine.ask`."""
        self._reply = self._answer(Hearing(self.stop, watch=watch))
        return self._reply

    def reply(self) -> ChatReply:
        """Wait for the answer."""
        assert self._reply is not None
        return self._reply


async def in_thread(work: Work, places: CapacityLimiter) -> ChatReply:
    """The answer. Raises as `Work.run`."""
    return await to_thread.run_sync(work.run, limiter=places, abandon_on_cancel=True)


async def told_meanwhile(work: Work, places: CapacityLimiter) -> AsyncGenerator[tuple[str, str]]:
    """Yield events until the answer is there: kind and text of each; ("", "") to keep the connection alive.

    Raises as `Work.run`.
    """
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Event | None]()

    def hear(event: Event | None) -> None:
        with suppress(RuntimeError):  # the service has ended in the meantime
            loop.call_soon_threadsafe(events.put_nowait, event)

    def watch(_folder: Path, event: Event) -> None:
        hear(event)

    def run() -> None:
        try:
            work.run(watch)
        finally:
            hear(None)

    running = asyncio.ensure_future(to_thread.run_sync(run, limiter=places, abandon_on_cancel=True))
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), HEARTBEAT)
            except TimeoutError:
                yield "", ""
                continue
            if event is None:
                break
            if not isinstance(event, End):
                yield told(event)
        await running
    finally:
        work.stop.set()
        running.cancel()
