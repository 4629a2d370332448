"""Questions in progress: each runs in its own thread, and is followed through its trace."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from ...programs.wanted.context import ALONE, Context
from ...tools.core.errors import LooksmithError
from ...tools.core.values import Image
from ..ask.loop import Bench
from ..ask.stop import Stop, StoppableLLM, stoppable
from ..ask.writing import DEFAULT
from ..inputs.subject import Subject
from ..llm.llm import LLM
from ..pages.marks import parts_in
from ..reading.said import sure_text
from ..reading.view import attempt_name, call_text, told_result, vote_text
from ..session.under_way import UnderWay
from ..traces.encode import describe
from ..traces.runs import Recorder, Runs
from ..traces.trace import Attempt, Check, End, Event, Execution, Result, Step, Vote, parse_event
from .acts import Acts

_POLL = 0.1
"""Seconds between two polls of a trace in progress."""
_KEPT = 100
_ENDING = 5.0
"""Seconds that questions may take to end once they are stopped."""
_BOXES = 100
"""Maximum number of boxes of a step that are shown meanwhile."""
_SIDE = 1000
"""Longer side of the pictures that are shown while a question is in progress, in pixels."""


@dataclass
class QuestionJob:
    """A question in progress. folder: of its run, once started; problem: why there is none.

    pictures: those of the question, as JPEG; sizes: their widths and heights in pixels, before they were scaled down.
    notes: for the person who asked.
    """

    id: str
    question: str
    pictures: tuple[bytes, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    stop: Stop = field(default_factory=Stop)
    done: Flag = field(default_factory=Flag)
    folder: Path | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    began: float = field(default_factory=time.perf_counter)

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked."""
        return time.perf_counter() - self.began

    def events(self) -> Iterator[Event | None]:
        """Yield events until the end, as they happen; None as a heartbeat in between."""
        read = 0
        while True:
            over = self.done.is_set()
            lines = _lines(self.folder)
            for line in lines[read:]:
                yield parse_event(line)
            read = max(read, len(lines))
            if over:
                return
            yield None
            time.sleep(_POLL)


class QuestionJobs:
    """The latest questions of a viewer. acts: asks before their tools act; under_way: counts questions in progress."""

    def __init__(self, acts: Acts | None = None, under_way: UnderWay | None = None) -> None:
        self._acts = acts or Acts()
        self._under_way = UnderWay() if under_way is None else under_way  # an empty one is false
        self._jobs: dict[str, QuestionJob] = {}
        self._lock = Lock()

    def get(self, name: str) -> QuestionJob | None:
        """Look up a question by its job's id."""
        return self._jobs.get(name)

    def notes_of(self, folder: Path) -> tuple[str, ...]:
        """The notes for the person who asked the question of a run; () for a run that was not asked here."""
        with self._lock:
            return next((job.notes for job in self._jobs.values() if job.folder == folder), ())

    def close(self) -> None:
        """Stop all questions in progress, and wait for them a little."""
        jobs = [job for job in self._jobs.values() if not job.done.is_set()]
        for job in jobs:
            job.stop.set()
        until = time.monotonic() + _ENDING
        for job in jobs:
            job.done.wait(max(until - time.monotonic(), 0.0))

    def running(self) -> list[QuestionJob]:
        """The questions in progress, newest first."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if not job.done.is_set()]

    def start(self, bench: Bench, subject: Subject, question: str, llm: LLM, context: Context = ALONE) -> QuestionJob:
        """Ask in a thread."""
        images = subject.images
        sizes = tuple((image.width, image.height) for image in images)
        job = QuestionJob(uuid4().hex, question, tuple(_jpeg(image) for image in images), sizes)
        bench = self._acts.bench(bench, job.id, job.stop)
        with self._lock:
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-_KEPT]:
                del self._jobs[old]
        executor, runs = stoppable(bench.executor, job.stop), _Watched(bench.runs.root, job)
        watched = replace(bench, executor=executor, runs=runs, sandbox=bench.sandbox.until(job.stop))
        Thread(target=self._ask, args=(job, watched, subject, llm, context), daemon=True).start()
        return job

    def _ask(self, job: QuestionJob, bench: Bench, subject: Subject, llm: LLM, context: Context) -> None:
        try:
            with self._under_way.asking(None, job.stop):
                bench.ask(subject, job.question, StoppableLLM(llm, job.stop), DEFAULT, context)
        except LooksmithError as error:
            job.problem = str(error)
        except Exception as error:  # nothing else would report an exception in this thread
            job.problem = f"{type(error).__name__}: {error}"
            raise
        finally:
            job.done.set()


def told(event: Event) -> tuple[str, str]:
    """An event for the page: kind, and description in one line."""
    match event:
        case Attempt():
            return "program", event.error or f"{attempt_name(event)}, {event.seconds:.1f} s"
        case Check():
            problems = "; ".join(one.render() for one in event.diagnostics)
            return "check", f"refused: {problems}" if problems else "passed the checks"
        case Execution():
            return "source", event.source
        case Step():
            return "step", f"line {event.line}: {call_text(event)} → {told_result(event)}"
        case Result():
            return "result", f"{event.outcome}: {event.message or describe(event.answer)}"
        case Vote():
            return "vote", vote_text(event)
        case End():
            return "end", event.message or sure_text(describe(event.answer), event.confidence)


def found_boxes(event: Event) -> list[dict[str, Any]]:
    """The boxes that a step found, as JSON, in pixels of the picture that it looked at."""
    if not isinstance(event, Step):
        return []
    boxes = (part for part in parts_in([event.result, event.found]) if part["type"] == "box")
    return list(islice(boxes, _BOXES))


def _jpeg(image: Image) -> bytes:
    """A smaller copy of an image."""
    # Reduced first, because a copy of a large image needs much memory.
    small, buffer = image.pixels.reduce(max(max(image.width, image.height) // _SIDE, 1)), BytesIO()
    small.thumbnail((_SIDE, _SIDE))
    small.convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _lines(folder: Path | None) -> Sequence[bytes]:
    """Reads complete lines of a trace."""
    try:
        return (folder / "events.jsonl").read_bytes().split(b"\n")[:-1] if folder else ()
    except OSError:
        return ()


class _Watched(Runs):
    """Tells a job the folder of its run."""

    def __init__(self, root: Path, job: QuestionJob) -> None:
        super().__init__(root)
        self._job = job

    def start(self, *asked: Any, **told: Any) -> Recorder:
        """As `Runs.start`."""
        recorder = super().start(*asked, **told)
        self._job.folder = recorder.folder
        return recorder
