"""State shared by the workers of an evaluation on Ray: finished questions, and replies of the language model.

Both are actors on the driver's node, and the only writers of their files. If an actor dies, Ray restarts it, and it
reads its file again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ...programs.prompt import Message
from ...tools.core.errors import InputError, LooksmithError
from ..llm.llm import GREEDY, LLM, LLMError, Reply, Sampling
from ..llm.remember import Remembering
from ..traces.journal import append, mend
from .evaluation import read_rows

_HANDOVER = 60
"""Seconds to wait for the ledger of a killed driver to exit."""


class Ledger:
    """Tracks finished questions, and stores each row before its worker continues."""

    def __init__(self, results: Path) -> None:
        from filelock import FileLock, Timeout

        self._results = results
        self._problem: LooksmithError | None = None
        self._done: set[str] = set()
        self._asked: Counter[str] = Counter()
        self._lock = FileLock(results.with_name(f"{results.name}.lock"))
        try:
            self._lock.acquire(timeout=_HANDOVER)
            mend(results)
            self._done = {row.id for row in read_rows(results) if row.outcome != "llm_error"}
        except Timeout:
            self.stop(InputError(f"Another evaluation is writing to {results}.", hint="Wait for it."))
        except LooksmithError as error:
            self.stop(error)

    def asks(self, id: str) -> int:
        """The number of the attempt at a question, from 1; 0 if it is done, or the evaluation was stopped.

        A question is attempted again if its worker died.
        """
        if self._problem is not None or id in self._done:
            return 0
        self._asked[id] += 1
        return self._asked[id]

    def tell(self, row: str) -> None:
        """Store a finished question. row: its line of the results; a second row for the same question is ignored."""
        told = json.loads(row)
        if told["id"] not in self._done:
            try:
                append(self._results, told)
            except LooksmithError as error:
                self.stop(error)
            else:
                self._done.add(told["id"])

    def stop(self, problem: LooksmithError) -> None:
        """Stop asking questions, for this reason; only the first reason counts."""
        self._problem = self._problem or problem

    def problem(self) -> LooksmithError | None:
        """Why the evaluation was stopped; None if it was not."""
        return self._problem


class Replies:
    """Asks the language model for all workers, with caching. Errors are returned, because Ray would wrap them."""

    def __init__(self, llm: LLM, path: Path) -> None:
        self._llm = Remembering(llm, path)

    def complete(self, messages: Sequence[Message], sampling: Sampling) -> Reply | LLMError:
        """See `LLM`."""
        try:
            return self._llm.complete(messages, sampling)
        except LLMError as error:
            return error

    def lost(self) -> LLMError | None:
        """Why the model has become unavailable."""
        return self._llm.lost

    def close(self) -> None:
        """Reject further requests."""
        self._llm.close()


class SharedLLM:
    """The language model in a worker. replies: the actor that asks it; model: its name."""

    def __init__(self, replies: Any, model: str) -> None:
        self.lost: LLMError | None = None
        self.model = model
        self._replies = replies
        self._ray: Any = import_module("ray")

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation. Raises LLMError."""
        return self._told(self._replies.complete.remote(list(messages), sampling))

    def _told(self, asked: Any) -> Any:
        told = self._ray.get(asked)
        if isinstance(told, LLMError):
            self.lost = self.lost or self._ray.get(self._replies.lost.remote())
            raise told
        return told
