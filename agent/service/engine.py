"""The engine of the service: questions of all clients share its models, batches, caches and sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import Any

from ...programs.wanted.context import ALONE, Context
from ...tools.core.errors import LooksmithError
from ..answers.answer import Answer
from ..ask.stop import Stop, StoppableLLM
from ..ask.writing import DEFAULT, Writing
from ..console.options import llm_from, start_server
from ..inputs.subject import Subject
from ..llm.chat import ChatClient
from ..llm.connect import problem_at
from ..llm.llm import TIMEOUT
from ..session.under_way import UnderWay
from ..session.workshop import Workshop
from ..setup.settings import Settings
from ..traces.runs import Doing, Watch, seen_by_nobody, tell_nobody

MAX_TOKENS = 512
_CLIENTS = 16
"""Kinds of clients of the language model that are kept: one for each timeout and length of replies."""
_STATE = "server.json"
"""The file in the home folder that changes when the language model's server is started or stopped."""


@dataclass(frozen=True)
class Hearing:
    """Who waits for an answer. doing: is told what is done; note: what people should know; watch: each event."""

    stop: Stop
    doing: Doing = tell_nobody
    note: Doing = tell_nobody
    watch: Watch = seen_by_nobody


class Engine:
    """Threads may share it.

    options: as on the command line; what they say about the server is for all questions. tools: besides the usual ones.
    """

    def __init__(self, settings: Settings, options: Mapping[str, Any], tools: Iterable[Any] = ()) -> None:
        self.settings = settings
        self.workshop = Workshop(settings, lambda: self.client(TIMEOUT, MAX_TOKENS), tools)
        self.problems: dict[str, str] = {}
        self._options = options
        self._clients: dict[tuple[float, int], ChatClient] = {}
        self._stamp: Any = None
        self._lock = Lock()
        self._under_way = UnderWay()

    @property
    def under_way(self) -> int:
        """Questions that are being answered."""
        return len(self._under_way)

    def load(self) -> None:
        """Load the models, so that no question waits for them."""
        import_module("openai")  # the client of the language model, which takes longer to import than all else
        self.problems = {name: problem for name, problem in self.workshop.load().items() if problem}

    def client(self, timeout: float, max_tokens: int) -> ChatClient:
        """A client of the language model, kept as long as its server is the same. Raises NoServer."""
        stamp = self._stamped()
        with self._lock:
            if stamp != self._stamp or len(self._clients) > _CLIENTS:
                self._clients.clear()
            known = self._clients.get((timeout, max_tokens))
        if known is not None:
            return known
        options = {**self._options, "timeout": timeout, "max_tokens": max_tokens, "start": False}
        made = llm_from(options, self.settings)
        with self._lock:
            self._stamp = self._stamped()
            self._clients[timeout, max_tokens] = made
        return made

    def ask(
        self,
        subject: Subject,
        question: str,
        hearing: Hearing,
        *,
        writing: Writing = DEFAULT,
        context: Context = ALONE,
        timeout: float = TIMEOUT,
        max_tokens: int = MAX_TOKENS,
        start: bool = False,
    ) -> Answer[Any]:
        """The answer to a question.

        timeout, max_tokens: of the language model's replies; start: its server first, where none runs.

        Raises InputError, LLMError (no server), PrerequisiteError, SessionClosed.
        """
        with self._under_way.asking(None, hearing.stop):
            if start:  # before the tools: where the server also sees, they depend on what it can do
                start_server({**self._options, "start": True}, self.settings)
            bench = self.workshop.asking(hearing.stop, hearing.watch, hearing.doing, about=subject.about)
            for note in missing_models(bench.registry.missing):
                hearing.note(note)
            llm = StoppableLLM(self.client(timeout, max_tokens), hearing.stop)
            answer: Answer[Any] = bench.ask(subject, question, llm, writing, context)
            if answer.outcome == "llm_error":
                self._forget()
            return answer

    def language_model(self) -> dict[str, Any]:
        """Address and name of the language model, and whether its server answers."""
        try:
            client = self.client(TIMEOUT, MAX_TOKENS)
        except LooksmithError as error:
            return {"reachable": False, "problem": str(error)}
        problem = problem_at(client.base_url)
        return {"reachable": not problem, "base_url": client.base_url, **({"problem": problem} if problem else {})}

    def drain(self, grace: float) -> None:
        """Take no more questions, and stop those that are still under way after so many seconds."""
        self._under_way.close(grace)

    def close(self) -> None:
        """Take no more questions, stop those under way, and end all processes."""
        self._under_way.close()
        self.workshop.close()

    def _forget(self) -> None:
        with self._lock:
            self._clients.clear()

    def _stamped(self) -> Any:
        try:
            status = (self.settings.home / _STATE).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def missing_models(missing: Mapping[str, str]) -> list[str]:
    """A line for each tool whose model could be pulled."""
    return [f"{name} is unavailable: {reason}" for name, reason in missing.items() if "models pull" in reason]
