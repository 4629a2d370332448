"""Caches replies of a language model: many images of a data set share a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Lock
from typing import Any, Protocol

from pydantic import TypeAdapter

from ...programs.prompt import Message
from ...tools.core.errors import InputError
from ..inputs.digest import digest
from ..traces.journal import append, line_at, lines, mend
from .llm import GREEDY, LLM, LLMError, NoServer, Reply, Sampling, TruncatedReply, WrongModel

_REPLIES = TypeAdapter(Reply)
_ALONE = 60.0
"""The most seconds that others wait for the first request: a server that hangs at it may answer them."""


class Losing(LLM, Protocol):
    """A language model that may become unavailable."""

    @property
    def lost(self) -> LLMError | None:
        """Why it has become unavailable; None while it is available."""
        ...


class Remembering:
    """Caches the replies of a model, including all samples.

    A request that is already in flight is not repeated: the caller waits for its reply. The first request is made
    alone: the server then has in its prefix cache what all prompts share, where otherwise each would compute it, which
    takes minutes on a slow processor. A cached reply reports no tokens and no time. Thread-safe. Only the replies'
    offsets in the file are kept in memory.

    path: the file that stores the replies, so that a resumed evaluation gets the same ones.
    lost: why the model has become unavailable; None while it is available.
    """

    def __init__(self, llm: LLM, path: Path) -> None:
        self.lost: LLMError | None = None
        self._llm = llm
        self._path = path
        self._lock, self._started, self._first_done = Lock(), False, Event()
        self._waiting: dict[bytes, Future[Any]] = {}
        self._known: dict[bytes, int | TruncatedReply] = {}
        mend(path)
        for start, line in lines(path):
            with suppress(KeyError, TypeError, ValueError):  # a damaged entry is requested again
                self._known[bytes.fromhex(line["key"])] = start

    @property
    def model(self) -> str:
        """The model's name. Asks the server if needed; raises LLMError if it does not answer."""
        return self._llm.model

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply to a conversation, from the cache if possible. Raises LLMError."""
        said = (text for message in messages for text in (message["role"], message["content"]))
        plain = repr(replace(sampling, grammar=""))
        key = _key("complete", self.model, plain, sampling.grammar, *said)
        reply, asked = self._once(key, lambda: self._llm.complete(messages, sampling))
        return reply if asked else replace(reply, prompt_tokens=0, completion_tokens=0, seconds=0.0, notice="")

    def close(self) -> None:
        """Make all new requests fail with an LLMError. Requests in flight are completed."""
        with self._lock:
            self.lost = self.lost or LLMError("The evaluation was stopped.")
        self._first_done.set()

    def _once(self, key: bytes, ask: Callable[[], Any]) -> tuple[Any, bool]:
        """The value of a request, and whether it is new."""
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
        """Make a request, for all threads that wait for it."""
        with self._lock:
            first, self._started = not self._started, True
        try:
            if not first:
                self._wait_for_the_first()
            value = ask()
        except BaseException as error:
            with self._lock:
                self._remember_failure(key, error)
                self._waiting.pop(key).set_exception(error)
            raise
        finally:
            self._first_done.set()  # those who wait are to know of a failure
        with self._lock:
            told = asdict(value) if isinstance(value, Reply) else value
            try:
                self._known[key] = append(self._path, {"key": key.hex(), "value": told})
            finally:
                self._waiting.pop(key).set_result(value)
        return value

    def _wait_for_the_first(self) -> None:
        """Raises LLMError where the model has become unavailable meanwhile."""
        self._first_done.wait(_ALONE)
        with self._lock:
            if self.lost is not None:
                raise self.lost

    def _remember_failure(self, key: bytes, error: BaseException) -> None:
        """Forget a failed request so that it can be retried, unless the reply was too long: it would be so again."""
        if isinstance(error, TruncatedReply):
            self._known[key] = error
        if isinstance(error, NoServer | WrongModel):
            self.lost = error


def _key(*request: str) -> bytes:
    return bytes.fromhex(digest(text.encode("utf-8", errors="surrogatepass") for text in request))
