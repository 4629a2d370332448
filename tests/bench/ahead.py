"""A loop that classifies boxes, with and without calls that are made ahead of it.

python tests/bench/ahead.py [ROUNDS]    the model is simulated: 20 ms for one call, 25 ms for a batch of 32

The ways take turns in each round; figures are medians (fastest to slowest).
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import perf_counter, sleep
from typing import Any

from PIL import Image as Pillow

from looksmith.agent.execute import Runner
from looksmith.agent.runs import Runs
from looksmith.agent.subject import Subject
from looksmith.agent.trace import End
from looksmith.programs.ahead import plan
from looksmith.programs.check import Checked, check
from looksmith.programs.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.cache import ResultCache
from looksmith.tools.executor import Call, Executor
from looksmith.tools.registry import Registry
from looksmith.tools.tool import tool
from looksmith.tools.values import Box, Image

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (200, 40), "red")), "red.png")
BOXES = 32
ONE, FULL = 0.020, 0.025
PROGRAMS = {
    "comprehension": 'answer = [CLASSIFY(CROP(image, b), ["red", "blue"]) for b in DETECT(image, "cup")]',
    "loop with a test": 'n = 0\nfor b in DETECT(image, "cup"):\n    part = CROP(image, b)\n'
    '    if CLASSIFY(part, ["red", "blue"]) == "red":\n        n += 1\nanswer = n',
    "straight line": 'a = CLASSIFY(image, ["a"])\nb = CLASSIFY(image, ["b"])\nanswer = a + b',
}


class Simulated:
    """A detector that takes no time, and a classifier that takes `ONE` second alone. free: it takes none either."""

    backend = "simulated"

    def __init__(self, free: bool) -> None:
        self._free = free

    @tool
    def DETECT(self, image: Image, name: str) -> list[Box]:
        """All boxes of that name."""
        return [Box(i * 5, 0, i * 5 + 4, 40, name) for i in range(BOXES)]

    @tool
    def CLASSIFY(self, image: Image, labels: list[str]) -> str:
        """The label that fits."""
        if not self._free:
            sleep(ONE)
        return labels[image.left % len(labels)]


@tool
def CROP(image: Image, box: Box) -> Image:
    """The part of the image inside the box."""
    return image.crop(box)


class Batches(Executor):
    """Serves the calls of CLASSIFY that wait together, 32 at most, in the time of one batch."""

    def __init__(self, registry: Registry, answers: Executor) -> None:
        super().__init__(registry)
        self._answers = answers
        self._waiting: list[tuple[Future[Call], Any]] = []
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1)

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `call`, later."""
        if name != "CLASSIFY":
            return self._thread.submit(self.call, name, args, kwargs, cache)
        future = Future[Call]()
        with self._lock:
            self._waiting.append((future, (name, args, kwargs, cache)))
        self._thread.submit(self._serve_waiting)
        return future

    def _serve_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[:BOXES], self._waiting[BOXES:]
        if batch:
            sleep(ONE + (FULL - ONE) * (len(batch) - 1) / (BOXES - 1))
        for future, call in batch:
            future.set_result(self._answers.call(*call))


def registry_of(*, free: bool) -> Registry:
    """The tools."""
    registry = Registry()
    registry.add(Simulated(free), CROP)
    return registry


@dataclass(frozen=True)
class Way:
    """How programs are run."""

    registry: Registry
    executor: Executor
    ahead: bool = False

    def seconds(self, source: str, runs: Runs, sandbox: Sandbox) -> float:
        """From the start of a program to its outcome, its trace written."""
        checked = check(Program(source), self.registry)
        assert isinstance(checked, Checked)
        recorder = runs.start("", SUBJECT, list(checked.tools))
        runner = Runner(self.executor, sandbox, recorder, SUBJECT.inputs(), self.registry if self.ahead else None)
        sandbox.prepare()
        start = perf_counter()
        ran = runner.run(checked, None)
        took = perf_counter() - start
        assert ran.outcome.kind == "ok", ran.outcome
        recorder.finish(End(outcome="ok"), "")
        return took


def told(times: list[float]) -> str:
    low, middle, high = min(times), statistics.median(times), max(times)
    return f"{middle * 1000:.0f} ms ({low * 1000:.0f} to {high * 1000:.0f})"


def main(rounds: int) -> None:
    """Print the table."""
    real, free = registry_of(free=False), registry_of(free=True)
    with TemporaryDirectory() as folder, Sandbox() as sandbox:
        runs = Runs(Path(folder))
        ways = {
            "one by one": Way(real, Executor(real)),
            "ahead, one call at a time": Way(real, Executor(real), ahead=True),
            "ahead, in batches": Way(real, Batches(real, Executor(free)), ahead=True),
            "no time, one by one": Way(free, Executor(free)),
            "no time, ahead": Way(free, Executor(free), ahead=True),
        }
        print(f"| | {' | '.join(ways)} | batches against one by one |\n|---|{'---|' * (len(ways) + 1)}")
        for name, source in PROGRAMS.items():
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds + 1):
                for name_of_way, way in ways.items():
                    times[name_of_way].append(way.seconds(source, runs, sandbox))
            kept = {way: found[1:] for way, found in times.items()}
            pairs = zip(kept["one by one"], kept["ahead, in batches"], strict=True)
            ratio = statistics.median(alone / ahead for alone, ahead in pairs)
            print(f"| {name} | {' | '.join(told(found) for found in kept.values())} | {ratio:.1f} x |")
    for name, source in PROGRAMS.items():
        checked = check(Program(source), real)
        assert isinstance(checked, Checked)
        start = perf_counter()
        for _ in range(100):
            plan(checked, real, ["image"])
        print(f"planning the {name}: {(perf_counter() - start) * 10:.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
