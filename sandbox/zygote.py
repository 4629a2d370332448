"""The zygote: an initialized process that forks an isolated worker for each program.

Started as `python -I -m looksmith.sandbox.zygote FD MEMORY_BYTES CPU_SECONDS`. FD is a stream socket to the host:

zygote -> host   the active layers of a worker, as one line of text
host -> zygote   b"+" and a descriptor, the worker's end of its connection; answered with the worker's pid, or
                 with a negative errno if the system is out of resources
host -> zygote   b"-" and a pid: kill that worker; answered with its waitpid status

It exits, with all workers, when the host's end is closed, however the host exited.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import NoReturn

from . import jail, worker
from .seccomp import WIRE_FD

NUMBER = struct.Struct("<q")
FORK, END = b"+", b"-"


def main(fd: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Lock down, report the active layers, and serve until the host is gone."""
    host = socket.socket(fileno=fd)
    worker.prepare_zygote()
    layers = jail.enter()

    def be_worker(wire: int) -> NoReturn:
        # Move the connection to the lowest descriptor, and close everything else.
        os.dup2(wire, WIRE_FD)
        os.closerange(WIRE_FD + 1, os.sysconf("SC_OPEN_MAX"))
        sys.stdin = sys.stdout = sys.stderr = None  # pyright: ignore[reportAttributeAccessIssue]
        connection = socket.socket(fileno=WIRE_FD)
        worker.main(connection, (*layers, *jail.lock_down(memory_bytes, cpu_seconds)))
        os._exit(0)

    host.sendall(" ".join(_probe(be_worker)).encode() + b"\n")
    gc.collect()
    gc.freeze()
    _serve(host, be_worker)


def _probe(be_worker: Callable[[int], NoReturn]) -> tuple[str, ...]:
    """The active layers, as reported by a test worker."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        number = _fork(theirs.fileno(), be_worker)
        if number < 0:
            raise OSError(-number, os.strerror(-number))
        theirs.close()
        layers = worker.greeting(ours)
    _end(number)
    return layers


def _serve(host: socket.socket, be_worker: Callable[[int], NoReturn]) -> None:
    while True:
        request, descriptors, _, _ = socket.recv_fds(host, 1, 1)
        if request == FORK and descriptors:
            host.sendall(NUMBER.pack(_fork(descriptors[0], be_worker)))
            os.close(descriptors[0])
        elif request == END:
            host.sendall(NUMBER.pack(_end(NUMBER.unpack(host.recv(NUMBER.size, socket.MSG_WAITALL))[0])))
        else:
            return


def _fork(wire: int, be_worker: Callable[[int], NoReturn]) -> int:
    try:
        child = os.fork()
    except OSError as error:  # this must not affect the other workers
        return -(error.errno or errno.EAGAIN)
    if child == 0:
        # Never return into the zygote's loop.
        try:
            be_worker(wire)
        finally:
            os._exit(1)
    return child


def _end(number: int) -> int:
    """Only this process reaps its children, so the pid cannot have been reused."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    return os.waitpid(number, 0)[1]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
