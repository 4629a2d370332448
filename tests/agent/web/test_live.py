"""Questions that are watched: they run ahead in batches as all others do, and can be cancelled at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

from clips import clip
from PIL import Image as Pillow

from looksmith.agent.ask.loop import Bench
from looksmith.agent.inputs.subject import Subject, load_subject
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.agent.traces.trace import End, Step
from looksmith.agent.web.live import QuestionJob, QuestionJobs
from looksmith.sandbox.run import Sandbox
from looksmith.tools.clips.desk import Desk
from looksmith.tools.clips.look import Looker
from looksmith.tools.clips.watching import Watcher
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor

SUBJECT = Subject.of(Image.of(Pillow.new("RGB", (200, 40), "red")), "red.png")
PROGRAM = "answer = [LOOK(image, b) for b in ITEMS(image)]"


class Model:
    """Looks at boxes, four at once; it stands still until it is told to go on."""

    backend = "model"

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.gate, self.reached = Event(), Semaphore(0)

    @tool
    def ITEMS(self, image: Image) -> list[Box]:
        """Twelve boxes."""
        return [Box(i * 5, 0, i * 5 + 4, 40) for i in range(12)]

    @tool(batch=4, many="look_many")
    def LOOK(self, image: Image, box: Box) -> float:
        """Where the box is."""
        return self.look_many([{"box": box}])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[float]:
        """LOOK for each call."""
        self.reached.release()
        assert self.gate.wait(20)
        self.batches.append(len(calls))
        return [call["box"].left for call in calls]


def asked(model: Model, sandbox: Sandbox, folder: Path) -> tuple[QuestionJob, Runs]:
    """A question under way."""
    registry, runs = Registry(), Runs(folder)
    registry.add(model)
    bench = Bench(registry, Executor(registry), sandbox, runs, (), ahead=True)
    llm = Scripted([f"```python\n{PROGRAM}\n```"])
    return QuestionJobs().start(bench, SUBJECT, "Where are the items?", llm), runs


def stored(job: QuestionJob, runs: Runs) -> StoredRun:
    """The run of a question that has ended."""
    assert job.done.wait(30)
    assert job.folder is not None, job.problem
    return runs.load(job.folder.name)


def test_calls_of_a_watched_question_share_batches(tmp_path: Path) -> None:
    model = Model()
    model.gate.set()
    with Sandbox() as sandbox:
        run = stored(*asked(model, sandbox, tmp_path))
    assert run.record.answer == [5.0 * i for i in range(12)]
    steps = [event for event in run.events if isinstance(event, Step)]
    assert max(step.batch for step in steps) > 1
    assert sum(model.batches) == 12


def test_a_cancelled_question_asks_for_nothing_that_had_not_begun(tmp_path: Path) -> None:
    model = Model()
    with Sandbox() as sandbox:
        job, runs = asked(model, sandbox, tmp_path)
        assert model.reached.acquire(timeout=120)
        job.stop.set()
        model.gate.set()
        run = stored(job, runs)
    end = run.events[-1]
    assert isinstance(end, End)
    assert "The question was cancelled." in end.message
    assert sum(model.batches) <= 4


class Finder:
    """Sees nothing in any picture; it stands still until it is told to go on. asked: a name for each picture."""

    backend = "model"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate, self.reached = Event(), Event()

    def DETECT(self, image: Image, name: str, which: str = "") -> list[Box]:
        """All boxes of the named thing."""
        self.asked.append(name)
        self.reached.set()
        assert self.gate.wait(60)
        return []


def test_a_cancelled_search_through_a_video_ends_with_the_pictures_that_are_looked_at(tmp_path: Path) -> None:
    finder, desk, registry = Finder(), Desk(), Registry()
    registry.add(Watcher(desk), Looker(finder))
    executor, subject = Executor(registry), load_subject([clip(tmp_path / "clip.mp4")])
    desk.connect(lambda name, given: executor.submit(name, given, {}), None, executor.awaited)
    with Sandbox() as sandbox:
        bench = Bench(registry, executor, sandbox, Runs(tmp_path / "runs"), (), ahead=True)
        llm = Scripted(['```python\nanswer = SEEN(video, "cat")\n```'])
        job = QuestionJobs().start(bench, subject, "Is there a cat?", llm)
        assert finder.reached.wait(60), job.problem
        job.stop.set()
        assert job.done.wait(60), "the question waits for its search"
        finder.gate.set()
    # SEEN answers one call after the other: it is free again once the first search has ended.
    assert executor.call("SEEN", (subject.video, "dog"), {}).value is False
    assert finder.asked.count("cat") == 8 < finder.asked.count("dog")
