"""Asks the person in front of the viewer before a tool acts outside of looksmith."""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock, local
from time import perf_counter
from typing import Literal
from uuid import uuid4

from ...tools.core.errors import ToolError
from ...tools.core.registry import Registry
from ...tools.engine.executor import Executor
from ...tools.remote.consent import Act, consenting, nobody
from ...tools.remote.foreign import PATIENCE
from ..ask.loop import Bench
from ..ask.stop import Stop, Stopped
from ..debug.replay import Replayer
from ..traces.encode import printable

MAX_SHOWN = 2_000
"""Maximum characters of a call; a longer one is refused, since nobody could read it."""

Word = Literal["yes", "no", "always"]
"""A person's decision: `always` allows the tool until the viewer ends."""


@dataclass(frozen=True)
class Waiting:
    """An act that waits for a person's decision. about: the question or run that it belongs to; text: the call."""

    about: str
    tool: str
    backend: str
    text: str
    id: str = field(default_factory=lambda: uuid4().hex)
    allowed: Future[bool] = field(default_factory=lambda: Future[bool]())


class Acts:
    """The acts that wait for a decision. Thread-safe.

    patience: seconds after which an undecided act is refused.

    `granted` is the consent function of the viewer's settings. It agrees only to a call that a person allowed through
    `bench` or `replayer`, just before and in the same thread; all other calls are refused.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting: dict[str, Waiting] = {}
        self._always: set[str] = set()
        self._lock = Lock()
        self._here = local()

    def granted(self, act: Act) -> bool:
        """Was this call just allowed in this thread? Raises ToolError if nobody was asked."""
        allowed, self._here.act = getattr(self._here, "act", None), None
        return allowed == (act.tool, act.text) or nobody(act)

    def bench(self, bench: Bench, about: str, stop: Stop) -> Bench:
        """The same bench, whose acting tools ask first. stop: ends the wait with a refusal."""
        if not _acting(bench.registry) or not isinstance(bench.executor, Executor):
            return bench
        registry = consenting(bench.registry, partial(self._ask, about, stop))
        return replace(bench, registry=registry, executor=bench.executor.over(registry))

    def replayer(self, replayer: Replayer, about: str) -> Replayer:
        """The same for replays."""
        if not _acting(replayer.registry) or not isinstance(replayer.live, Executor):
            return replayer
        registry = consenting(replayer.registry, partial(self._ask, about, Stop()))
        return replace(replayer, registry=registry, live=replayer.live.over(registry))

    def waiting(self, about: str) -> list[Waiting]:
        """The waiting acts of a question or run, in order."""
        with self._lock:
            return [one for one in self._waiting.values() if one.about == about]

    def say(self, about: str, name: str, word: Word) -> bool:
        """Allow or refuse an act by its id. Returns False if it no longer waits."""
        with self._lock:
            one = self._waiting.get(name)
            if one is None or one.about != about:
                return False
            if word == "always":
                self._always.add(one.tool)
            with suppress(InvalidStateError):
                one.allowed.set_result(word != "no")
                return True
        return False

    def _ask(self, about: str, stop: Stop, act: Act) -> bool:
        text = printable(act.text).replace("\n", " ")
        if len(text) > MAX_SHOWN:
            raise ToolError(f"{act.tool} is refused: its call has {len(text):,} characters.")
        allowed = act.tool in self._always or self._answered(Waiting(about, act.tool, act.backend, text), stop)
        self._here.act = (act.tool, act.text) if allowed else None
        return allowed

    def _answered(self, one: Waiting, stop: Stop) -> bool:
        with self._lock:
            self._waiting[one.id] = one
        try:
            return stop.wait(one.allowed, perf_counter() + self._patience)
        except Stopped:
            return False
        except TimeoutError:
            raise ToolError(f"{one.tool} was not allowed: nobody answered within {self._patience:g} s.") from None
        finally:
            with self._lock:
                del self._waiting[one.id]


def _acting(registry: Registry) -> bool:
    return any(tool.options.acts for tool in registry)
