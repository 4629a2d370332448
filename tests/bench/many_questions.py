"""64 questions over 16 pictures, many at once, against the same questions one by one without any cache of ours.

python tests/bench/many_questions.py [shared|different ...]    needs the weights; starts the server when none runs

shared: the same four questions about each picture; different: 64 questions, no two alike. End to end: the language
model writes every program (its own prefix cache is on both times), the pocket's models run on the CPU. The models
alone: the distinct requests sent to the server at once, then the distinct tool calls issued at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from PIL import Image as Pillow
from skimage import data

from looksmith.agent.ask import Answer, Bench, answer_text
from looksmith.agent.chat import ChatClient
from looksmith.agent.evaluate import Threads
from looksmith.agent.llm import GREEDY, Reply, Sampling
from looksmith.agent.options import DEFAULT
from looksmith.agent.records import Record
from looksmith.agent.runs import Runs
from looksmith.agent.serve import ServerManager
from looksmith.agent.settings import Settings, find_home
from looksmith.agent.subject import Subject
from looksmith.programs.prompt import Message
from looksmith.tools.cache import ResultCache
from looksmith.tools.executor import Call, Executor
from looksmith.tools.images import load_image
from looksmith.tools.results import Results

FOLDER = Path(data.__file__).parent
PICTURES = (
    *("astronaut.png", "camera.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png", "horse.png"),
    *("hubble_deep_field.jpg", "logo.png", "microaneurysms.png", "moon.png", "motorcycle_left.png"),
    *("motorcycle_right.png", "page.png", "rocket.jpg", "text.png"),
)
SHARED = (
    "How many people are there?",
    "Is there a motorcycle?",
    "What color is the largest person?",
    "Is there a cup to the left of a spoon?",
)
THINGS = (
    *("person", "bicycle", "car", "motorcycle", "bus", "train", "truck", "boat", "bench", "bird", "cat", "dog"),
    *("horse", "sheep", "cow", "backpack", "umbrella", "suitcase", "kite", "bottle", "cup", "fork", "knife", "spoon"),
    *("bowl", "banana", "apple", "chair", "couch", "bed", "laptop", "clock"),
)
CONCURRENCY = 64


def questions(kind: str) -> list[Record]:
    """Four about each picture."""
    if kind == "shared":
        texts = [text for _ in PICTURES for text in SHARED]
    else:
        texts = [text for thing in THINGS for text in (f"Is there a {thing}?", f"How many {thing}s can you see?")]
    return [Record(str(n), FOLDER / PICTURES[n // 4], text) for n, text in enumerate(texts)]


class Noting:
    """A language model that notes what it is asked."""

    def __init__(self, llm: ChatClient) -> None:
        self.asked: list[tuple[Sequence[Message], Sampling]] = []
        self._llm = llm

    @property
    def model(self) -> str:
        """The model's name."""
        return self._llm.model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """As the model replies."""
        self.asked.append((messages, sampling))
        return self._llm.complete(messages, sampling)

    def score(self, prompt: str, text: str) -> float:
        """As the model scores."""
        return self._llm.score(prompt, text)


class NotingExecutor(Executor):
    """An executor that notes the calls that a model served."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.registry, Results())
        self.served: dict[str, tuple[str, tuple[Any, ...], Mapping[str, Any]]] = {}
        self._tools = bench.registry
        self._keys = Results()

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `Executor.submit`."""
        self._note(name, args, kwargs)
        return super().submit(name, args, kwargs, cache, program)

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """As `Executor.call`."""
        self._note(name, args, kwargs)
        return super().call(name, args, kwargs, cache)

    def _note(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        tool = self._tools.get(name)
        try:
            key = self._keys.key(tool, tool.bind(args, kwargs))
        except Exception:
            return  # a call that is wrong reaches no model
        if key:
            self.served[key] = (name, args, kwargs)


@dataclass(frozen=True)
class Measured:
    """Seconds of one round, and how many of the answers were the same both times."""

    alone: float
    together: float
    llm: float
    tools: float
    requests: int
    calls: int
    same: int


def ask(bench: Bench, one: Record, llm: ChatClient) -> Answer:
    """As `looksmith ask`."""
    return bench.ask(Subject.of(load_image(one.image), one.image.name), one.question, llm)


def fresh(llm: ChatClient, folder: Path) -> Bench:
    """Models that are loaded and have seen none of the pictures; the server's prefix cache has the prompt."""
    bench = replace(Settings(find_home(), device="cpu", cache=False).bench(), runs=Runs(folder))
    path = folder / "blank.png"
    folder.mkdir()
    Pillow.new("RGB", (640, 480), "white").save(path)
    for text in SHARED:
        ask(bench, Record("", path, text), llm)
    return bench


def measure(kind: str, llm: ChatClient, folder: Path) -> Measured:
    """One round: one by one, many at once, and the models alone."""
    asked = questions(kind)
    plain = replace(fresh(llm, folder / "alone"), ahead=False)
    start = perf_counter()
    with plain.sandbox:
        before = {one.id: ask(plain, one, llm).text for one in asked}
    alone = perf_counter() - start
    bench = fresh(llm, folder / "together")
    noting, executor = Noting(llm), NotingExecutor(bench)
    shared = replace(bench, executor=executor)
    start = perf_counter()
    rows = list(Threads(shared, noting, DEFAULT, folder / "replies.jsonl", CONCURRENCY).rows(asked))
    together = perf_counter() - start
    same = sum((answer_text(row.answer) if row.outcome == "ok" else row.message) == before[row.id] for row in rows)
    models = fresh(llm, folder / "models")
    start = perf_counter()
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(lambda request: llm.complete(*request), noting.asked))
    middle = perf_counter()
    for one in [models.executor.submit(*call) for call in executor.served.values()]:
        one.result()
    seconds = middle - start, perf_counter() - middle
    return Measured(alone, together, *seconds, len(noting.asked), len(executor.served), same)


def main(kinds: Sequence[str]) -> None:
    """Print the table."""
    home = find_home()
    settings = Settings(home, device="cpu", cache=False)
    manager = ServerManager(home, settings.weights, model=settings.load_profile().llm.weights)
    server = manager.start(device="cpu", report=lambda text: print(text, file=sys.stderr))
    llm = ChatClient(server.base_url, server.model, timeout=600)
    print("| questions | one by one | together | times | the LLM alone | the tools alone | both / together | same |")
    print("|---|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        for number, kind in enumerate(kinds):
            (own := Path(folder) / str(number)).mkdir()
            m = measure(kind, llm, own)
            models = f"{m.llm:.1f} s, {m.requests} requests | {m.tools:.1f} s, {m.calls} calls"
            shares = f"{m.alone / m.together:.1f} | {models} | {100 * (m.llm + m.tools) / m.together:.0f} %"
            print(f"| {kind} | {m.alone:.1f} s | {m.together:.1f} s | {shares} | {m.same} of 64 |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(sys.argv[1:] or ["shared", "different"])
