"""A loop that classifies boxes, with and without calls that are made ahead of it.

python tests/bench/ahead.py [ROUNDS]           the model is simulated: 20 ms for one call, 25 ms for a batch of 32
python tests/bench/ahead.py pocket [ROUNDS]    the pocket's classifier, on 32 parts of a photo; needs the weights

The ways take turns in each round, of which the first one is not counted; figures are medians (fastest to slowest).
"""

from __future__ import annotations

import os
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
from skimage import data

from looksmith.agent.ask.execute import Runner
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import End
from looksmith.programs.call_plan.planner import plan
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.images import load_image

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


@tool
def PARTS(image: Image) -> list[Box]:
    """32 parts of a photo of 451 x 300."""
    return [Box(x, y, x + 200, y + 200) for x in range(0, 249, 32) for y in range(0, 100, 25)]


def registry_of(tools: Simulated) -> Registry:
    """The tools."""
    registry = Registry()
    registry.add(tools, CROP)
    return registry


@dataclass(frozen=True)
class Way:
    """How programs are run."""

    registry: Registry
    ahead: bool = False
    subject: Subject = SUBJECT

    @cached_property
    def executor(self) -> Executor:
        """What serves them."""
        return Executor(self.registry)

    def seconds(self, source: str, runs: Runs, sandbox: Sandbox) -> float:
        """From the start of a program to its outcome, its trace written."""
        checked = check(Program(source), self.registry)
        assert isinstance(checked, Checked)
        recorder = runs.start("", self.subject, list(checked.tools))
        inputs = self.subject.inputs()
        runner = Runner(self.executor, sandbox, recorder, inputs, self.registry if self.ahead else None)
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


def table(ways: Mapping[str, Way], programs: Mapping[str, str], rounds: int) -> None:
    """Print a row for each program: what each way takes, and the first one against the one in batches."""
    print(f"| | {' | '.join(ways)} | batches against one by one |\n|---|{'---|' * (len(ways) + 1)}")
    with TemporaryDirectory() as folder, Sandbox() as sandbox:
        runs = Runs(Path(folder))
        for name, source in programs.items():
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds + 1):
                for name_of_way, way in ways.items():
                    times[name_of_way].append(way.seconds(source, runs, sandbox))
            kept = {way: found[1:] for way, found in times.items()}
            pairs = zip(kept["one by one"], kept["ahead, in batches"], strict=True)
            ratio = statistics.median(alone / ahead for alone, ahead in pairs)
            print(f"| {name} | {' | '.join(told(found) for found in kept.values())} | {ratio:.2f} x |")


def pocket(rounds: int) -> None:
    """The table of the pocket's classifier."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command line does
    registry = Settings(find_home(), device="cpu").registry()
    registry.add(PARTS)
    subject = Subject.of(load_image(Path(data.__file__).parent / "chelsea.png"), "chelsea.png")
    source = 'answer = [CLASSIFY(CROP(image, part), ["cat", "dog"]) for part in PARTS(image)]'
    ways = {
        "one by one": Way(registry, subject=subject),
        "ahead, in batches": Way(registry, ahead=True, subject=subject),
    }
    table(ways, {"comprehension": source}, rounds)


def simulated(rounds: int) -> None:
    """The table of the simulated classifier, and what planning takes."""
    ways = {
        "one by one": Way(registry_of(Simulated(free=False))),
        "ahead, one call at a time": Way(registry_of(Simulated(free=False)), ahead=True),
        "ahead, in batches": Way(registry_of(Batched(free=False)), ahead=True),
        "no time, one by one": Way(registry_of(Simulated(free=True))),
        "no time, ahead": Way(registry_of(Batched(free=True)), ahead=True),
    }
    table(ways, PROGRAMS, rounds)
    real = registry_of(Simulated(free=False))
    for name, source in PROGRAMS.items():
        checked = check(Program(source), real)
        assert isinstance(checked, Checked)
        start = perf_counter()
        for _ in range(100):
            plan(checked, real, ["image"])
        print(f"planning the {name}: {(perf_counter() - start) * 10:.2f} ms")


if __name__ == "__main__":
    given = sys.argv[1:]
    part = pocket if given[:1] == ["pocket"] else simulated
    counts = given[1:] if part is pocket else given
    part(int(counts[0]) if counts else 9)
