"""The memory of a process that answers many questions: `looksmith eval` with a language model that is played.

    python tests/bench/memory.py QUESTIONS.jsonl [--programs EVALUATION ...] [OPTIONS OF EVAL]     needs the weights

Each question gets the first program that an earlier evaluation wrote for it (the folder of its `--out`); others, and
all without --programs, get one of the example bank. The home is a new one, so no result is known from before.
Measured are the evaluation's process alone, and processor time as well, since what frees memory must not cost any.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from played import Server

from looksmith.agent.setup.home import find_home
from looksmith.agent.traces.stored import load_run
from looksmith.agent.traces.trace import Check
from looksmith.programs.examples.bank import inputs_of, load_bank

COUNTS = (10, 25, 50, 100, 200, 300)
MOST = 7e9
"""Bytes above which the evaluation is stopped, for the sake of others on the machine."""


class Programs:
    """The program for each question. folders: of evaluations."""

    def __init__(self, folders: list[Path]) -> None:
        self._known = {question: program for folder in folders for question, program in _first_programs(folder)}
        self._others = cycle(sorted(one.program for one in load_bank() if set(inputs_of(one)) == {"image"}))

    def say(self, asked: str) -> str:
        """The program for a request's last message; a request for repair gets the next of the bank."""
        question = asked.rpartition("Question: ")[2].partition("\n")[0]
        return self._known[question] if question in self._known else next(self._others)


def _first_programs(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "runs").iterdir()):
        run = load_run(path)
        accepted = (event for event in run.events if isinstance(event, Check) and not event.diagnostics)
        yield from ((run.record.question, event.source) for event in islice(accepted, 1))


def evaluate(home: Path, questions: Path, url: str, options: list[str]) -> None:
    """Run the evaluation, and print a line of the table at each of the counts."""
    results = home / "out" / "results.jsonl"
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "eval", str(questions), "--home", str(home)]
    with (home / "log").open("w") as log:
        started = subprocess.Popen(
            [*command, "--out", str(results.parent), "--base-url", url, *options], stdout=log, stderr=log
        )
    process, start = psutil.Process(started.pid), perf_counter()
    print("| questions | RSS | USS | highest RSS | processor time | time |\n|---|---|---|---|---|---|", flush=True)
    for count in COUNTS:
        while started.poll() is None and _lines(results) < count:
            if process.memory_info().rss > MOST:
                started.kill()
            sleep(0.2)
        if started.poll() is None:
            print(f"| {_lines(results)} | {measured(process)} | {perf_counter() - start:.0f} s |", flush=True)
    started.wait()
    print(f"{_lines(results)} questions, exit status {started.returncode}, {perf_counter() - start:.0f} s")
    if started.returncode:
        print((home / "log").read_text()[-2000:])


def measured(process: psutil.Process) -> str:
    """Cells of the table."""
    memory = process.memory_full_info()
    status = Path(f"/proc/{process.pid}/status").read_text()
    highest = int(status.partition("VmHWM:")[2].split()[0]) / 1000
    return f"{memory.rss / 1e6:.0f} MB | {memory.uss / 1e6:.0f} MB | {highest:.0f} MB | {_cpu(process):.0f} s"


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--programs", type=Path, nargs="*", default=[])
    chosen, options = parser.parse_known_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    server = Server(Programs(chosen.programs).say)
    with TemporaryDirectory() as folder:
        (Path(folder) / "weights").symlink_to(find_home() / "weights")
        evaluate(Path(folder), chosen.questions, server.url, options)
    server.stop()


if __name__ == "__main__":
    main()
