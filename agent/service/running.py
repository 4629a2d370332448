"""Starts the service in the background, and stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from ...tools.core.errors import PrerequisiteError
from .client import health
from .wire import GRACE

_POLL = 0.2
ENDING = GRACE + 35.0
"""Maximum seconds for a service to stop: its questions, then the language model's server."""
Report = Callable[[str], None]


def log_path(home: Path) -> Path:
    """The log of a service in the background."""
    return home / "logs" / "up.log"


def alone(home: Path) -> FileLock:
    """Take the lock of a home folder's service. Raises PrerequisiteError if another service holds it."""
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "up.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise PrerequisiteError("A service is already running.", hint="See `looksmith up --status`.") from None
    return lock


def start(home: Path, arguments: Sequence[str], report: Report, variables: Mapping[str, str]) -> dict[str, Any]:
    """Start a service in the background, wait until it is ready, and return its state.

    report: receives its messages; variables: for its environment. Raises PrerequisiteError if it exits before.
    """
    log = log_path(home)
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "up", "--foreground", *arguments]
    with log.open("wb") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, **variables},
        )
    told = 0
    try:
        while True:
            ended = child.poll() is not None
            lines = log.read_text(errors="replace").splitlines()
            for line in lines[told:]:
                report(line)
            told = len(lines)
            if ended:
                from ..llm.server.process import last_error

                raise PrerequisiteError(f"The service did not start: {last_error(log).removeprefix('Error: ')}")
            state = health(home)
            if state is not None and state["pid"] == child.pid and state["ready"]:
                return state
            time.sleep(_POLL)
    except BaseException:
        if child.poll() is None:
            child.terminate()
        raise


def stop(home: Path) -> bool:
    """Stop the service of a home folder, and wait for its end. Was there one?"""
    state = health(home)
    if state is None:
        return False
    try:
        process = psutil.Process(state["pid"])
    except psutil.NoSuchProcess:
        return True
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(ENDING)
    except psutil.TimeoutExpired:
        process.kill()
    return True
