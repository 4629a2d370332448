"""The pool of workers on the host's side: forked by a zygote, with a few spares, and limited in number."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Sequence
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from ..tools.core.errors import PrerequisiteError
from .jail import Isolation, missing
from .limits import Limits
from .zygote import END, FORK, NUMBER

if TYPE_CHECKING:
    import psutil

ZYGOTE: tuple[str, ...] = (sys.executable, "-I", "-m", "looksmith.sandbox.zygote")
_START_SECONDS = 30.0
_MAX_LAYERS = 4096
_KEPT_WAITING = ("running", "disk-sleep", "stopped", "waking")
"""States in which a process would work if the machine let it, as psutil calls them."""
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.ETOOMANYREFS, errno.EAGAIN})
"""Errors for exhausted resources of this process; the zygote and its workers are not affected."""


class SandboxError(PrerequisiteError):
    """No worker can be started, or not with the required isolation."""


class Worker:
    """A worker process, and the host's end of its connection."""

    def __init__(self, zygote: Zygote) -> None:
        """Raises SandboxError if this process is out of resources, OSError if the zygote is gone."""
        self.socket, theirs = _connection()
        self.layers = zygote.layers
        self._zygote = zygote
        self._status: int | None = None
        self._turn = Lock()
        with theirs:
            try:
                self._number = zygote.fork(theirs.fileno())
            except OSError as error:
                self.socket.close()
                if error.errno in _NO_ROOM:
                    raise _no_room(error) from None
                raise

    @property
    def ended(self) -> bool:
        """Whether the process exited on its own, or was killed by someone else."""
        poll = select.poll()
        poll.register(self.socket, 0)
        return bool(poll.poll(0))

    def unused(self, seconds: float) -> float:
        """What is left of so much processor time; 0 if the process sleeps, or cannot be seen.

        One that waits for a processor, for memory or for us to read does not sleep.
        """
        import psutil

        try:
            process = self._zygote.process(self._number)
            if process is None or not (process.status() in _KEPT_WAITING or self._has_spoken()):
                return 0.0
            times = process.cpu_times()
        except (OSError, psutil.Error):
            return 0.0
        return max(seconds - times.user - times.system, 0.0)

    def _has_spoken(self) -> bool:
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))

    def end(self) -> None:
        """Kill the process, from any thread: a thread that is talking to it then finds its wire closed."""
        with self._turn:
            if self._status is None:
                self._status = self._zygote.end(self._number)

    def kill(self) -> None:
        """Kill the process and wait until it is gone."""
        self.end()
        self.socket.close()

    def exit_text(self) -> str:
        """How the process exited, in words."""
        self.kill()
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code >= 0:
            return f"the worker exited with status {code}"
        reason = ", for a system call that no program needs" if -code == signal.SIGSYS else ""
        return f"the worker was killed by signal {-code}{reason}"

    @property
    def used_up_processor(self) -> bool:
        """Whether the kernel killed it for exceeding its CPU time."""
        self.kill()
        return os.waitstatus_to_exitcode(self._status or 0) == -signal.SIGXCPU


class Zygote:
    """The zygote process. Thread-safe. Raises OSError if it is gone."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        """Raises SandboxError."""
        self._control, theirs = _connection()
        cpu = max(int(limits.compute_seconds) + 2, 3)
        numbers = (theirs.fileno(), limits.memory_mb << 20, cpu)
        with theirs:
            try:
                self._process = _started([*command, *map(str, numbers)], theirs.fileno())
            except OSError as error:
                self._control.close()
                raise _no_room(error) from None
        self._lock = Lock()
        # It exits when the socket is closed, even if nobody calls close().
        self._close = weakref.finalize(self, _end_zygote, self._control, self._process)
        self.layers = self._greeting()

    def fork(self, wire: int) -> int:
        """Fork a worker with this end of a connection; returns its pid. Raises OSError, also if out of resources."""
        with self._lock:
            socket.send_fds(self._control, [FORK], [wire])
            number = self._reply()
        if number < 0:
            raise OSError(-number, os.strerror(-number))
        return number

    def end(self, number: int) -> int:
        """Kill a worker; returns its waitpid status. If the zygote is gone, so are its workers."""
        try:
            with self._lock:
                self._control.sendall(END + NUMBER.pack(number))
                return self._reply()
        except OSError:
            return signal.SIGKILL

    def process(self, number: int) -> psutil.Process | None:
        """The worker of that pid, which is one of the zygote's namespace. Raises OSError, psutil.Error."""
        import psutil

        family = psutil.Process(self._process.pid).children(recursive=True)
        return next((one for one in family if _inner_pid(one.pid) == number), None)

    def close(self) -> None:
        """Stop it and all its workers, and wait until they are gone."""
        with self._lock:
            self._close()

    def _reply(self) -> int:
        reply = self._control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(reply) != NUMBER.size:
            raise ConnectionError("the sandbox's first process is gone")
        return NUMBER.unpack(reply)[0]

    def _greeting(self) -> tuple[str, ...]:
        self._control.settimeout(_START_SECONDS)
        line = b""
        try:
            while not line.endswith(b"\n") and len(line) < _MAX_LAYERS:
                part = self._control.recv(_MAX_LAYERS)
                if not part:
                    raise ConnectionError("it exited at once")
                line += part
        except OSError as error:
            self._close()
            raise SandboxError(
                f"Cannot start the sandbox: {str(error) or 'no answer'}.",
                hint="Run `python -m looksmith.sandbox.zygote 0 536870912 5 </dev/null` to see why.",
            ) from None
        self._control.settimeout(None)
        return tuple(line.decode("ascii", "replace").split())


def _inner_pid(pid: int) -> int:
    """The pid that a process has in the innermost namespace. Raises OSError."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as lines:
        named = next((line for line in lines if line.startswith("NSpid:")), f"NSpid: {pid}")
    return int(named.split()[-1])


def _connection() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair()
    except OSError as error:
        raise _no_room(error) from None


def _no_room(error: OSError) -> SandboxError:
    return SandboxError(
        f"The sandbox cannot start a process: {error.strerror or error}.",
        hint="Run fewer questions in parallel, or raise `ulimit -n` (open files) and `ulimit -u` (processes).",
    )


def _started(command: Sequence[str], descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )


def _end_zygote(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    control.close()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Workers:
    """Provides workers, each for one program. Thread-safe.

    spares: number of idle workers to keep ready; most: maximum number of workers, beyond which callers wait.
    require: the minimum isolation.
    """

    def __init__(self, command: Sequence[str], limits: Limits, require: Isolation, spares: int, most: int) -> None:
        self._command = command
        self._limits = limits
        self._require: Isolation = require
        self._wanted = spares
        self._room = BoundedSemaphore(most)
        self._lock = Lock()
        self._zygote: Zygote | None = None
        self._spares: list[Worker] = []
        self._open = True

    def prepare(self) -> None:
        """Start the spare workers, so that the next program does not wait. Raises SandboxError."""
        with self._lock:
            self._open = True
            self._drop_dead_spares()
            while len(self._spares) < self._wanted:
                self._spares.append(self._fork())

    def take(self) -> Worker:
        """Take a worker. Raises SandboxError."""
        self._room.acquire()
        try:
            with self._lock:
                self._open = True
                self._drop_dead_spares()
                return self._spares.pop() if self._spares else self._fork()
        except BaseException:
            self._room.release()
            raise

    def give_back(self, worker: Worker) -> None:
        """Stop the worker, and start a new spare in its place."""
        try:
            worker.kill()
        finally:
            self._room.release()
        with self._lock, contextlib.suppress(SandboxError):
            if self._open and len(self._spares) < self._wanted:
                self._spares.append(self._fork())

    def close(self) -> None:
        """Stop all processes. They are restarted when needed."""
        with self._lock:
            self._open = False
            zygote, self._zygote = self._zygote, None
            spares, self._spares = self._spares, []
            for spare in spares:
                spare.socket.close()
        if zygote is not None:
            zygote.close()

    def _drop_dead_spares(self) -> None:
        for spare in [spare for spare in self._spares if spare.ended]:
            self._spares.remove(spare)
            spare.kill()

    def _fork(self) -> Worker:
        """Start a worker, with a new zygote if the old one died. Raises SandboxError."""
        if self._zygote is not None:
            try:
                return Worker(self._zygote)
            except OSError:
                self._zygote.close()
                for spare in self._spares:
                    spare.socket.close()
                self._spares.clear()
        self._zygote = self._start()
        try:
            return Worker(self._zygote)
        except OSError as error:
            raise SandboxError(f"The sandbox cannot start a process: {error}.") from None

    def _start(self) -> Zygote:
        zygote = Zygote(self._command, self._limits)
        lacking = missing(self._require, zygote.layers)
        if lacking:
            zygote.close()
            raise SandboxError(
                f"This machine does not support the isolation `{self._require}`: {', '.join(lacking)} not available.",
                hint="Allow user namespaces, or lower --require-isolation.",
            )
        return zygote
