"""A language model that is asked each thing once: the images of a data set share their questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from pydantic import TypeAdapter

from ...programs.prompt import Message
from ...tools.core.errors import InputError
from ..traces.digest import digest
from ..traces.journal import append, line_at, lines, mend
from .llm import GREEDY, LLM, LLMError, NoServer, Reply, Sampling, TruncatedReply, WrongModel

_REPLIES = TypeAdapter(Reply)


class Losing(LLM, Protocol):
    """A language model that may be lost on the way."""

    @property
    def lost(self) -> LLMError | None:
        """Why it cannot be asked any more; None while it can."""
        ...


class Remembering:
    """Passes requests on to a model, and answers one that was made before from memory: samples too.

    Whoever makes a request that is under way waits for its reply. A remembered reply costs no tokens and no time, and
    says so. Several threads may use it at once. In memory is only where each reply lies in the file.

    path: a file that keeps the replies, so that an evaluation that goes on later has the same ones.
    lost: why the model cannot be asked any more; None while it can.
    """

    def __init__(self, llm: LLM, path: Path) -> None:
        self.lost: LLMError | None = None
        self._llm = llm
        self._path = path
        self._lock = Lock()
        self._waiting: dict[bytes, Future[Any]] = {}
        self._known: dict[bytes, int | TruncatedReply] = {}
        mend(path)
        for start, line in lines(path):
            with suppress(KeyError, TypeError, ValueError):  # what is no reply is asked for again
                self._known[bytes.fromhex(line["key"])] = start

    @property
    def model(self) -> str:
        """The model's name. Raises LLMError when the server has to be asked and does not answer."""
        return self._llm.model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation, from memory where there is one. Raises LLMError."""
        said = (text for message in messages for text in (message["role"], message["content"]))
        plain = repr(replace(sampling, grammar=""))
        key = _key("complete", self.model, plain, sampling.grammar, *said)
        reply, asked = self._once(key, lambda: self._llm.complete(messages, sampling))
        return reply if asked else replace(reply, prompt_tokens=0, completion_tokens=0, seconds=0.0, notice="")

    def close(self) -> None:
        """Ask nothing more: whoever still wants to gets an LLMError. What is under way comes to its end."""
        with self._lock:
            self.lost = self.lost or LLMError("Nothing more is asked: the evaluation was stopped.")

    def _once(self, key: bytes, ask: Callable[[], Any]) -> tuple[Any, bool]:
        """The value of a request, and whether it was made now."""
        with self._lock:
            if self.lost is not None:
                raise self.lost
            known, waiting = self._known.get(key), self._waiting.get(key)
            if isinstance(known, TruncatedReply):
                raise known
            if known is not None:
                with suppress(InputError, KeyError, TypeError, ValueError):
                    return _REPLIES.validate_python(line_at(self._path, known)["value"]), False
                del self._known[key]  # damaged: it is asked for again
            if waiting is None:
                self._waiting[key] = Future()
        if waiting is not None:
            return waiting.result(), False
        return self._asked(key, ask), True

    def _asked(self, key: bytes, ask: Callable[[], Any]) -> Any:
        """The value of a request that is made now, for all who wait for it."""
        try:
            value = ask()
        except BaseException as error:
            with self._lock:
                self._remember_failure(key, error)
                self._waiting.pop(key).set_exception(error)
            raise
        with self._lock:
            told = asdict(value) if isinstance(value, Reply) else value
            try:
                self._known[key] = append(self._path, {"key": key.hex(), "value": told})
            finally:
                self._waiting.pop(key).set_result(value)
        return value

    def _remember_failure(self, key: bytes, error: BaseException) -> None:
        """What failed may be tried again, but for a reply that was too long: it would be again."""
        if isinstance(error, TruncatedReply):
            self._known[key] = error
        if isinstance(error, NoServer | WrongModel):
            self.lost = error


def _key(*request: str) -> bytes:
    return bytes.fromhex(digest(text.encode("utf-8", errors="surrogatepass") for text in request))
