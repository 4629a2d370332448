"""`ask` and `run` without a session: calls with the same options share one session for the whole process."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from typing_extensions import TypeVar

from ...tools.core.registry import tools_given
from ..answers.answer import Answer
from ..ask.writing import DEFAULT, Writing
from ..setup.settings import Settings
from .given import settings_for
from .session import Looksmith

if TYPE_CHECKING:
    from ..llm.llm import LLM
    from .given import Picture

T = TypeVar("T", default=Any)
KEPT = 4
"""Maximum number of shared sessions; calls with yet other options get one of their own, which ends with the call."""


def ask(
    image: Picture | Sequence[Picture],
    question: str,
    *,
    answer_type: type[T] | None = None,
    timeout: float | None = None,
    tools: Sequence[Any] = (),
    llm: LLM | None = None,
    writing: Writing = DEFAULT,
    settings: Settings | None = None,
) -> Answer[T]:
    """Ask a question about an image, several images, a video, or an album: `Looksmith.ask` in a session that the
    process shares.

    tools, llm, settings: as for `Looksmith`.
    """
    with _session(settings, tools, llm) as session:
        return session.ask(image, question, answer_type=answer_type, timeout=timeout, writing=writing)


def run(
    program: str | Path,
    image: Picture | Sequence[Picture] | None = None,
    *,
    dialect: str = "",
    dry_run: bool = False,
    inputs: Mapping[str, Any] | None = None,
    timeout: float | None = None,
    tools: Sequence[Any] = (),
    settings: Settings | None = None,
) -> Answer:
    """Run a program written by hand: `Looksmith.run` in a session that the process shares.

    tools, settings: as for `Looksmith`.
    """
    with _session(settings, tools, None) as session:
        return session.run(program, image, dialect=dialect, dry_run=dry_run, inputs=inputs, timeout=timeout)


class SharedSessions:
    """The sessions of this process, by their options. Thread-safe."""

    def __init__(self) -> None:
        self._sessions: dict[Hashable, Looksmith] = {}
        self._left: list[Looksmith] = []
        self._watched = False
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Looksmith]) -> Looksmith | None:
        """The session of a key, created if missing; None if there are too many already."""
        with self._lock:
            if not self._watched:
                os.register_at_fork(after_in_child=self._forget)
                atexit.register(self.close)
                self._watched = True
            if key not in self._sessions and len(self._sessions) < KEPT:
                self._sessions[key] = make()
            return self._sessions.get(key)

    def close(self) -> None:
        """Close all sessions; later calls get new ones."""
        with self._lock:
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    def _forget(self) -> None:
        """A forked child does not have the threads and processes of its parent's sessions, and leaves them alone."""
        self._left += self._sessions.values()
        self._sessions, self._lock = {}, Lock()


shared = SharedSessions()


@contextmanager
def _session(settings: Settings | None, tools: Sequence[Any], llm: LLM | None) -> Generator[Looksmith]:
    """The session for these options: a shared one, or one that ends with the call."""
    chosen, given = settings_for(settings), tools_given(tools)
    kept = None if llm is not None else _kept(chosen, given)
    if kept is not None:
        yield kept
        return
    with Looksmith(tools=given, llm=llm, settings=chosen) as own:
        yield own


def _kept(settings: Settings, tools: tuple[Any, ...]) -> Looksmith | None:
    try:
        hash((settings, tools))
    except TypeError:  # such as the truths of a test, which are a dict
        return None
    return shared.get((settings, tools), lambda: Looksmith(tools=tools, settings=settings))
