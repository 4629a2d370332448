"""What a question costs in a data-set run, and what the process holds, as the data set grows.

python tests/bench/data_set.py [COUNT ...]    by default 1000 10000 100000; the last takes long

The language model is played and replies at once, the tools are simulated and take no time: what is left is our own.
Each count is a process of its own. 16 pictures, every question another text.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from PIL import Image as Pillow

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.datasets.catalog import load_data
from looksmith.agent.evaluate.evaluation import Evaluation, Row, Threads
from looksmith.agent.evaluate.folder import EvalFolder
from looksmith.agent.evaluate.plan import planned
from looksmith.agent.evaluate.report import Tally
from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.agent.setup.settings import Settings
from looksmith.programs.prompt import Message
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

PROGRAM = 'cups = DETECT(image, "cup")\nanswer = COUNT(cups) == {}'
PICTURES = 16
MEGABYTE = 1 << 20


class Played:
    """A language model that has its program at once."""

    model = "played"

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """A program with the question's number in it."""
        number = messages[-1]["content"].rpartition(" ")[2].rstrip("?")
        return Reply((Sample(PROGRAM.format(number)),), self.model, 100, 20, 0.0)


class Simulated:
    """A detector that takes no time."""

    backend = "simulated"

    @tool
    def DETECT(self, image: Image, name: str) -> list[Box]:
        """All boxes of that name."""
        return [Box(i, 0, i + 4, 4, name, 0.9) for i in range(image.width % 5)]

    @tool
    def COUNT(self, boxes: list[Box]) -> int:
        """How many there are."""
        return len(boxes)


def write_data(folder: Path, count: int) -> Path:
    """A JSONL file with so many questions about the pictures."""
    for number in range(PICTURES):
        Pillow.new("RGB", (160 + number, 120), "white").save(folder / f"{number}.png")
    path = folder / "questions.jsonl"
    with path.open("w") as file:
        for number in range(count):
            row = {"image": f"{number % PICTURES}.png", "question": f"Are there as many cups as {number}?"}
            file.write(json.dumps({**row, "answer": number == (160 + number % PICTURES) % 5}) + "\n")
    return path


def measure(count: int) -> None:
    """Print seconds and memory of an evaluation in this process, as JSON."""
    with TemporaryDirectory() as folder:
        data = load_data("jsonl", write_data(Path(folder), count))
        simulated = Simulated()
        settings = Settings(Path(folder), installed=False, cache=False)
        bench = settings.bench([simulated.DETECT, simulated.COUNT])
        record = planned(data, settings, bench, "played", {})
        evaluated = EvalFolder(Path(folder) / "eval", record)
        evaluated.path.mkdir()
        files = evaluated.replies, evaluated.begun
        engine = Threads(_with_runs(bench, evaluated), Played(), Writing(nearest=0), *files, 16)
        tally, held = Tally(), list[float]()
        start = perf_counter()

        def report(row: Row) -> None:
            tally.add(row)
            if tally.n % max(count // 20, 1) == 0:
                held.append(_resident())

        evaluation = Evaluation(evaluated, data.records, engine)
        evaluation.run(report)
        seconds = perf_counter() - start
        assert tally.n == tally.right == count, (tally.n, tally.right, count)
        Tally.of(evaluation.rows()).numbers()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"ms": 1000 * seconds / count, "first": held[0], "last": held[-1], "peak": peak}
    print(json.dumps(told))


def _with_runs(bench: Bench, folder: EvalFolder) -> Bench:
    from dataclasses import replace

    return replace(bench, runs=folder.runs)


def _resident() -> float:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def main(counts: Sequence[str]) -> None:
    """Print the table."""
    print("| questions | ms each | MB after a twentieth | MB at the end | MB at most |\n|---|---|---|---|---|")
    for count in counts:
        command = [sys.executable, __file__, "--one", count]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        print(
            f"| {int(count):,} | {told['ms']:.2f} | " + " | ".join(f"{told[k]:.0f}" for k in ("first", "last", "peak"))
        )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        main(sys.argv[1:] or ["1000", "10000", "100000"])
