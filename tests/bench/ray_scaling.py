"""Questions per second with 1, 2 and 4 workers on a Ray cluster of two nodes on this machine, and with threads.

    python tests/bench/ray_scaling.py [QUESTIONS] [ROUNDS]      by default 64 for each worker, 3 rounds: five minutes

Models are simulated, and sleep: the language model takes 50 ms for a reply, each of a program's two tool calls 150 ms,
one at a time in each process, as if each had one GPU. So a process can do 3.33 questions a second. Time is counted from
the first row to the last, without the start of Ray and of the workers. All ways take turns in each round; figures are
medians (least to most).
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import on_ray

from looksmith.agent.ask.writing import Writing
from looksmith.agent.datasets.catalog import load_data
from looksmith.agent.evaluate.evaluation import Evaluation, Threads
from looksmith.agent.evaluate.folder import EvalFolder
from looksmith.agent.evaluate.plan import planned
from looksmith.agent.evaluate.ray_runs import RayEngine
from looksmith.agent.setup.settings import Settings

PROGRAM = "first = SLEEP({}, 0.15)\nanswer = first + SLEEP(0, 0.15)"
TOOLS = Path(__file__).parents[1] / "support" / "on_ray.py"
WRITING = Writing(samples=1, nearest=0, grammar=False)
WORKERS = (1, 2, 4)
CONCURRENCY = 4


def questions(folder: Path, count: int) -> Path:
    """A JSONL file of questions about one picture."""
    Pillow.new("RGB", (64, 64), "red").save(folder / "red.png")
    path = folder / "questions.jsonl"
    rows = [{"image": "red.png", "question": f"Number {n}", "answer": n} for n in range(count)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def rate(folder: Path, name: str, count: int, make: Callable[[Settings, EvalFolder], Any]) -> float:
    """Questions per second of an engine."""
    settings = Settings(folder / "home", tool_files=(TOOLS,), installed=False, cache=False)
    data = load_data("jsonl", questions(folder, count))
    evaluated = EvalFolder(folder / name, planned(data, settings, settings.bench(), "late", {}))
    evaluated.path.mkdir()
    times: list[float] = []
    Evaluation(evaluated, data.records, make(settings, evaluated)).run(lambda _: times.append(perf_counter()))
    assert len(times) == count
    return (count - 1) / (times[-1] - times[0])


def threads(settings: Settings, folder: EvalFolder) -> Any:
    """In this process."""
    bench = replace(settings.bench(), runs=folder.runs)
    return Threads(bench, on_ray.Late(PROGRAM), WRITING, folder.replies, folder.begun, CONCURRENCY)


def workers(number: int) -> Callable[[Settings, EvalFolder], Any]:
    """On the cluster."""
    llm = on_ray.Late(PROGRAM)
    return lambda settings, folder: RayEngine(
        settings, folder, llm, WRITING, folder.replies, CONCURRENCY, number, address="auto"
    )


def shown(values: list[float]) -> str:
    """Median (least to most)."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Print the table."""
    each, rounds = (int(word) for word in (*sys.argv[1:], *("64", "3")[len(sys.argv) - 1 :]))
    found: dict[int, list[float]] = {number: [] for number in (0, *WORKERS)}
    with on_ray.two_nodes(), TemporaryDirectory() as home:
        for turn in range(rounds):
            folder = Path(home) / str(turn)
            folder.mkdir()
            found[0].append(rate(folder, "threads", each, threads))
            for number in WORKERS:
                found[number].append(rate(folder, f"ray {number}", each * number, workers(number)))
    print("| | questions per second | against one worker | efficiency |\n|---|---|---|---|")
    for number, rates in found.items():
        ratios = [one / alone for one, alone in zip(rates, found[1], strict=True)]
        name = f"{number} Ray worker{'s' * (number > 1)}" if number else "threads of one process"
        share = shown([ratio / max(number, 1) for ratio in ratios])
        print(f"| {name} | {shown(rates)} | {shown(ratios)} | {share} |")


if __name__ == "__main__":
    main()
