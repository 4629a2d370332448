"""How tools about videos call GLANCE: through the executor, so that its batches and its cache serve every picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass

from ..core.call import Call
from ..core.errors import PrerequisiteError, UnreadableFrame
from ..core.values import Box, Video

GLANCE = "GLANCE"
AT_ONCE = 32
"""Maximum number of pictures requested at once, to bound memory."""
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

    def connect(self, submit: Submit, tell: Tell | None = None) -> None:
        """Set the server of GLANCE, and the receiver of progress."""
        self._submit, self._tell = submit, tell or _nobody

    def tell(self, text: str) -> None:
        """Report progress."""
        self._tell(text)

    def look(self, video: Video, numbers: Iterable[int], name: str, which: str) -> dict[int, FrameSight | None]:
        """The results for these frames of a whole video; None for one that cannot be decoded.

        Raises the errors of GLANCE, such as UnknownName.
        """
        if self._submit is None:
            raise PrerequisiteError("Tools about videos need an executor.", hint="Connect their desk to one.")
        found: dict[int, FrameSight | None] = {}
        every = list(numbers)
        for some in (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)):
            calls = {number: self._submit(GLANCE, (video, number, name, which)) for number in some}
            for number, call in calls.items():
                done = call.result()
                if isinstance(done.error, UnreadableFrame):
                    found[number] = None
                elif done.error is not None:
                    raise done.error
                else:
                    found[number] = FrameSight(tuple(done.value), done.assumptions, done.confidence)
        return found


def _nobody(text: str) -> None:
    """Ignore a notice."""
