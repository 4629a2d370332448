"""Records on disk which questions are in progress, so that a question that crashes the process is recognized.

A question that was in progress when the process died is retried alone, because most of the questions running next to
it are innocent. If the process dies again, the question is skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any, cast

from ..traces.journal import append, lines, mend

POISON = 2
"""Number of crashes after which a question is skipped."""


class Begun:
    """The questions of an evaluation that are in progress. Thread-safe.

    path: a file with a line for the start and end of each question, and for each session.
    Raises InputError if the file is damaged, PrerequisiteError if it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        mend(path)
        self._deaths = _deaths(path)
        self._changed = Condition()
        self._asking = 0
        self._alone = False
        append(path, {"session": "begins"})

    def poisoned(self, id: str) -> bool:
        """Whether the process crashed so often during this question that it is skipped."""
        return self._deaths[id] >= POISON

    @contextmanager
    def asking(self, id: str) -> Generator[None]:
        """A context in which a question is in progress; a suspect runs alone."""
        alone = self._deaths[id] > 0
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._alone = alone
            if alone:
                self._changed.wait_for(lambda: self._asking == 0)
            self._asking += 1
        try:
            append(self._path, {"begins": id})
            yield
            append(self._path, {"ends": id})
        finally:
            with self._changed:
                self._asking -= 1
                self._alone = self._alone and not alone
                self._changed.notify_all()

    def close(self) -> None:
        """Record the orderly end of the session, which clears the questions so far."""
        append(self._path, {"session": "ends"})


def _deaths(path: Path) -> Counter[str]:
    """How often the process died while each question was in progress."""
    found: Counter[str] = Counter()
    asking: set[str] = set()
    for _, line in lines(path):
        told = cast("dict[str, Any]", line) if isinstance(line, dict) else {}
        if "begins" in told:
            asking.add(str(told["begins"]))
        elif "ends" in told:
            asking.discard(str(told["ends"]))
        elif "session" in told:
            found.update(asking if told["session"] == "begins" else ())
            asking.clear()
    found.update(asking)
    return found
