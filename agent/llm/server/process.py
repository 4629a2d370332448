"""A background server: started detached, awaited, found again by its state file, and stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

import psutil
from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from ....tools.core.errors import PrerequisiteError

HOST: Final = "127.0.0.1"

_POLL: Final = 0.25  # seconds between two checks of a starting server
_PATIENCE: Final = 5.0  # seconds to wait for /health
_ROUNDED: Final = 2.0  # tolerance in seconds for the start time of a process
GRACE: Final = 15.0  # seconds between SIGTERM and SIGKILL
# "(Worker pid=12) ERROR 11-23 10:00:00 [core.py:1] ValueError: why" and simpler forms.
_ERROR_LINE: Final = re.compile(r"(?:^|[\s\]])(?P<error>(?:[\w.]+(?:Error|Exception): |.*\berror: ).+)$")


@dataclass(frozen=True)
class Launch:
    """A command, and variables to add to this process's environment."""

    command: tuple[str, ...]
    variables: dict[str, str]


class ServerRecord(BaseModel):
    """The state file: which process serves what, and where. When it was started tells a reused pid.

    created: in seconds since 1970, which shift when the clock is set; ticks: kernel ticks from boot to the start, which
        do not; 0 if unavailable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pid: PositiveInt
    created: float
    port: int
    model: str
    ticks: int = 0

    @property
    def base_url(self) -> str:
        """The address of the OpenAI-compatible API."""
        return f"http://{HOST}:{self.port}/v1"

    def runs(self) -> bool:
        """Whether the process is still running, and is the one that was started."""
        return self.pid in {process.pid for process in self.family()}

    def family(self) -> list[psutil.Process]:
        """The running processes of the server: all in its session."""
        try:
            if not self._is(psutil.Process(self.pid)):
                return []  # a pid is only reused when no process of its session is left
        except psutil.NoSuchProcess:
            pass  # the first process has exited, but its children may still run
        return [process for process in psutil.process_iter() if _in_session(process, self.pid)]

    def _is(self, process: psutil.Process) -> bool:
        ticks = _ticks(self.pid) if self.ticks else 0
        return ticks == self.ticks if ticks else abs(process.create_time() - self.created) < _ROUNDED

    def healthy(self) -> bool:
        """Whether the server answers /health."""
        return self._health() == 200

    def listens(self) -> bool:
        """Whether the server answers /health, or accepted the request but is too busy to answer."""
        return self._health() in (200, None)

    def _health(self) -> int | None:
        """The HTTP status; None on a timeout, 0 if nothing listens."""
        connection = HTTPConnection(HOST, self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status
        except TimeoutError:
            return None
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()


def _ticks(pid: int) -> int:
    """The start time of a process, in kernel ticks since boot; 0 if unavailable."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(told.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def _in_session(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False  # it exited while the list was made


def read_record(state: Path) -> ServerRecord | None:
    """The record of a server that still runs.

    A stale or damaged state file is removed, and processes left by a crashed server are stopped.
    """
    try:
        record = ServerRecord.model_validate_json(state.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        state.unlink(missing_ok=True)
        return None
    if not record.runs():
        end(record, state)
        return None
    return record


def need_port(port: int) -> None:
    """Raise PrerequisiteError if something already listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise PrerequisiteError(
                f"Port {port} cannot be used: {getattr(error, 'strerror', None) or error}.",
                hint="Choose another one with `--port`.",
            ) from error


def usual_or_free(port: int) -> int:
    """The port, or a free one if it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            probe.bind((HOST, 0))
        return probe.getsockname()[1]


def spawn(launch: Launch, model: str, port: int, state: Path, log: Path) -> ServerRecord:
    """Start the command in a session of its own, so that it outlives this process and its terminal."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        child = subprocess.Popen(
            launch.command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env=outer_environment() | launch.variables,
            start_new_session=True,
        )
    created = psutil.Process(child.pid).create_time()
    record = ServerRecord(pid=child.pid, created=created, port=port, model=model, ticks=_ticks(child.pid))
    staged = state.with_name(f"{state.name}.part")
    staged.write_text(record.model_dump_json())
    staged.replace(state)
    return record


def outer_environment() -> dict[str, str]:
    """The environment without PYTHON*, which would mix packages, and OMP_*, which is meant for this process only."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OMP_"))}


def wait_until_healthy(record: ServerRecord, log: Path, timeout: float) -> None:
    """Return once the server answers. Raises PrerequisiteError when it ends before, or takes over `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not record.healthy():
        if not record.runs():
            raise PrerequisiteError(
                f"The server exited during startup: {last_error(log).removesuffix('.')}.", hint=f"Its log is {log}."
            )
        if time.monotonic() > deadline:
            raise PrerequisiteError(
                f"The server did not answer within {timeout:.0f} s and was stopped.", hint=f"Its log is {log}."
            )
        time.sleep(_POLL)


def end(record: ServerRecord, state: Path) -> bool:
    """Stop the server and all its processes, and remove the state file. Was there anything to stop?"""
    family = record.family()
    _signal(family, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(family, timeout=GRACE)
    # It may have started more processes since.
    _signal([*stubborn, *record.family()], signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=GRACE)
    state.unlink(missing_ok=True)
    return bool(family)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue  # it exited on its own


def last_error(log: Path) -> str:
    """The line of a log that best explains why the process exited."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [found["error"] for line in lines if (found := _ERROR_LINE.search(line))]
    # Parent processes only report that another process failed.
    causes = [error for error in errors if "root cause" not in error]
    return (causes or errors or lines or ["no output."])[-1]
