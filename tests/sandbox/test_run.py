"""Programs in real worker processes: how they end, what is told about the end, and what stays behind."""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import PIL.Image
import psutil
import pytest

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.pool import SandboxError
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.sandbox.wire import Wire
from looksmith.tools.core.errors import ArgumentError, NoDetection, ToolError
from looksmith.tools.core.values import Box, Image, Mask, Point, Video

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


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, spares=0) as made:
        yield made


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


def processes() -> list[psutil.Process]:
    """All that sandboxes of this process have started: zygotes and workers."""
    return [p for p in psutil.Process().children(recursive=True) if b"looksmith.sandbox.zygote" in told(p, "cmdline")]


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
    deadline = monotonic() + 5
    while not true() and monotonic() < deadline:
        sleep(0.01)
    assert true()


def locked_workers(count: int) -> list[psutil.Process]:
    """So many, once all have locked themselves down."""
    wait_until(lambda: len(workers()) == count)
    return workers()


def kill_unseen(worker: psutil.Process) -> None:
    """Kill a worker, and leave it to the sandbox to notice."""
    worker.kill()
    wait_until(lambda: worker.status() == psutil.STATUS_ZOMBIE)


# How programs end


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ArgumentError("LOC wants str for name, got int."), "type_error"),
        (ToolError("The model is ill.", hint="Call a doctor."), "tool_error"),
        (NoDetection("No dog was found."), "no_detection"),
    ],
)
def test_a_tool_that_fails_ends_the_program(sandbox: Sandbox, error: Exception, kind: str) -> None:
    served = raising(error)
    outcome = run(
        sandbox, 'x = [1, 2]\nprint("before")\ny = LOC(image, "dog")\nLOC(image, "again")\nanswer = 1', served
    )
    assert (outcome.kind, outcome.answer, outcome.message, outcome.line) == (kind, None, str(error), 3)
    assert outcome.variables == {"x": [1, 2]}
    assert outcome.printed == "before\n"
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("x = 1\nanswer = x / 0", 2, "ZeroDivisionError"),
        ("answer = [][3]", 1, "IndexError"),
        ("def f(n):\n    return f(n + 1)\nanswer = f(0)", 2, "RecursionError"),
        ("answer = {}['k']", 1, "KeyError"),
        ("answer = image.pixels", 1, "no attribute 'pixels'"),
        ("x = 1", 0, "without setting answer"),
        ("a, b = [1]\nanswer = 2", 1, "ValueError"),
        ("answer = int('\\ud800')", 1, "ValueError"),
    ],
)
def test_a_program_that_raises_has_crashed_at_a_line(sandbox: Sandbox, source: str, line: int, told: str) -> None:
    outcome = run(sandbox, source)
    assert (outcome.kind, outcome.line, outcome.answer) == ("crashed", line, None)
    assert told in outcome.message


def test_variables_and_printed_text_are_told_after_a_failure(sandbox: Sandbox) -> None:
    source = """
box = T()
seen = [box, (1, "a"), {"k": None}]
helper = lambda x: x
huge = "x" * 2_000_000
_ = 3
print("so far", len(seen))
answer = huge.nothing
"""
    box = Box(1, 2, 3, 4, "dog", 0.5)
    outcome = run(sandbox, source, Served(lambda _request: box))
    assert outcome.kind == "crashed"
    assert outcome.variables == {"box": box, "seen": [box, (1, "a"), {"k": None}]}
    assert outcome.printed == "so far 3\n"


@pytest.mark.parametrize(
    "source",
    [
        "x = 'a'\nfor i in range(60):\n    x = x + x\nanswer = 1",
        "x = []\nfor i in range(10**6):\n    x.append([i] * 100_000)\nanswer = 1",
        "answer = {i: str(i) * 200_000 for i in range(10**6)}",
        "x = [0] * 9_000_000\nanswer = x + x + x + x",
    ],
)
def test_memory_is_a_budget(sandbox: Sandbox, source: str) -> None:
    outcome = run(sandbox, source)
    assert outcome.kind == "budget", outcome
    assert "more than 256 MB of memory" in outcome.message


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = [0] * 10**9", "a list of more than 10,000,000 items"),
        ("x = 10**9 * 'ab'", "a str of more than 10,000,000 items"),
        ("x = 'ab'\nx *= 10**9", "a str of more than 10,000,000 items"),
        ("x = f\"{'x':>{10**9}}\"", "10,000 characters"),
        ('x = f"{1.5:.99999f}"', "10,000 characters"),
        ("x = '%99999d' % 1", "10,000 characters"),
        ("x = '%*d' % (10**9, 1)", "10,000 characters"),
        ("w = '%99999d'\nx = w % 1.5", "10,000 characters"),
        ("x = '%99999.1f' % 2.5", "10,000 characters"),
        ("x = 3\nfor i in range(10**4):\n    x = 1_000_000 * x\ny = x * x", "16,384 bits"),
        ("x = 10**10**8", "16,384 bits"),
        ("x = 3\nfor i in range(60):\n    x = x * x", "16,384 bits"),
        ("x = 3\nfor i in range(60):\n    x **= 2", "16,384 bits"),
        ("for i in range(10**12):\n    pass", "a range of more than 10,000,000 numbers"),
        ("x = sum(range(0, -10**30, -1))", "a range of more than 10,000,000 numbers"),
    ],
)
def test_values_have_a_size(sandbox: Sandbox, source: str, told: str) -> None:
    outcome = run(sandbox, f"a = 1\n{source}\nanswer = 1")
    assert (outcome.kind, outcome.variables["a"]) == ("budget", 1)
    assert told in outcome.message
    assert outcome.line > 1


@pytest.mark.parametrize(
    "loop",
    [
        "for i in range(900):\n    for j in range(900):\n        n = n + 1",
        "n = [j for i in range(900) for j in range(900)]",
        "n = sum(1 for i in range(900) for j in range(900))",
        "n = {j: i for i in range(900) for j in range(900)}",
        "def f():\n    for i in range(900):\n        g()\ndef g():\n    for i in range(900):\n        pass\nf()",
    ],
)
def test_loop_steps_are_a_budget(loop: str) -> None:
    with Sandbox(Limits(loop_steps=100_000)) as sandbox:
        outcome = run(sandbox, f"n = 0\n{loop}\nanswer = 1")
        assert (outcome.kind, "more than 100,000 rounds" in outcome.message) == ("budget", True), outcome
        assert run(sandbox, "n = 0\nfor i in range(90_000):\n    n = n + i\nanswer = n").answer == 4049955000


def test_calls_per_tool_are_a_budget() -> None:
    with Sandbox(Limits(calls_per_tool=3)) as sandbox:
        outcome = run(sandbox, "for i in range(9):\n    T(i)\n    U(i)\nanswer = 1")
    assert (outcome.kind, outcome.line, outcome.variables["i"]) == ("budget", 2, 3)
    assert "3 calls of T" in outcome.message


@pytest.mark.parametrize(("call", "told"), [("T('x' * 400_000)", "MB of arguments"), ("T()", "MB of results")])
def test_bytes_are_a_budget(call: str, told: str) -> None:
    served = Served(lambda request: 1 if request.args else "y" * 400_000)
    with Sandbox(Limits(megabytes=2)) as sandbox:
        outcome = run(sandbox, f"for i in range(9):\n    x = {call}\nanswer = 1", served)
    assert (outcome.kind, outcome.line) == ("budget", 2)
    assert f"2 {told}" in outcome.message
    assert 4 <= len(served.requests) <= 6


def test_tool_calls_are_a_budget(sandbox: Sandbox) -> None:
    served = Served()
    outcome = run(sandbox, "n = 0\nfor i in range(100):\n    T(i)\n    n = n + 1\nanswer = 1", served)
    assert (outcome.kind, outcome.line) == ("budget", 3)
    assert "20 tool calls" in outcome.message
    assert len(served.requests) == outcome.variables["n"] == LIMITS.tool_calls


@pytest.mark.parametrize(
    "source",
    [
        "for i in range(10**6):\n    x = 'x' * 10**7\nanswer = 1",
        "for i in range(10**6):\n    x = sum(range(10**6))\nanswer = 1",
        "answer = 3 in [4] * 10**6 or all([4] * 10**6 == [4] * 10**6 for i in range(10**6))",
        "def f(n):\n    return 0 if n == 0 else f(n - 1) + f(n - 1)\nanswer = f(60)",
        "x = [1]\nfor i in x:\n    x.append(i + sum(range(10**5)))\nanswer = 1",
    ],
)
def test_endless_programs_are_stopped(source: str) -> None:
    with Sandbox(Limits(seconds=300, compute_seconds=0.5, memory_mb=256), spares=0) as brief:
        outcome = run(brief, source)
    assert outcome.kind == "timeout", outcome
    assert "0.5 s" in outcome.message


def test_time_in_tools_is_not_charged_to_the_program(sandbox: Sandbox) -> None:
    def slow(_request: Request) -> int:
        sleep(0.7)
        return 1

    assert run(sandbox, "answer = T() + T() + T()", Served(slow)).answer == 3


def test_a_program_that_a_busy_machine_keeps_waiting_is_not_late() -> None:
    """A process that is stopped stands for one that gets no processor."""

    def halted(_request: Request) -> int:
        (worker,) = workers()
        worker.suspend()
        threading.Timer(1.5, worker.resume).start()
        return 1

    with Sandbox(Limits(seconds=60, compute_seconds=0.5), spares=0) as brief:
        assert run(brief, "answer = T() + U()", Served(halted)).answer == 2


def test_a_program_whose_words_are_read_late_is_not_late(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine keeps the host from reading what the program said long ago."""
    receive, said = Wire.receive, itertools.count()

    def late(wire: Wire, seconds: float) -> list[Any]:
        if next(said) == 1:  # the first one says that the process is ready
            select.select([wire._socket], [], [])
            raise TimeoutError
        return receive(wire, seconds)

    monkeypatch.setattr(Wire, "receive", late)
    assert run(sandbox, "answer = T()").kind == "ok"


def test_the_whole_program_has_a_time_too() -> None:
    def slow(_request: Request) -> int:
        sleep(0.5)
        return 1

    with Sandbox(Limits(seconds=1.2, compute_seconds=10)) as brief:
        outcome = run(brief, "answer = [T() for i in range(10)]", Served(slow))
    assert outcome.kind == "timeout"
    assert "1.2 s" in outcome.message


def test_a_worker_that_is_killed_is_a_crash(sandbox: Sandbox) -> None:
    def kill(_request: Request) -> int:
        (worker,) = workers()
        kill_unseen(worker)
        return 1

    outcome = run(sandbox, "answer = T()", Served(kill))
    assert outcome.kind == "crashed"
    assert "signal 9" in outcome.message
    assert outcome.layers
    assert run(sandbox, "answer = 5").answer == 5


def test_a_worker_killed_while_computing_is_a_crash(sandbox: Sandbox) -> None:
    def shoot() -> None:
        for process in workers():
            process.kill()

    timer = threading.Timer(0.5, shoot)
    sandbox.prepare()
    timer.start()
    outcome = run(sandbox, ENDLESS)
    timer.join()
    assert outcome.kind == "crashed"


def test_a_worker_that_does_not_read_is_stopped(sandbox: Sandbox) -> None:
    def suspend(_request: Request) -> str:
        (worker,) = workers()
        worker.suspend()
        return "x" * 900_000

    outcome = run(sandbox, "answer = T()", Served(suspend))
    assert (outcome.kind, outcome.answer) == ("timeout", None)
    assert workers() == []


# Answers


@pytest.mark.parametrize(
    "source",
    [
        "None",
        "True",
        "-7",
        "2**63 - 1",
        "1.5",
        "'ä\\n'",
        "[1, [2]]",
        "(1, 'a')",
        "{1, 2}",
        "{'a': (1,), 2: None}",
        "[]",
    ],
)
def test_answers_keep_their_type(sandbox: Sandbox, source: str) -> None:
    outcome = run(sandbox, f"answer = {source}")
    assert outcome.kind == "ok"
    assert repr(outcome.answer) == repr(eval(source))
    assert outcome.message == ""


@pytest.mark.parametrize(
    "source",
    [
        "lambda: 1",
        "len",
        "T",
        "10**400",
        "[" * 20 + "]" * 20,
        "'x' * 2_000_000",
        "(x for x in [1])",
        "[1, zip([1], [2])]",
        "{1: len}",
        "range(3)",
        "b'bytes'",
        "1j",
        "'\\ud800'",
    ],
)
def test_answers_that_cannot_be_told_are_errors(sandbox: Sandbox, source: str) -> None:
    outcome = run(sandbox, f"kept = 3\nprint(1)\nanswer = {source}")
    assert (outcome.kind, outcome.answer) == ("type_error", None), outcome
    assert outcome.message.startswith("The answer cannot be sent")
    assert (outcome.variables, outcome.printed) == ({"kept": 3}, "1\n")


def test_arguments_that_cannot_be_told_are_errors(sandbox: Sandbox) -> None:
    outcome = run(sandbox, "x = 1\nT(lambda: 1)\nanswer = 1")
    assert (outcome.kind, outcome.line) == ("type_error", 2)


@pytest.mark.parametrize("result", [2**70, "x" * 2_000_000, object(), b"x"], ids=["int", "text", "object", "bytes"])
def test_a_result_that_cannot_enter_is_the_tools_error(sandbox: Sandbox, result: object) -> None:
    outcome = run(sandbox, "x = 1\ny = T()\nanswer = y", Served(lambda _request: result))
    assert (outcome.kind, outcome.line) == ("tool_error", 2), outcome
    assert "T" in outcome.message
    assert outcome.variables == {"x": 1}


def test_an_image_is_an_answer_and_comes_back_as_itself(sandbox: Sandbox) -> None:
    part = IMAGE.crop(Box(10, 10, 20, 30))
    mask = Mask(2, 1, (1, 1), "cat", 0.5)
    given: list[Any] = []

    def serve(request: Request) -> Any:
        given.extend(request.args)
        return {"T": part, "U": mask}.get(request.tool, 1)

    source = """\
crop = T(image)
mask = U(crop)
LOC(mask, [crop, image])
answer = [crop, image, mask]
same = crop == T(image)
"""
    outcome = run(sandbox, source, serve)
    assert outcome.kind == "ok", outcome
    assert [id(v) for v in outcome.answer] == [id(part), id(IMAGE), id(mask)]
    assert given[:3] == [IMAGE, part, mask]
    assert given[1] is part
    assert given[2] is mask
    assert given[3][0] is part
    assert outcome.variables["same"] is True
    assert outcome.variables["mask"] is mask


def test_a_program_sees_sizes_and_no_pixels(sandbox: Sandbox) -> None:
    mask = Mask(3, 2, (1, 2, 3), "cat", 0.5)
    source = "m = T()\nanswer = [image.width, image.height, m.area, m.box.left, m.label, m.score, str(image), T(1).x]"
    outcome = run(sandbox, source, Served(lambda r: Point(4, 5) if r.args else mask))
    assert outcome.answer == [60, 40, 2, 0, "cat", 0.5, "<image 60 x 40>", 4]
    for attribute in ("number", "pixels", "source", "array", "crop"):
        assert run(sandbox, f"answer = image.{attribute}").kind == "crashed"


def test_a_video_is_a_handle_with_its_length(sandbox: Sandbox) -> None:
    clip = Video(Path("/home/me/cat.mp4"), "ab" * 32, 60, 40, 25.0, tuple(range(50)))
    source = """\
video = T()
LOC(video, [video, image])
same = video == T() and video != image
answer = [video, video.width, video.height, video.fps, video.frames, video.seconds, str(video)]
"""
    served = Served(lambda request: {"T": clip}.get(request.tool, 1))
    outcome = run(sandbox, source, served)
    assert outcome.answer == [clip, 60, 40, 25.0, 50, 2.0, "<video of 50 frames>"], outcome
    assert outcome.answer[0] is clip
    assert [given is clip for given in (served.requests[1].args[0], served.requests[1].args[1][0])] == [True, True]
    assert outcome.variables["same"] is True
    for attribute in ("number", "path", "source", "times"):
        assert run(sandbox, f"video = T()\nanswer = video.{attribute}", served).kind == "crashed"


def test_a_print_flood_is_bounded(sandbox: Sandbox) -> None:
    outcome = run(sandbox, "for i in range(50_000):\n    print('x' * 100)\nprint('y' * 10_000_000)\nanswer = 1")
    assert outcome.kind == "ok"
    assert 1_000 < len(outcome.printed) <= 20_000


# Places of tool calls


def test_each_call_has_its_line_and_column() -> None:
    source = """\
a = T(1)
b = [T(i) for i in range(2)]
for i in range(2):
    U(i)
c = (T(1) +
     U(2))
d = T(
    U(1),
    x=LOC(2),
)
def helper(n):
    return LOC(n)
e = helper(1) + helper(2)
f = sorted([1, 2], key=lambda n: T(n))
g = T(1) if U(0) else 3
h = sorted([2], key=U)
i = f"{T(1)}"
j = LOC(*[1], **{"x": 2})
k = {n: T(n) for n, _ in [(1, 2)]}
l = sum(T(n) for n in [1])
a += T(1)
image.width; T(2)
answer = T(T(1))
"""
    served = Served()
    with Sandbox() as roomy:
        assert run(roomy, source, served).kind == "ok"
    assert served.places == [
        ("T", 1, 4),
        *(("T", 2, 5), ("T", 2, 5)),
        *(("U", 4, 4), ("U", 4, 4)),
        *(("T", 5, 5), ("U", 6, 5)),
        *(("U", 8, 4), ("LOC", 9, 6), ("T", 7, 4)),
        *(("LOC", 12, 11), ("LOC", 12, 11)),
        *(("T", 14, 33), ("T", 14, 33)),
        *(("U", 15, 12), ("T", 15, 4)),
        ("U", 16, 4),
        ("T", 17, 7),
        ("LOC", 18, 4),
        ("T", 19, 8),
        ("T", 20, 8),
        ("T", 21, 5),
        ("T", 22, 13),
        *(("T", 23, 11), ("T", 23, 9)),
    ]


def test_arguments_arrive_as_they_were_given(sandbox: Sandbox) -> None:
    served = Served()
    run(sandbox, "answer = T(image, 'boat', [1, (2, None)], margin=0.5, **{'deep': {'k': {1}}})", served)
    (request,) = served.requests
    assert request.args == (IMAGE, "boat", [1, (2, None)])
    assert request.kwargs == {"margin": 0.5, "deep": {"k": {1}}}


@pytest.mark.parametrize(
    "source", ["(a, b) = (c, d) = [T(), T()]", "a = (b, c) = T(), U()", "a, *b = c = [T(2), T(3)]"]
)
def test_a_value_for_several_names_is_made_once(sandbox: Sandbox, source: str) -> None:
    served = Served()
    assert run(sandbox, f"{source}\nanswer = a", served).kind == "ok"
    assert len(served.requests) == 2


# What stays behind


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
    _, alive = psutil.wait_procs(left, timeout=5)
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
