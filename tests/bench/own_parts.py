"""Where looksmith's own milliseconds of a question go, by part.

    python tests/bench/own_parts.py [QUESTIONS] [--keep]      needs the weights; the language model is scripted

The photo is scikit-image's coffee (600 x 400); the tools say at once what they are told to. The table is processor time
of the thread that asks (`time.thread_time`) under Python's profiler: read the shares. The line below is without the
profiler, and has the whole process: also the thread that writes pictures. Waiting costs no processor time, and the
sandbox's worker is another process. --keep writes the last figure to `figures.json`.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, thread_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command line does

from skimage import data

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import figures

from looksmith.agent.ask.loop import Bench
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.prompt import Message
from looksmith.tools.core.call import Call
from looksmith.tools.core.values import Box
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.images import load_image
from looksmith.tools.runtime.cache import ResultCache

SOURCE = 'cups = DETECT(image, "cup")\nanswer = COUNT(image, "dog") > 1 and len(cups) > 1'
OPENINGS = ("Are", "Can you tell whether", "Would you say that", "Do you see if", "Is it true that", "I wonder: are")
MOODS = tuple(
    f"{first} {then}"
    for first in ("surely", "perhaps", "in fact", "really", "after all", "by now")
    for then in ("more than", "at least", "no fewer than", "as many as", "not just")
)
"""Nothing that retrieval masks: each question is new to the encoder."""
PARTS = (
    ("retrieval: the nearest examples", "retrieval.py", "nearest"),
    ("  of it the encoder", "minilm.py", "encode"),
    ("prompt", "prompt.py", "messages"),
    ("grammar", "write.py", "__call__"),
    ("reading and checking the program", "write.py", "_read"),
    ("  of it the checker", "check.py", "check"),
    ("  of it faithfulness", "faithful.py", "__call__"),
    ("sandbox: getting it ready", "run.py", "prepare"),
    ("sandbox: the program", "run.py", "run"),
    ("planning ahead", "ahead.py", "plan"),
    ("making calls ahead", "ahead.py", "__enter__"),
    ("serving the program's calls", "execute.py", "call"),
    ("run: its folder and first record", "runs.py", "start"),
    ("run: events", "runs.py", "add"),
    ("run: last record, waiting for pictures", "runs.py", "finish"),
)


class Saying:
    """A language model that says the program at once."""

    model = "scripted"

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The program."""
        return Reply((Sample(SOURCE),), self.model, 2000, 40, 0.0)


class Known(Executor):
    """An executor whose tools have said it already: what is asked is bound and answered, no model is loaded."""

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Three cups."""
        tool = self._registry.get(name)
        boxes = [Box(i * 50, 0, i * 50 + 40, 90, "cup", 0.9) for i in range(3)]
        said: Any = boxes if name == "DETECT" else len(boxes)
        return Call(name, tool.backend, tool.bind(args, kwargs), value=tool.check_result(said))

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `call`."""
        done = Future[Call]()
        done.set_result(self.call(name, args, kwargs, cache))
        return done


def ask(bench: Bench, count: int, first: int) -> None:
    """So many questions, each in other words."""
    image = load_image(Path(data.__file__).parent / "coffee.png")
    for number in range(first, first + count):
        question = f"{OPENINGS[number % len(OPENINGS)]} there {MOODS[number // len(OPENINGS) % len(MOODS)]} two cups?"
        answer = bench.ask(Subject.of(image, "coffee.png"), question, Saying())
        assert answer.outcome == "ok", answer.message


def seconds(stats: pstats.Stats, file: str, function: str) -> float:
    """Processor time in a function and all that it called."""
    found: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    return sum(
        times[3]
        for (path, _, name), times in found.items()
        if name == function and path.endswith(f"/{file}") and "site-packages" not in path
    )


def main(count: int, *, keep: bool) -> None:
    """Print the table."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "weights").symlink_to(find_home() / "weights")
        settings = Settings(home, device="cpu")
        bench = settings.bench()
        bench = replace(bench, executor=Known(bench.registry))
        with bench.sandbox:
            ask(bench, 5, 175)
            profile = cProfile.Profile(thread_time)
            profile.enable()
            ask(bench, count, 0)
            profile.disable()
            start, spent, own = perf_counter(), process_time(), thread_time()
            ask(bench, count, 100)
            wall, whole, thread = perf_counter() - start, process_time() - spent, thread_time() - own
    stats = pstats.Stats(profile)
    print(f"{count} questions; of one, in ms, under the profiler:\n\n| | ms | share |\n|---|---|---|")
    asked = seconds(stats, "ask.py", "ask")
    for name, file, function in PARTS:
        spent = seconds(stats, file, function)
        print(f"| {name} | {1000 * spent / count:.2f} | {spent / asked:.0%} |")
    print(f"| all | {1000 * asked / count:.2f} | |\n\nwithout the profiler, in ms a question:")
    print(f"wall {1000 * wall / count:.1f}, processor: the asking thread {1000 * thread / count:.1f}, ", end="")
    print(f"the whole process {1000 * whole / count:.1f}")

    if keep:
        how = (
            f"processor time of the whole process, {count} new questions, photo of 600 x 400 (tests/bench/own_parts.py)"
        )
        figures.note("own_ms", 1000 * whole / count, how)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else 60, keep="--keep" in sys.argv)
