"""Which questions are being asked, on disk: a question that ends the process is known when it starts again.

One that was under way when the process died is asked again by itself, since most of those beside it are innocent. If
the process dies once more, it is not asked a third time.
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
"""Deaths of the process during a question after which it is passed."""


class Begun:
    """The questions of an evaluation that are under way. Threads may share it.

    path: a file with a line for each question that begins or ends, and for each session.
    Raises InputError when the file is damaged, PrerequisiteError when it cannot be written.
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
        """Did the process die so often during this question that it is passed?"""
        return self._deaths[id] >= POISON

    @contextmanager
    def asking(self, id: str) -> Generator[None]:
        """A question is under way inside; one that is suspected, with no other beside it."""
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
        """The session ends as it should: whoever was asked until then did no harm."""
        append(self._path, {"session": "ends"})


def _deaths(path: Path) -> Counter[str]:
    """How often the process died while each question was under way."""
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
