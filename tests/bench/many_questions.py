"""64 questions over 16 pictures, many at once, against the same questions one by one without any cache of ours.

python tests/bench/many_questions.py [played|served] [ROUNDS] [QUESTIONS]     needs the weights

shared: the same four questions about each picture; different: 64 questions, no two alike. The pocket's vision models
are real, on the CPU. played: the language model is simulated, a server that takes all requests that wait as one batch,
which takes `FIRST` seconds and `EACH` for each request; served: the real one, slow on two cores. The models alone: the
distinct requests at once, but for those that follow from the reply to another, then the distinct tool calls issued at
once. Figures are medians of the rounds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from PIL import Image as Pillow
from skimage import data

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.ask.writing import DEFAULT
from looksmith.agent.datasets.records import Record
from looksmith.agent.evaluate.evaluation import Threads
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.llm import GREEDY, LLM, Reply, Sample, Sampling
from looksmith.agent.llm.server.serve import ServerManager
from looksmith.agent.reading.said import answer_text
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.runs import Runs
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message
from looksmith.tools.core.errors import LooksmithError
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.media.images import load_image
from looksmith.tools.runtime.cache import ResultCache

FOLDER = Path(data.__file__).parent
PICTURES = (
    *("astronaut.png", "camera.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png", "horse.png"),
    *("hubble_deep_field.jpg", "logo.png", "microaneurysms.png", "moon.png", "motorcycle_left.png"),
    *("motorcycle_right.png", "page.png", "rocket.jpg", "text.png"),
)
SHARED = (
    "How many people are there?",
    "Is there a motorcycle?",
    "How many cups are there?",
    "Is there a cup to the left of a spoon?",
)
THINGS = (
    *("person", "bicycle", "car", "motorcycle", "bus", "train", "truck", "boat", "bench", "bird", "cat", "dog"),
    *("horse", "sheep", "cow", "backpack", "umbrella", "suitcase", "kite", "bottle", "cup", "fork", "knife", "spoon"),
    *("bowl", "banana", "apple", "chair", "couch", "bed", "laptop", "clock"),
)
FIRST, EACH = 1.0, 0.02
CONCURRENCY = 64


def questions(kind: str) -> list[Record]:
    """Four about each picture."""
    if kind == "shared":
        texts = [text for _ in PICTURES for text in SHARED]
    else:
        texts = [text for thing in THINGS for text in (f"Is there a {thing}?", f"How many {thing}s can you see?")]
    return [Record(str(n), FOLDER / PICTURES[n // 4], text) for n, text in enumerate(texts)]


class Played:
    """A language model that knows the programs, and takes its time."""

    model = "played"

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Future[None]] = SimpleQueue()
        Thread(target=self._serve, daemon=True).start()

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The program, when its batch is done."""
        start, mine = perf_counter(), Future[None]()
        self._waiting.put(mine)
        mine.result()
        text = program(messages[-1]["content"].rpartition("Question: ")[2])
        return Reply((Sample(text),) * sampling.n, self.model, 1000, 20, perf_counter() - start)

    def _serve(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            sleep(FIRST + EACH * len(batch))
            for one in batch:
                one.set_result(None)


def program(question: str) -> str:
    """What answers a question."""
    if "left of" in question:
        return 'answer = any(a.right < b.left for a in DETECT(image, "cup") for b in DETECT(image, "spoon"))'
    thing = question.removeprefix("Is there a ").removeprefix("How many ").split("s can")[0].split("?")[0]
    thing = {"people are there": "person", "cups are there": "cup"}.get(thing, thing)
    return f'answer = {"EXISTS(image" if question.startswith("Is") else "COUNT(image"}, "{thing}")'


class Noting:
    """A language model that notes what it is asked."""

    def __init__(self, llm: LLM) -> None:
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


def replay(asked: Sequence[tuple[Sequence[Message], Sampling]], llm: LLM) -> None:
    """Ask all at once; what goes on from an earlier conversation, or asks for more samples of it, comes after it."""
    done: list[Future[Reply]] = []

    def ask_after(number: int) -> Reply:
        messages, sampling = asked[number]
        for before in reversed(range(number)):
            if list(messages[: len(asked[before][0])]) == list(asked[before][0]):
                done[before].result()
                break
        return llm.complete(messages, sampling)

    with ThreadPoolExecutor(len(asked)) as pool:
        done.extend(pool.submit(ask_after, number) for number in range(len(asked)))
        for one in done:
            one.result()


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
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """As `Executor.call`."""
        self._note(name, args, kwargs)
        return super().call(name, args, kwargs, cache, until)

    def _note(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        tool = self._tools.get(name)
        try:
            key = self._keys.key(tool, tool.bind(args, kwargs))
        except LooksmithError:
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


def ask(bench: Bench, one: Record, llm: LLM) -> Answer:
    """As `looksmith ask`."""
    return bench.ask(Subject.of(load_image(one.image), one.image.name), one.question, llm)


def fresh(folder: Path) -> Bench:
    """What a process makes once is made: models are loaded, which have seen none of the pictures, and the grammar."""
    bench = replace(Settings(find_home(), device="cpu", cache=False).bench(), runs=Runs(folder))
    blank = Image.of(Pillow.new("RGB", (640, 480), "white"))
    bench.run(Subject.of(blank, "blank"), Program('answer = COUNT(image, "cup")'))
    if bench.grammar is not None:
        bench.grammar({"image": Image})
    if bench.retriever is not None:
        bench.retriever.nearest("Is there a cup?", 1, {"image": Image})
    return bench


def measure(kind: str, llm: LLM, folder: Path, count: int) -> Measured:
    """One round: one by one, many at once, and the models alone."""
    asked = questions(kind)[:count]
    plain = replace(fresh(folder / "alone"), ahead=False)
    start = perf_counter()
    with plain.sandbox:
        before = {one.id: ask(plain, one, llm).text for one in asked}
    alone = perf_counter() - start
    bench = fresh(folder / "together")
    noting, executor = Noting(llm), NotingExecutor(bench)
    shared = replace(bench, executor=executor)
    start = perf_counter()
    files = folder / "replies.jsonl", folder / "begun.jsonl"
    rows = list(Threads(shared, noting, DEFAULT, *files, CONCURRENCY).rows(asked))
    together = perf_counter() - start
    texts = {row.id: answer_text(row.answer) if row.outcome == "ok" else row.message for row in rows}
    same = sum(texts[name] == text for name, text in before.items())
    models = fresh(folder / "models")
    start = perf_counter()
    replay(noting.asked, llm)
    middle = perf_counter()
    submit: Any = models.executor
    for one in [submit.submit(*call) for call in executor.served.values()]:
        one.result()
    seconds = middle - start, perf_counter() - middle
    return Measured(alone, together, *seconds, len(noting.asked), len(executor.served), same)


def real() -> LLM:
    """The pocket's language model, started when it does not run."""
    home = find_home()
    settings = Settings(home, device="cpu")
    manager = ServerManager(home, settings.weights, model=settings.load_profile().llm.weights)
    server = manager.start(device="cpu", report=lambda text: print(text, file=sys.stderr))
    return ChatClient(server.base_url, server.model, timeout=600)


def main(way: str = "played", rounds: str = "3", count: str = "64") -> None:
    """Print the table."""
    llm = real() if way == "served" else Played()
    print("| questions | one by one | together | times | the LLM alone | the tools alone | both / together | same |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in ("shared", "different"):
        found: list[Measured] = []
        for _ in range(int(rounds)):
            with TemporaryDirectory() as folder:
                found.append(measure(kind, llm, Path(folder), int(count)))
        alone, together, asked, tools = (
            median(getattr(m, k) for m in found) for k in ("alone", "together", "llm", "tools")
        )
        times = median(m.alone / m.together for m in found)
        share = 100 * median((m.llm + m.tools) / m.together for m in found)
        models = f"{asked:.1f} s, {found[0].requests} requests | {tools:.1f} s, {found[0].calls} calls"
        same = min(m.same for m in found)
        timed = f"{alone:.1f} s | {together:.1f} s | {times:.1f}"
        print(f"| {kind} | {timed} | {models} | {share:.0f} % | {same} of {count} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(*sys.argv[1:])
