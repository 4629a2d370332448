"""Questions that are being answered: each in a thread of its own, watched through the events that it writes."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any, cast
from uuid import uuid4

from ...programs.program import Program
from ...programs.prompt import Message
from ...tools.cache import ResultCache
from ...tools.errors import LooksmithError, ToolError
from ...tools.executor import Call, Serves, Submits
from ..ask import Bench
from ..encode import describe
from ..llm import GREEDY, LLM, LLMError, Reply, Sampling
from ..options import DEFAULT
from ..record import ORIGINAL, Lineage
from ..runs import Recorder, Runs
from ..said import sure_text
from ..subject import Subject
from ..trace import Attempt, Check, End, Event, Execution, Result, Step, Vote, parse_event
from ..view import attempt_name, call_text, told_result, vote_text

_POLL = 0.1
"""Seconds between two looks at a trace that is being written."""
_KEPT = 100


class Stop:
    """Whether a question is to stop; then whatever it waits for is given up."""

    def __init__(self) -> None:
        self._flag = Flag()
        self._waiting: set[Future[Any]] = set()
        self._lock = Lock()

    def is_set(self) -> bool:
        """Is it to stop?"""
        return self._flag.is_set()

    def set(self) -> None:
        """Stop. A call that has begun comes to its end, and nobody asks for its result."""
        self._flag.set()
        with self._lock:
            waiting = list(self._waiting)
        for future in waiting:
            future.cancel()

    def watch(self, future: Future[Any]) -> Future[Any]:
        """Give up this one too when it is to stop."""
        with self._lock:
            self._waiting.add(future)
        future.add_done_callback(self._forget)
        if self.is_set():
            future.cancel()
        return future

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.discard(future)


@dataclass
class Job:
    """A question under way. folder: of its run, once it has begun; problem: why there is none."""

    id: str
    question: str
    stop: Stop = field(default_factory=Stop)
    done: Flag = field(default_factory=Flag)
    folder: Path | None = None
    problem: str = ""

    def events(self) -> Iterator[Event | None]:
        """What happens, as it happens, to the end; None again and again while nothing does."""
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


class Jobs:
    """The questions of one viewer, the latest ones."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def get(self, name: str) -> Job | None:
        """A question by its job's id."""
        return self._jobs.get(name)

    def start(self, bench: Bench, subject: Subject, question: str, llm: LLM) -> Job:
        """Ask in a thread."""
        job = Job(uuid4().hex, question)
        with self._lock:
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-_KEPT]:
                del self._jobs[old]
        executor, runs = _stoppable(bench.executor, job.stop), _Watched(bench.runs.root, job)
        watched = replace(bench, executor=executor, runs=runs)
        Thread(target=_ask, args=(job, watched, subject, _StoppableLLM(llm, job.stop)), daemon=True).start()
        return job


def told(event: Event) -> tuple[str, str]:
    """An event for whoever watches: what it is, and what it says, in one line."""
    match event:
        case Attempt():
            return "program", event.error or f"{attempt_name(event)}, {event.seconds:.1f} s"
        case Check():
            problems = "; ".join(one.render() for one in event.diagnostics)
            return "check", f"refused: {problems}" if problems else "the program is right"
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


def _ask(job: Job, bench: Bench, subject: Subject, llm: LLM) -> None:
    try:
        bench.ask(subject, job.question, llm, DEFAULT)
    except LooksmithError as error:
        job.problem = str(error)
    except Exception as error:  # a thread has nobody else who would tell
        job.problem = f"{type(error).__name__}: {error}"
        raise
    finally:
        job.done.set()


def _lines(folder: Path | None) -> Sequence[bytes]:
    """Whole lines of a trace."""
    try:
        return (folder / "events.jsonl").read_bytes().split(b"\n")[:-1] if folder else ()
    except OSError:
        return ()


class _Watched(Runs):
    """Tells a job where its run is."""

    def __init__(self, root: Path, job: Job) -> None:
        super().__init__(root)
        self._job = job

    def start(
        self,
        question: str,
        subject: Subject,
        tools: list[str],
        program: Program | None = None,
        *,
        dry: bool = False,
        lineage: Lineage = ORIGINAL,
    ) -> Recorder:
        """As `Runs.start`."""
        recorder = super().start(question, subject, tools, program, dry=dry, lineage=lineage)
        self._job.folder = recorder.folder
        return recorder


def _stoppable(executor: Serves, stop: Stop) -> Serves:
    """The executor until it is stopped; it takes calls in batches where it did."""
    if hasattr(executor, "submit"):
        return _StoppableBatches(cast("Submits", executor), stop)
    return _Stoppable(executor, stop)


class _Stoppable:
    """Serves calls until it is stopped."""

    def __init__(self, executor: Serves, stop: Stop) -> None:
        self._executor = executor
        self._stop = stop

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], cache: ResultCache[Call] | None = None
    ) -> Call:
        """As `Serves.call`."""
        if self._stop.is_set():
            return Call(name, "none", {}, error=ToolError("The question was cancelled."))
        return self._executor.call(name, args, kwargs, cache)


class _StoppableBatches(_Stoppable):
    """The same for calls that nobody waits for yet; those that have not begun when it is stopped are cancelled."""

    def __init__(self, executor: Submits, stop: Stop) -> None:
        super().__init__(executor, stop)
        self._batches = executor

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `Submits.submit`."""
        if self._stop.is_set():
            none: Future[Call] = Future()
            none.set_result(self.call(name, args, kwargs, cache))
            return none
        return self._stop.watch(self._batches.submit(name, args, kwargs, cache, program))


class _StoppableLLM:
    """Asks until it is stopped."""

    def __init__(self, llm: LLM, stop: Stop) -> None:
        self._llm = llm
        self._stop = stop

    @property
    def model(self) -> str:
        """The model's name."""
        return self._llm.model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """As `LLM.complete`."""
        self._check()
        reply = self._llm.complete(messages, sampling)
        self._check()
        return reply

    def score(self, prompt: str, text: str) -> float:
        """As `LLM.score`."""
        self._check()
        return self._llm.score(prompt, text)

    def _check(self) -> None:
        if self._stop.is_set():
            raise LLMError("The question was cancelled.")
