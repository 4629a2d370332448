"""The sandbox against bare exec, RestrictedPython alone, smolagents and pydantic-monty, in one run.

python tests/bench/sandbox.py [ROUNDS]    needs the `dev` extra and a machine that has nothing else to do

Engines take turns in each round; figures are medians (10 % to 90 %). Memory is that of a waiting worker which it does
not share with its zygote.
"""

from __future__ import annotations

import operator
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Limits, Request, Sandbox

Tools = Mapping[str, Callable[..., Any]]
CALLS = 2_000
ROOMY = Limits(seconds=600, compute_seconds=300, tool_calls=10**7, calls_per_tool=10**7)

TRIVIAL = "answer = 1 + 1"
FIRST_CALL = "answer = NOTE(1)"
CALL_LOOP = f"total = 0\nfor i in range({CALLS}):\n    total = total + NOTE(i)\nanswer = total"
SUM = "total = 0\nfor i in range(SIZE):\n    total += i\nanswer = total"
BOXES = """
boxes = []
for i in range(SIZE):
    left = (i * 7919) % 640
    top = (i * 104729) % 480
    label = "cat" if i % 3 else "dog"
    boxes.append({"label": label, "score": ((i * 31) % 100) / 100, "box": [left, top, left + 10, top + 9]})
best = [b for b in boxes if b["score"] > 0.5 and b["box"][0] < 320]
best = sorted(best, key=lambda b: (b["box"][2] - b["box"][0]) * (b["box"][3] - b["box"][1]))
counts = {}
for b in best:
    counts[b["label"]] = counts.get(b["label"], 0) + 1
answer = [len(best), counts["cat"], best[0]["box"]]
"""
NMS = """
def iou(a, b):
    left = max(a[0], b[0])
    top = max(a[1], b[1])
    right = min(a[2], b[2])
    bottom = min(a[3], b[3])
    if right <= left or bottom <= top:
        return 0.0
    inner = (right - left) * (bottom - top)
    return inner / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner)
boxes = []
for i in range(SIZE):
    left = (i * 37) % 200
    top = (i * 53) % 200
    boxes.append([left, top, left + 40, top + 40])
kept = []
for box in boxes:
    free = True
    for other in kept:
        if iou(box, other) > 0.3:
            free = False
            break
    if free:
        kept.append(box)
answer = len(kept)
"""
STRINGS = """
words = []
for i in range(SIZE):
    words.append("w" + str(i % 97))
number = 0
for word in " ".join(words).split(" "):
    if word.startswith("w9"):
        number = number + 1
answer = number
"""
COMPUTE = {
    f"{name}, {size:,}": source.replace("SIZE", str(size))
    for name, source, sizes in (
        ("sum", SUM, (300_000,)),
        ("boxes", BOXES, (2_000, 20_000)),
        ("NMS", NMS, (120, 600)),
        ("strings", STRINGS, (20_000, 100_000)),
    )
    for size in sizes
}
"""Ratios include the start and the compilation, which are most of what a small one takes."""


class Exec:
    """No sandbox."""

    name, isolation = "bare exec", "none"

    def run(self, source: str, tools: Tools) -> Any:
        """The program's answer."""
        names = dict(tools)
        exec(compile(source, "program", "exec"), names)
        return names["answer"]


class Restricted:
    """RestrictedPython with the guards that its documentation shows."""

    name, isolation = "RestrictedPython alone", "names and attributes, in the host's process"

    def __init__(self) -> None:
        from RestrictedPython.compile import compile_restricted
        from RestrictedPython.Eval import default_guarded_getitem, default_guarded_getiter
        from RestrictedPython.Guards import (
            full_write_guard,
            guarded_iter_unpack_sequence,
            safe_globals,
            safer_getattr,
        )

        in_place = {"+=": operator.iadd, "-=": operator.isub, "*=": operator.imul}
        more = {name: getattr(__import__("builtins"), name) for name in ("list", "dict", "sum", "min", "max", "sorted")}
        self._compile = compile_restricted
        self._globals = {
            **safe_globals,
            "__builtins__": {**safe_globals["__builtins__"], **more},
            "_getattr_": safer_getattr,
            "_getitem_": default_guarded_getitem,
            "_getiter_": default_guarded_getiter,
            "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
            "_write_": full_write_guard,
            "_inplacevar_": lambda symbol, x, y: in_place[symbol](x, y),
        }

    def run(self, source: str, tools: Tools) -> Any:
        """The program's answer."""
        names = {**self._globals, **tools}
        exec(self._compile(source, "program", "exec"), names)
        return names["answer"]


class Smolagents:
    """Walks the syntax tree in the host's process."""

    name, isolation = "smolagents LocalPythonExecutor", "an interpreter of its own, in the host's process"

    def __init__(self) -> None:
        from smolagents.local_python_executor import LocalPythonExecutor

        self._make = LocalPythonExecutor

    def run(self, source: str, tools: Tools) -> Any:
        """The program's answer."""
        executor = self._make([], timeout_seconds=None)
        given: Any = dict(tools)
        executor.send_tools(given)
        executor(source)
        return executor.state["answer"]


class MontyPool:
    """An interpreter in Rust, in worker processes of a pool."""

    name, isolation = "pydantic-monty", "an interpreter of its own, in a process of a pool"

    def __init__(self) -> None:
        from pydantic_monty import Monty

        self._pool = Monty(max_processes=1).__enter__()

    def run(self, source: str, tools: Tools) -> Any:
        """The program's answer."""
        limits: Any = {"max_memory": 512 << 20, "max_feed_duration_secs": 120, "max_suspensions": 10**9}
        with self._pool.checkout(limits=limits) as session:
            return session.feed_run(f"{source}\nanswer", external_lookup=dict(tools))


class Looksmith:
    """Ours, with the layers that this machine has."""

    name = "looksmith"

    def __init__(self, spares: int = 1) -> None:
        self.sandbox = Sandbox(ROOMY, spares=spares)
        self.sandbox.prepare()
        checked = Checked(Program(TRIVIAL), ())
        outcome = self.sandbox.run(checked, {}, lambda _request: None)
        self.isolation = f"RestrictedPython in a process of its own under {len(outcome.layers)} kernel layers"

    def run(self, source: str, tools: Tools) -> Any:
        """The program's answer."""

        def serve(request: Request) -> Any:
            return tools[request.tool](*request.args, **request.kwargs)

        outcome = self.sandbox.run(Checked(Program(source), tuple(tools)), {}, serve)
        assert outcome.kind == "ok", outcome
        return outcome.answer


def shown(values: list[float], scale: float, unit: str) -> str:
    """Median, and 10 % to 90 %."""
    ordered = sorted(value * scale for value in values)
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return f"{statistics.median(ordered):.3g} {unit} ({low:.3g} to {high:.3g})"


def first_result(engine: Any) -> float:
    """Seconds until the program's first call arrives."""
    arrived: list[float] = []
    start = perf_counter()
    engine.run(FIRST_CALL, {"NOTE": lambda value: arrived.append(perf_counter()) or value})
    return arrived[0] - start


def took(engine: Any, source: str, tools: Tools) -> tuple[float, Any]:
    start = perf_counter()
    answer = engine.run(source, tools)
    return perf_counter() - start, answer


def starts(engines: list[Any], rounds: int) -> Iterator[tuple[str, str]]:
    unready = Looksmith(spares=0)
    unready.name = "looksmith, no spare worker ready"
    everyone = [*engines, unready]
    times: dict[str, list[float]] = {engine.name: [] for engine in everyone}
    for _ in range(rounds * 10):
        for engine in everyone:
            if engine.name == "looksmith":
                engine.sandbox.prepare()
                sleep(0.02)
            times[engine.name].append(first_result(engine))
    unready.sandbox.close()
    for name, values in times.items():
        yield name, shown(values, 1e3, "ms")


def per_call(engines: list[Any], rounds: int) -> Iterator[tuple[str, str]]:
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for _ in range(rounds):
        for engine in engines:
            whole, _ = took(engine, CALL_LOOP, {"NOTE": lambda value: value})
            none, _ = took(engine, CALL_LOOP.replace("NOTE(i)", "i"), {"NOTE": lambda value: value})
            times[engine.name].append((whole - none) / CALLS)
    for name, values in times.items():
        yield name, shown(values, 1e6, "µs")


def computing(engines: list[Any], source: str, rounds: int) -> Iterator[tuple[str, str]]:
    """Ratios to bare exec in the same round."""
    ratios: dict[str, list[float]] = {engine.name: [] for engine in engines}
    answers: set[str] = set()
    for _ in range(rounds):
        base = 0.0
        for engine in engines:
            seconds, answer = took(engine, source, {})
            base = base or seconds
            ratios[engine.name].append(seconds / base)
            answers.add(repr(answer))
    assert len(answers) == 1, answers
    for name, values in ratios.items():
        yield name, shown(values, 1, "x")


def worker_memory(engine: Looksmith) -> str:
    """Of a worker that waits in a tool call."""
    found: list[float] = []

    def look(value: int) -> int:
        for process in psutil.Process().children(recursive=True):
            if "Seccomp:\t2" in Path(f"/proc/{process.pid}/status").read_text():
                rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
                found.append(sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")))
        return value

    engine.run("x = [i for i in range(100)]\nanswer = NOTE(1)", {"NOTE": look})
    return f"{max(found) / 1024:.2f} MiB"


def at_once(engine: Looksmith, number: int) -> str:
    """So many programs, each waiting 20 ms in each of two tools."""

    def wait(value: int) -> int:
        sleep(0.02)
        return value

    with ThreadPoolExecutor(number) as pool:
        start = perf_counter()
        answers = list(pool.map(lambda n: engine.run(f"answer = NOTE({n}) + NOTE(1)", {"NOTE": wait}), range(number)))
        seconds = perf_counter() - start
    assert answers == [n + 1 for n in range(number)]
    return f"{seconds * 1e3:.0f} ms for all, {seconds / number * 1e3:.2f} ms each"


def main(rounds: int) -> None:
    """Print the tables."""
    ours = Looksmith()
    engines: list[Any] = [Exec(), Restricted(), Smolagents(), MontyPool(), ours]
    rows: dict[str, dict[str, str]] = {}
    for engine in engines:
        rows.setdefault(engine.name, {})["isolation"] = engine.isolation
    for title, figures in (
        ("to the first result", starts(engines, rounds)),
        ("a tool call", per_call(engines, rounds)),
        *((name, computing(engines, source, rounds)) for name, source in COMPUTE.items()),
    ):
        for name, figure in figures:
            rows.setdefault(name, {})[title] = figure
    titles = ["isolation", "to the first result", "a tool call", *COMPUTE]
    print(f"| | {' | '.join(titles)} |\n|---|{'---|' * len(titles)}")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(row.get(title, '') for title in titles)} |")
    print(f"\nMemory of a worker beyond its zygote: {worker_memory(ours)}")
    print(f"100 programs at once: {at_once(ours, 100)}")
    ours.sandbox.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
