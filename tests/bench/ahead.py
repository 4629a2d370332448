"""A loop that classifies boxes, with and without calls that are made ahead of it.

python tests/bench/ahead.py [ROUNDS]    the model is simulated: 20 ms for one call, 25 ms for a batch of 32

The ways take turns in each round; figures are medians (fastest to slowest).
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
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
from looksmith.tools.executor import Executor
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
        return self.look([{"image": image, "labels": labels}])[0]

    def look(self, calls: Sequence[Mapping[str, Any]]) -> list[str]:
        """CLASSIFY for each call."""
        if not self._free:
            sleep(ONE + (FULL - ONE) * (len(calls) - 1) / (BOXES - 1))
        return [call["labels"][call["image"].left % len(call["labels"])] for call in calls]


class Batched(Simulated):
    """The same classifier, which takes 32 calls at once: `FULL` seconds."""

    @tool(batch=BOXES, many="look")
    def CLASSIFY(self, image: Image, labels: list[str]) -> str:
        """The label that fits."""
        return self.look([{"image": image, "labels": labels}])[0]


@tool
def CROP(image: Image, box: Box) -> Image:
    """The part of the image inside the box."""
    return image.crop(box)


def registry_of(tools: Simulated) -> Registry:
    """The tools."""
    registry = Registry()
    registry.add(tools, CROP)
    return registry


@dataclass(frozen=True)
class Way:
    """How programs are run."""

    tools: Simulated
    ahead: bool = False

    @cached_property
    def registry(self) -> Registry:
        """What programs may call."""
        return registry_of(self.tools)

    @cached_property
    def executor(self) -> Executor:
        """What serves them."""
        return Executor(self.registry)

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
    with TemporaryDirectory() as folder, Sandbox() as sandbox:
        runs = Runs(Path(folder))
        ways = {
            "one by one": Way(Simulated(free=False)),
            "ahead, one call at a time": Way(Simulated(free=False), ahead=True),
            "ahead, in batches": Way(Batched(free=False), ahead=True),
            "no time, one by one": Way(Simulated(free=True)),
            "no time, ahead": Way(Batched(free=True), ahead=True),
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
    real = registry_of(Simulated(free=False))
    for name, source in PROGRAMS.items():
        checked = check(Program(source), real)
        assert isinstance(checked, Checked)
        start = perf_counter()
        for _ in range(100):
            plan(checked, real, ["image"])
        print(f"planning the {name}: {(perf_counter() - start) * 10:.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
