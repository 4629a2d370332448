"""Waiting calls, with identical concurrent calls merged so that they are served once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from ..core.call import Call
from ..core.tool import Tool
from ..runtime.cache import ResultCache


class AwaitedCall(Future[Call]):
    """The future of a call. left: the caller has given up, even if the call is running and cannot be cancelled."""

    left = False

    def cancel(self) -> bool:
        """Like `Future.cancel`."""
        self.left = True
        return super().cancel()


@dataclass(eq=False)
class PendingCall:
    """A waiting call. program: its caller; cache, key: where to store the result; start: when it was made.

    begun: it is being served; shared: the merged call; alone: must not be batched, because its batch timed out.
    """

    tool: Tool
    bound: Mapping[str, Any]
    program: Hashable
    cache: ResultCache[Call] | None
    key: str
    start: float
    future: AwaitedCall = field(default_factory=AwaitedCall)
    begun: bool = False
    alone: bool = False
    shared: SharedCall = field(init=False)

    def begin(self) -> bool:
        """Claim the job for delivery; returns whether the caller is still waiting."""
        self.begun = True
        return self.future.set_running_or_notify_cancel()


@dataclass(eq=False)
class SharedCall:
    """Identical concurrent calls. server: the one that is served for all of them."""

    jobs: list[PendingCall] = field(default_factory=list[PendingCall])
    server: PendingCall | None = None


class Sharing:
    """Merges calls by their keys; those without a key are not merged. Thread-safe."""

    def __init__(self) -> None:
        self._asked: dict[str, SharedCall] = {}
        self._turn = Lock()

    def __len__(self) -> int:
        return len(self._asked)

    def join(self, job: PendingCall) -> bool:
        """Join an identical call; returns whether there was one."""
        with self._turn:
            shared = self._asked.get(job.key) if job.key else None
            job.shared = shared or SharedCall()
            job.shared.jobs.append(job)
            if job.key:
                self._asked[job.key] = job.shared
            return shared is not None

    def claim(self, job: PendingCall) -> bool:
        """Whether to serve a call whose turn has come: not if nobody waits, or an identical one is running."""
        with self._turn:
            shared = job.shared
            if job.alone:
                return not job.future.done()
            if shared.server is not None or job.begun:
                return False
            if job.begin():
                shared.server = job
                return True
            shared.jobs.remove(job)
            if not shared.jobs and self._asked.get(job.key) is shared:
                del self._asked[job.key]
            return False

    def awaited(self, jobs: Iterable[PendingCall]) -> bool:
        """Whether a caller waits for one of these jobs, or for an identical one."""
        with self._turn:
            every = (other.future for job in jobs for other in (job, *job.shared.jobs))
            return any(not future.left and not future.done() for future in every)

    def leave(self, server: PendingCall, *, together: bool) -> tuple[list[PendingCall], list[PendingCall]]:
        """The jobs that get this answer, and those that must wait for another one."""
        with self._turn:
            shared, later = server.shared, SharedCall()
            others = [job for job in shared.jobs if job is not server]
            # Jobs and merged calls refer to each other: without this, images stay until the garbage collector comes.
            shared.jobs, shared.server = [], None
            if together or not others:
                self._asked.pop(server.key, None)
                return [server, *(job for job in others if job.begin())], []
            later.jobs = others
            self._asked[server.key] = later
            for job in others:
                job.shared = later
        return [server], others

    def programs(self, jobs: list[PendingCall]) -> list[Hashable]:
        """The programs that get an answer with these jobs."""
        with self._turn:
            return [other.program for job in jobs for other in job.shared.jobs]
