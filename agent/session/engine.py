"""The engine behind every interface: all questions and programs share its models, batches, caches and sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from ...programs.wanted.context import ALONE, Context
from ...tools.core.call import Call
from ...tools.core.registry import Registry, tools_given
from ..answers.answer import Answer
from ..ask.loop import Bench
from ..ask.stop import Stop, StoppableLLM, stoppable
from ..ask.writing import DEFAULT, Writing
from ..doors.by_hand import HandWritten
from ..inputs.subject import Subject
from ..llm.connect import LLMConnection
from ..llm.llm import LLM
from ..setup.settings import Settings
from ..traces.runs import Doing, Watch, seen_by_nobody
from .under_way import UnderWay
from .workshop import Workshop


@dataclass(frozen=True)
class Hearing:
    """How the work is stopped and observed. stop: ends the work; doing: is told what is being done; watch: is called
    with each event.
    """

    stop: Stop = field(default_factory=Stop)
    doing: Doing | None = None
    watch: Watch = seen_by_nobody


class Engine:
    """Answers questions, runs programs and calls tools. Thread-safe. Nothing is loaded before it is needed.

    connect: makes a client of the language model, for replies within so many seconds and tokens; by default that of the
        settings.
    tools: in addition to the usual ones. problems: why models could not be loaded, by tool.
    questions: those in progress.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[float, int], LLM] | None = None,
        tools: Iterable[Any] = (),
    ) -> None:
        self.settings = settings
        self._connect, self._own = connect, tools_given(tools)
        self.connection = LLMConnection(connect or settings.connect, settings.home)
        self.workshop = Workshop(settings, self.connection.client, self._own)
        self.problems: dict[str, str] = {}
        self.questions = UnderWay()

    @property
    def registry(self) -> Registry:
        """The tools that questions about images are offered."""
        return self.workshop.bench().registry

    @property
    def under_way(self) -> int:
        """The number of questions and programs in progress."""
        return len(self.questions)

    def require_open(self) -> None:
        """Raise SessionClosed if the engine was closed."""
        self.questions.require_open()

    def beside(self, profile: str) -> Workshop:
        """A workshop for another profile of the home folder, whose models are loaded when a question needs them."""
        settings = replace(self.settings, profile=profile)
        connection = LLMConnection(self._connect or settings.connect, settings.home)
        return Workshop(settings, connection.client, self._own)

    def load(self) -> None:
        """Load the models, so that no question waits for them."""
        import_module("openai")  # the slowest import of all, otherwise made by the first question
        self.problems = {name: problem for name, problem in self.workshop.load().items() if problem}

    def ask(
        self,
        subject: Subject,
        question: str,
        hearing: Hearing,
        *,
        writing: Writing = DEFAULT,
        context: Context = ALONE,
        llm: LLM | None = None,
        seconds: float | None = None,
    ) -> Answer[Any]:
        """Answer a question. llm: used instead of the engine's; seconds: the time limit, after which the question is
        stopped.

        Raises InputError, LLMError (no server), PrerequisiteError, SessionClosed.
        """
        with self.questions.asking(seconds, hearing.stop):
            bench = _heard(self.workshop.bench(subject.about), hearing)
            model = StoppableLLM(llm or self.connection.client(), hearing.stop)
            answer: Answer[Any] = bench.ask(subject, question, model, writing, context)
            if answer.outcome == "llm_error":
                self.connection.drop()
            return answer

    def run(
        self,
        subject: Subject,
        written: HandWritten,
        hearing: Hearing,
        *,
        dry: bool = False,
        seconds: float | None = None,
    ) -> Answer[Any]:
        """Run a program written by hand. dry: use stand-ins instead of tools. Raises like `ask`, except LLMError."""
        with self.questions.asking(seconds, hearing.stop):
            dialect = "" if written.dialect is None else written.dialect
            bench = self.workshop.by_hand(dialect, dry=dry, about=subject.about)
            return _heard(bench, hearing).run(subject, written.program, written.problems)

    def call(self, name: str, arguments: Mapping[str, Any], stop: Stop) -> Call:
        """Call one tool. Errors of the tool are not raised but part of the Call. Raises SessionClosed."""
        with self.questions.asking(None, stop):
            return stoppable(self.workshop.bench().executor, stop).call(name, (), arguments)

    def drain(self, grace: float = 0.0) -> None:
        """Accept no more work, and stop what is still in progress after `grace` seconds."""
        self.questions.close(grace)

    def close(self) -> None:
        """Accept no more work, stop what is in progress, and end all processes."""
        self.drain()
        self.workshop.close()


def missing_models(missing: Mapping[str, str]) -> list[str]:
    """A line for each tool whose model is missing but can be pulled."""
    return [f"{name} is unavailable: {reason}" for name, reason in missing.items() if "models pull" in reason]


def _heard(bench: Bench, hearing: Hearing) -> Bench:
    """The bench for one question or program, which `hearing` stops and observes."""
    stop = hearing.stop
    return replace(
        bench,
        executor=stoppable(bench.executor, stop),
        sandbox=bench.sandbox.until(stop),
        runs=bench.runs.watched(hearing.watch, hearing.doing),
    )
