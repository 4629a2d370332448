"""Programs in real worker processes: how they end, and what is reported about the end."""

from __future__ import annotations

import itertools
import select
import threading
from time import sleep
from typing import Any

import pytest
from sandboxed import ENDLESS, LIMITS, Served, kill_unseen, raising, run, workers

from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.sandbox.wire import Wire
from looksmith.tools.core.errors import ArgumentError, NoDetection, ToolError
from looksmith.tools.core.values import Box


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
