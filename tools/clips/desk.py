"""How tools about videos call GLANCE: through the executor, so that its batches and its cache serve every picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from ..core.call import Call
from ..core.errors import PrerequisiteError, ToolError, UnreadableFrame
from ..core.values import Box, Video

GLANCE = "GLANCE"
AT_ONCE = 32
"""Maximum number of pictures requested at once, to bound memory."""
K = TypeVar("K")
Submit = Callable[[str, tuple[object, ...]], Future[Call]]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class FrameSight:
    """What is seen in a picture of a video, best first; assumptions, confidence: as in `Scored`."""

    boxes: tuple[Box, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None


class Desk:
    """Where GLANCE is requested. The maker of the executor connects it; threads may share it."""

    def __init__(self) -> None:
        self._submit: Submit | None = None
        self._tell: Tell = _nobody
        self._awaited: Callable[[], bool] = _always

    def connect(self, submit: Submit, tell: Tell | None = None, awaited: Callable[[], bool] | None = None) -> None:
        """Set the server of GLANCE, the receiver of progress, and the check whether a caller still waits for this
        thread's search.
        """
        self._submit, self._tell, self._awaited = submit, tell or _nobody, awaited or _always

    def tell(self, text: str) -> None:
        """Report progress."""
        self._tell(text)

    def look(self, video: Video, numbers: Iterable[int], name: str, which: str) -> dict[int, FrameSight | None]:
        """The results for these frames of a whole video; None for one that cannot be decoded.

        Raises the errors of GLANCE, such as UnknownName.
        """
        found: dict[int, FrameSight | None] = {}
        every = list(numbers)
        for some in (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)):
            for number, done in self.answers(GLANCE, {number: (video, number, name, which) for number in some}):
                if isinstance(done.error, UnreadableFrame):
                    found[number] = None
                elif done.error is not None:
                    raise done.error
                else:
                    found[number] = FrameSight(tuple(done.value), done.assumptions, done.confidence)
        return found

    def answers(self, tool: str, asked: Mapping[K, tuple[object, ...]]) -> Iterator[tuple[K, Call]]:
        """Make these calls together, and yield the answers in order. Raises ToolError once no caller waits for the
        search; calls that have not started are then dropped.
        """
        if self._submit is None:
            raise PrerequisiteError("Such tools need an executor.", hint="Connect their desk to one.")
        self._require_awaited()
        calls = {key: self._submit(tool, given) for key, given in asked.items()}
        try:
            for key, call in calls.items():
                self._require_awaited()
                yield key, call.result()
        finally:
            for call in calls.values():
                call.cancel()

    def _require_awaited(self) -> None:
        if not self._awaited():
            raise ToolError("Nobody waits for this search any more.")


def _always() -> bool:
    """A caller is assumed to wait."""
    return True


def _nobody(text: str) -> None:
    """Ignore a notice."""
