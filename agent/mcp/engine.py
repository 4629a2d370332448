"""What answers on behalf of a client: the bench, made on first use and kept warm, and its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...programs.language.program import Program
from ...tools.core.call import Call
from ...tools.core.registry import Registry
from ..ask.stop import Stop, StoppableLLM, stoppable
from ..ask.writing import DEFAULT, Writing
from ..inputs.subject import Subject
from ..llm.llm import LLM
from ..session.workshop import Workshop
from ..setup.settings import Settings
from ..traces.runs import Runs, StoredRun, Watch
from ..traces.stored import load_run


class Engine:
    """Threads may share it. connect: the language model, asked for anew for each question."""

    def __init__(
        self, settings: Settings, connect: Callable[[], LLM] | None = None, writing: Writing = DEFAULT
    ) -> None:
        self._workshop = Workshop(settings, connect)
        self._writing = writing

    @property
    def registry(self) -> Registry:
        """The tools that are offered."""
        return self._workshop.bench().registry

    @property
    def runs(self) -> Runs:
        """The stored runs."""
        return self._workshop.settings.runs

    def ask(self, subject: Subject, question: str, watch: Watch, stop: Stop) -> StoredRun:
        """Have a question answered. Raises as `Bench.ask`, and NoServer when there is no language model."""
        llm = StoppableLLM(self._workshop.connect(), stop)
        return load_run(self._workshop.asking(stop, watch).ask(subject, question, llm, self._writing).run)

    def run(self, subject: Subject, source: str, watch: Watch, stop: Stop) -> StoredRun:
        """Run a program that was written by hand. Raises as `Bench.run`."""
        return load_run(self._workshop.asking(stop, watch).run(subject, Program(source, origin="file")).run)

    def call(self, name: str, arguments: Mapping[str, Any], stop: Stop) -> Call:
        """Call one tool. Never raises for what the tool does wrong: the error is in the Call."""
        return stoppable(self._workshop.bench().executor, stop).call(name, (), arguments)

    def close(self) -> None:
        """End the processes that programs ran in."""
        self._workshop.close()
