"""The one engine behind every door: all questions and programs share its models, batches, caches and sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from ...programs.wanted.context import ALONE, Context
from ...tools.core.call import Call
from ...tools.core.registry import Registry
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
    """Who waits for an answer. stop: ends the work; doing: is told what is done; watch: is told of each event."""

    stop: Stop = field(default_factory=Stop)
    doing: Doing | None = None
    watch: Watch = seen_by_nobody


class Engine:
    """Threads may share it. Nothing is loaded before it is needed.

    connect: a client of the language model, for replies within so many seconds and tokens; that of the settings where
    it is not given. tools: besides the usual ones. problems: why models could not be loaded, by tool. questions: those
    that are under way.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[float, int], LLM] | None = None,
        tools: Iterable[Any] = (),
    ) -> None:
        self.settings = settings
        self._connect, self._own = connect, tuple(tools)
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
        """Questions and programs that are being worked on."""
        return len(self.questions)

    def require_open(self) -> None:
        """Raises SessionClosed."""
        self.questions.require_open()

    def beside(self, profile: str) -> Workshop:
        """What answers with another profile of the home folder: its models are loaded when a question needs them."""
        settings = replace(self.settings, profile=profile)
        connection = LLMConnection(self._connect or settings.connect, settings.home)
        return Workshop(settings, connection.client, self._own)

    def load(self) -> None:
        """Load the models, so that no question waits for them."""
        import_module("openai")  # the client of the language model, which takes longer to import than all else
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
        """The answer to a question. llm: in place of the engine's; seconds: after which the question is stopped.

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
        """What a program by hand gives. dry: stand-ins answer in place of the tools. Raises as `ask`, but LLMError."""
        with self.questions.asking(seconds, hearing.stop):
            dialect = "" if written.dialect is None else written.dialect
            bench = self.workshop.by_hand(dialect, dry=dry, about=subject.about)
            return _heard(bench, hearing).run(subject, written.program, written.problems)

    def call(self, name: str, arguments: Mapping[str, Any], stop: Stop) -> Call:
        """Call one tool. Never raises for what the tool does wrong: the error is in the Call. Raises SessionClosed."""
        with self.questions.asking(None, stop):
            return stoppable(self.workshop.bench().executor, stop).call(name, (), arguments)

    def drain(self, grace: float = 0.0) -> None:
        """Take nothing new, and stop what is still under way after so many seconds."""
        self.questions.close(grace)

    def close(self) -> None:
        """Take nothing new, stop what is under way, and end all processes."""
        self.drain()
        self.workshop.close()


def missing_models(missing: Mapping[str, str]) -> list[str]:
    """A line for each tool whose model could be pulled."""
    return [f"{name} is unavailable: {reason}" for name, reason in missing.items() if "models pull" in reason]


def _heard(bench: Bench, hearing: Hearing) -> Bench:
    """The bench for one question or program, until that is stopped."""
    stop = hearing.stop
    return replace(
        bench,
        executor=stoppable(bench.executor, stop),
        sandbox=bench.sandbox.until(stop),
        runs=bench.runs.watched(hearing.watch, hearing.doing),
    )
