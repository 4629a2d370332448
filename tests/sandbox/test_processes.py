"""What stays behind after a program: no process, no open file, and a spare worker."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep
from typing import Any

import psutil
import pytest
from sandboxed import ENDLESS, LIMITS, Served, kill_unseen, processes, raising, run, wait_until, workers

from looksmith.sandbox.pool import SandboxError
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.tools.core.errors import ToolError


def locked_workers(count: int) -> list[psutil.Process]:
    """So many, once all have locked themselves down."""
    wait_until(lambda: len(workers()) == count)
    return workers()


def test_nothing_is_left_after_runs() -> None:
    me = psutil.Process()
    with Sandbox(Limits(compute_seconds=0.3), spares=0) as sandbox:
        run(sandbox, "answer = 1")
        before, alive = me.num_fds(), len(processes())
        for number in range(30):
            sources = ("answer = 1", "answer = 1 / 0", "answer = len", "answer = T()")
            outcome = run(sandbox, sources[number % 4], Served() if number % 8 else raising(ToolError("no")))
            assert outcome.kind in ("ok", "crashed", "type_error", "tool_error")
            assert len(processes()) == alive
        assert run(sandbox, ENDLESS).kind == "timeout"
        assert (workers(), len(processes()), me.num_fds()) == ([], alive, before)


def test_a_spare_is_ready_again_after_each_program() -> None:
    with Sandbox(spares=2) as sandbox:
        assert run(sandbox, "answer = 1").answer == 1
        sandbox.prepare()
        spares = locked_workers(2)
        assert run(sandbox, "answer = 2").answer == 2
        again = locked_workers(2)
        assert len({p.pid for p in spares} & {p.pid for p in again}) == 1


def test_never_more_than_a_number_at_once() -> None:
    seen: list[int] = []

    def count(_request: Request) -> int:
        seen.append(len(workers()))
        sleep(0.05)
        return 1

    with Sandbox(LIMITS, spares=0, most=3) as sandbox, ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: run(sandbox, "answer = T()", Served(count)), range(12)))
    assert [outcome.answer for outcome in outcomes] == [1] * 12
    assert max(seen) <= 3


def gone(processes: list[psutil.Process]) -> bool:
    """A process that ended is not there, or a zombie while nobody has asked for its status.

    Its command line is gone a moment sooner, when its end of the wire is still open.
    """
    return all(_ended(process) for process in processes)


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("which", ["first", "last"])
def test_a_zygote_that_dies_is_replaced(which: str) -> None:
    others = processes()
    with Sandbox(LIMITS) as sandbox:
        assert run(sandbox, "answer = 1").answer == 1
        spares = locked_workers(1)
        mine = [p for p in processes() if p not in (*others, *spares)]
        (mine[0] if which == "first" else mine[-1]).kill()
        wait_until(lambda: gone([*mine, *spares]))
        assert run(sandbox, "answer = 2").answer == 2


def test_a_zygote_that_dies_ends_its_programs_only() -> None:
    shot: list[psutil.Process] = []

    def shoot(_request: Request) -> int:
        shot.extend(processes())
        for process in shot:
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end with the one before
                process.kill()
        return 1

    with Sandbox(LIMITS) as sandbox:
        assert run(sandbox, "answer = T()", Served(shoot)).kind == "crashed"
        wait_until(lambda: gone(shot))
        assert run(sandbox, "answer = 2").answer == 2


HOST = """
import signal, sys, time
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox

def call(request):
    print("called", flush=True)
    time.sleep(60)

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background
sandbox = Sandbox(spares=2)
sandbox.run(Checked(Program("answer = T()"), ("T",)), {}, call)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_host_that_ends_leaves_no_process(how: signal.Signals) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert host.stdout is not None
    assert host.stdout.readline() == b"called\n"
    left = psutil.Process(host.pid).children(recursive=True)
    assert len(left) >= 2
    os.kill(host.pid, how)
    try:
        host.wait(20)
    finally:
        host.kill()
        host.stdout.close()
    _, alive = psutil.wait_procs(left, timeout=60)
    assert alive == []


def test_close_kills_the_spare_worker() -> None:
    sandbox = Sandbox()
    sandbox.prepare()
    sandbox.prepare()
    (spare,) = locked_workers(1)
    sandbox.close()
    assert not spare.is_running()
    assert workers() == []
    sandbox.close()
    with sandbox:
        assert run(sandbox, "answer = 2").answer == 2


def test_a_dead_spare_is_replaced() -> None:
    with Sandbox() as sandbox:
        sandbox.prepare()
        (spare,) = locked_workers(1)
        kill_unseen(spare)
        assert run(sandbox, "answer = 2").answer == 2


def test_a_worker_outlives_the_thread_that_prepared_it() -> None:
    with Sandbox() as sandbox:
        thread = threading.Thread(target=sandbox.prepare)
        thread.start()
        thread.join()
        sleep(0.2)
        (spare,) = locked_workers(1)
        assert spare.status() != psutil.STATUS_ZOMBIE
        assert run(sandbox, "answer = 3").answer == 3


def test_programs_run_side_by_side() -> None:
    answers: dict[int, Any] = {}

    def one(number: int) -> None:
        with Sandbox() as sandbox:
            serve = Served(lambda request: (sleep(0.05), request.args[0])[1])
            answers[number] = run(sandbox, f"answer = [T({number}) for i in range(3)]", serve).answer

    threads = [threading.Thread(target=one, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: [n] * 3 for n in range(4)}


def test_an_error_of_the_host_itself_leaves_no_worker(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError):
        run(sandbox, "answer = T()", raising(RuntimeError("a bug")))
    assert workers() == []


def test_layers_are_told(sandbox: Sandbox) -> None:
    layers = run(sandbox, "answer = 1").layers
    assert {"process", "rlimit_as", "rlimit_cpu"} <= set(layers)


@contextmanager
def no_files_left() -> Generator[None]:
    """Nothing more can be opened in here."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (psutil.Process().num_fds() + 20, before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_host_without_files_ends_no_program_that_runs() -> None:
    with Sandbox(spares=0) as sandbox:

        def crowd(_request: Request) -> int:
            with no_files_left(), pytest.raises(SandboxError, match="Too many open files"):
                run(sandbox, "answer = 1")
            return 7

        assert run(sandbox, "answer = T()", Served(crowd)).answer == 7
        assert run(sandbox, "answer = 2").answer == 2


def test_a_host_without_files_says_so_at_once() -> None:
    with Sandbox(spares=0) as sandbox:
        with no_files_left(), pytest.raises(SandboxError, match="Too many open files"):
            run(sandbox, "answer = 1")
        assert run(sandbox, "answer = 2").answer == 2


CANNOT_FORK = """
import os, sys
from looksmith.sandbox import zygote
fork, serve, forks = os.fork, zygote._serve, []
def fork_but_once():
    forks.append(1)
    if len(forks) == 2:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
def serve_in_a_crowd(*served):
    os.fork = fork_but_once
    serve(*served)
zygote._serve = serve_in_a_crowd
zygote.main(*map(int, sys.argv[1:]))
"""


def test_a_machine_without_room_for_a_process_ends_no_program_that_runs() -> None:
    with Sandbox(spares=0, zygote=(sys.executable, "-I", "-c", CANNOT_FORK)) as sandbox:

        def crowd(_request: Request) -> int:
            with pytest.raises(SandboxError, match="Resource temporarily unavailable"):
                run(sandbox, "answer = 1")
            return 7

        assert run(sandbox, "answer = T()", Served(crowd)).answer == 7
        assert run(sandbox, "answer = 2").answer == 2
