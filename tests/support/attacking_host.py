"""Runs an attack on the host's own work in a process beside, and judges it from outside: time, memory, pages."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
from attacking import FOLDER, Mode

HOST_ATTACKS = sorted((FOLDER / "host").glob("*/*.py"))
BY_POLICY = frozenset({"planner", "checker", "page", "index", "replies"})
"""Families whose attacks are, or bring, a program: the policy has a say."""

SECONDS = 1200.0
"""After which it did not come back at all, on a machine that is busy."""
OWN_SECONDS = 30.0
"""Of the host's processor time, of which a run with its pages takes one or two."""
STILL = 10.0
"""Of it, in which no other thread had a turn."""
MEGABYTES = 700
"""By which the host may grow; what is read and shown of a large run is some of it."""


@dataclass(frozen=True)
class HostVerdict:
    """How an attack ended, and what it achieved; nothing is what it should. grown: MB at the most."""

    outcome: str
    achieved: tuple[str, ...]
    seconds: float
    own: float
    still: float
    grown: float


class Watched:
    """A host that is started again when it had to be killed."""

    def __init__(self, mode: Mode) -> None:
        self._mode: Mode = mode
        self._process: subprocess.Popen[str] | None = None

    def attack(self, path: Path) -> HostVerdict:
        """Let one attack do what it can."""
        process = self._started()
        before, worked, start = _megabytes(process.pid), _worked(process.pid), monotonic()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        most = before
        while not select.select([process.stdout], [], [], 0.1)[0]:
            most = max(most, _megabytes(process.pid))
            own = _worked(process.pid) - worked
            if monotonic() - start > SECONDS or own > 3 * OWN_SECONDS or most - before > 4 * MEGABYTES:
                return self._killed(monotonic() - start, most - before)
        line = process.stdout.readline()
        if not line:
            status = process.wait()
            self._process = None
            return HostVerdict("", (f"the host ended: {status}",), monotonic() - start, 0, 0, most - before)
        return _judged(json.loads(line), monotonic() - start, max(most, _megabytes(process.pid)) - before)

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _killed(self, seconds: float, grown: float) -> HostVerdict:
        self.close()
        return HostVerdict(
            "", (f"the host had to be killed after {seconds:.0f} s and {grown:.0f} MB",), seconds, 0, 0, grown
        )

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            command = [sys.executable, str(FOLDER / "house.py"), self._mode]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.attack(FOLDER / "host" / "page" / "odd_numbers.py")  # what is loaded on first use is loaded now
        return self._process


@contextmanager
def watched(mode: Mode) -> Iterator[Watched]:
    """A host in that mode."""
    host = Watched(mode)
    try:
        yield host
    finally:
        host.close()


def _judged(told: dict[str, Any], seconds: float, grown: float) -> HostVerdict:
    achieved = list(told["achieved"])
    own, still = told.get("own", 0.0), told.get("still", 0.0)
    if own > OWN_SECONDS:
        achieved.append(f"the host worked for {own:.0f} s")
    if still > STILL:
        achieved.append(f"the host stood still for {still:.0f} s")
    if grown > MEGABYTES:
        achieved.append(f"the host grew by {grown:.0f} MB")
    return HostVerdict(told["outcome"], tuple(achieved), seconds, own, still, grown)


def _megabytes(pid: int) -> float:
    try:
        return psutil.Process(pid).memory_info().rss / 2**20
    except psutil.Error:
        return 0.0


def _worked(pid: int) -> float:
    """Seconds of processor time."""
    try:
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system
    except psutil.Error:
        return 0.0
