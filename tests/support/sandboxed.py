"""Programs in real worker processes, for tests that look at the processes as well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import PIL.Image
import psutil

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.tools.core.values import Image

IMAGE = Image.of(PIL.Image.new("RGB", (60, 40)))
LIMITS = Limits(seconds=30, compute_seconds=1.5, memory_mb=256, tool_calls=20)


class Served:
    """Serves any tool, and keeps the requests."""

    def __init__(self, answer: Callable[[Request], Any] = lambda request: request.id) -> None:
        self.requests: list[Request] = []
        self._answer = answer

    def __call__(self, request: Request) -> Any:
        """Serve a call."""
        self.requests.append(request)
        return self._answer(request)

    @property
    def places(self) -> list[tuple[str, int, int]]:
        """Tool, line and column of each call."""
        return [(r.tool, r.line, r.column) for r in self.requests]


TOOLS = ("T", "U", "LOC")
ENDLESS = "for i in range(10**6):\n    x = sum(range(10**6))\nanswer = 1"


def unchecked(source: str) -> Checked:
    """A program that no checker saw: the sandbox must not depend on it."""
    return Checked(Program(source), TOOLS)


def run(sandbox: Sandbox, source: str, serve: Callable[[Request], Any] | None = None) -> Outcome:
    return sandbox.run(unchecked(source), {"image": IMAGE}, serve or Served())


def raising(error: Exception) -> Served:
    def fail(_request: Request) -> Any:
        raise error

    return Served(fail)


def zygotes() -> list[psutil.Process]:
    """The zygotes of all open sandboxes of this process."""
    return [p for p in psutil.Process().children() if b"looksmith.sandbox.zygote" in told(p, "cmdline")]


class Strangers:
    """Zygotes of sandboxes that another test module left open: the one that Python's ask() shares, for instance."""

    def __init__(self) -> None:
        self.known: frozenset[psutil.Process] = frozenset()

    def leave_out(self) -> None:
        """From now on, count only what is started later."""
        self.known = frozenset(zygotes())


STRANGERS = Strangers()


def processes() -> list[psutil.Process]:
    """All that the sandboxes of this test module have started: zygotes and workers."""
    ours = [zygote for zygote in zygotes() if zygote not in STRANGERS.known]
    return [process for zygote in ours for process in (zygote, *children(zygote))]


def children(process: psutil.Process) -> list[psutil.Process]:
    """Processes below one; none if it is gone by now."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def workers() -> list[psutil.Process]:
    """Those that run programs: the kernel filters their system calls."""
    return [p for p in processes() if b"Seccomp:\t2" in told(p, "status")]


def told(process: psutil.Process, name: str) -> bytes:
    """What the kernel tells of a process; nothing when it is gone by now."""
    try:
        return Path(f"/proc/{process.pid}/{name}").read_bytes()
    except OSError:
        return b""


def wait_until(true: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not true() and monotonic() < deadline:
        sleep(0.01)
    assert true()


def kill_unseen(worker: psutil.Process) -> None:
    """Kill a worker, and leave it to the sandbox to notice."""
    worker.kill()
    wait_until(lambda: worker.status() == psutil.STATUS_ZOMBIE)
