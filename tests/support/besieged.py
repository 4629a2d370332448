"""The processes of tests/bench/siege.py: a command of looksmith with its descendants, their kinds and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil


class Process:
    """A looksmith command, and all its descendants."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log.open("ab")
        whole = [sys.executable, "-m", "looksmith.agent.cli.main", *command]
        self.popen = subprocess.Popen(whole, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL)
        self.family: dict[int, psutil.Process] = {}

    def look(self) -> list[psutil.Process]:
        """The descendants that live now."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.popen.pid).children(recursive=True):
                self.family.setdefault(child.pid, child)
        return [one for one in self.family.values() if _lives(one)]

    def memory(self) -> list[tuple[float, str]]:
        """MB of the process, then of each descendant, with names."""
        family = [(_megabytes(one), name_of(one)) for one in self.look()]
        with suppress(psutil.Error):
            return [(_megabytes(psutil.Process(self.popen.pid)), "host"), *family]
        return [(0.0, "host"), *family]

    def outlived(self) -> list[str]:
        """Descendants that still live a minute after it ended."""
        end = time.monotonic() + 60
        while (left := [one for one in self.family.values() if _lives(one)]) and time.monotonic() < end:
            time.sleep(0.5)
        self._log.close()
        return [name_of(one) for one in left]

    def end(self) -> None:
        """Kill it and all its descendants."""
        for one in [*self.look(), self.popen]:
            with suppress(psutil.Error):
                one.kill()
        self.popen.wait()


def _lives(one: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
    return False


def _megabytes(one: psutil.Process) -> float:
    with suppress(psutil.Error):
        return one.memory_info().rss / 2**20
    return 0.0


def name_of(one: psutil.Process) -> str:
    """Its kind (worker, zygote, decoder, isolated_worker) and process id."""
    with suppress(psutil.Error):
        line = " ".join(one.cmdline())
        for kind in ("isolated_worker", "decoder", "zygote"):
            if kind in line:
                parent = one.parent() if kind == "zygote" else None
                forked = parent is not None and kind in " ".join(parent.cmdline())
                return f"{'worker' if forked else kind} {one.pid}"
        return f"other {one.pid} {line[:80]}"
    return f"gone {one.pid}"
