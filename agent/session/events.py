"""The events of a question in progress."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias

from typing_extensions import TypeVar

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ..answers.answer import Answer
from ..answers.steps import Step, step_of
from ..traces.decode import StoredImages
from ..traces.run_record import RunRecord
from ..traces.runs import StoredRun
from ..traces.trace import Attempt, Check, Execution
from ..traces.trace import Event as Recorded
from ..traces.trace import Step as RecordedStep

T_co = TypeVar("T_co", covariant=True, default=Any)
_WAIT = 5.0
"""Maximum seconds until a step's picture is on disk; it is written in the background."""


@dataclass(frozen=True)
class Written:
    """The language model wrote one or several programs. attempt: from 1, 0 for a guess; seconds: the time it took.

    problem: why there is no program, or "".
    """

    texts: tuple[str, ...]
    attempt: int
    seconds: float
    problem: str = ""


@dataclass(frozen=True)
class ProgramChecked:
    """The checker checked a program. problems: why it is rejected, in sentences; empty if it is accepted."""

    program: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started:
    """A program starts to run: the following steps are its calls."""

    program: str


@dataclass(frozen=True)
class Stepped:
    """A tool was called. Each of several programs numbers its steps from 1."""

    step: Step


@dataclass(frozen=True)
class Answered(Generic[T_co]):
    """The question has ended; always the last event."""

    answer: Answer[T_co]


Event: TypeAlias = Written | ProgramChecked | Started | Stepped | Answered[T_co]
"""One of those."""


class EventTranslator:
    """Converts recorded events of the trace to public ones. images: those of the question, by `source`."""

    def __init__(self, images: Mapping[str, Image]) -> None:
        self._images = dict(images)
        self._steps: dict[int | None, int] = {}

    def tell(self, folder: Path, event: Recorded) -> Written | ProgramChecked | Started | Stepped | None:
        """The public event, or None if there is none."""
        match event:
            case Attempt():
                texts = tuple(draft.text for draft in event.samples) or ((event.reply,) if event.reply else ())
                return Written(texts, event.number, event.seconds, event.error)
            case Check():
                return ProgramChecked(event.source, tuple(one.render() for one in event.diagnostics))
            case Execution():
                return Started(event.source)
            case RecordedStep():
                return Stepped(self._step(folder, event))
            case _:
                return None

    def _step(self, folder: Path, event: RecordedStep) -> Step:
        number = self._steps[event.parent] = self._steps.get(event.parent, 0) + 1
        return step_of(number, event, lambda name: self._image(folder, name))

    def _image(self, folder: Path, name: str) -> Image:
        """A picture of the run, which may not be on disk yet. Raises InputError."""
        until = time.monotonic() + _WAIT
        while name not in self._images:
            try:
                self._images[name] = StoredImages(StoredRun(folder, _NO_RECORD, ()))(name)
            except InputError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        return self._images[name]


_NO_RECORD = RunRecord.model_construct()
"""The location of the run's pictures."""
