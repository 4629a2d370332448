"""How a question ended, with everything that is known about the way to its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, cast

from typing_extensions import TypeVar

from ...tools.core.errors import InputError
from ...tools.core.values import Box
from ..reading.view import RunView, view
from ..traces.decode import StoredImages
from ..traces.run_record import Timing
from ..traces.stored import load_run
from ..traces.trace import AnswerKind
from .failures import unanswered
from .steps import Step, boxes_in, steps_of

if TYPE_CHECKING:
    import supervision as sv

T_co = TypeVar("T_co", covariant=True, default=Any)


@dataclass(frozen=True)
class Answer(Generic[T_co]):
    """How a question ended. `value` is the program's answer, None for any outcome but `ok`.

    text: the answer, or else what went wrong, in one line for people.
    folder: that of the run, which holds every step; None for a question that could not be asked (`input_error`).
    notices: what people should know about the way to the answer.
    assumptions: what was taken for what, in words; confidence: about how often such an answer is right, 0 to 1, None
        where no tool said so.
    expected: what the question says that the answer is, in words; "" where it says nothing.
    fragile: what was nearly found and would turn the answer, in words; "" where nothing is known that would.

    `program`, `steps` and `boxes` are read from the run's folder on first use, and raise InputError when that is gone.
    """

    outcome: AnswerKind
    value: T_co | None
    text: str
    message: str
    folder: Path | None
    timing: Timing = field(default_factory=Timing)
    notices: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    expected: str = ""
    fragile: str = ""

    @property
    def ok(self) -> bool:
        """Is there an answer?"""
        return self.outcome == "ok"

    @property
    def run(self) -> Path:
        """The folder that holds every step. Raises InputError for a question that could not be asked."""
        if self.folder is None:
            raise InputError(f"This question was not asked, so it has no run: {self.message}")
        return self.folder

    def unwrap(self) -> T_co:
        """The value. Raises Unanswered (ProgramError, ToolFailed, NothingFound, ...) for any outcome but `ok`."""
        if not self.ok:
            raise unanswered(self.message, self.outcome, self.folder)
        return cast("T_co", self.value)

    @property
    def program(self) -> str:
        """The text of the program that the run ended with; "" where none was written."""
        return self._view.source if self.folder else ""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The tool calls of that program, in the order in which they were made."""
        return steps_of(self._view, StoredImages(self._view.run)) if self.folder else ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """What the answer rests on, in pixels of the original image, each box once.

        The boxes of the answer itself; where it has none, all that the program's steps found.
        """
        own = tuple(dict.fromkeys(boxes_in(self.value)))
        return own or tuple(dict.fromkeys(box for step in self.steps for box in step.boxes))

    def save(self, path: str | Path) -> Path:
        """Write the image with `boxes` drawn on it, as PNG or JPEG by the name's ending; of several images the first.

        Raises InputError when it cannot be written, PrerequisiteError without the extra `export`.
        """
        from .annotate import save_annotated

        return save_annotated(self._view, self.steps, self.boxes, Path(path))

    def to_supervision(self) -> sv.Detections:
        """`boxes` for the library supervision: xyxy, confidence, and labels as `data["class_name"]`.

        Where the answer is a mask, or a list of them, the masks come along.
        Raises PrerequisiteError without the extra `export`.
        """
        from .annotate import detections

        return detections(self.value, self.boxes)

    @cached_property
    def _view(self) -> RunView:
        return view(load_run(self.run))

    def _repr_html_(self) -> str:
        """How a notebook shows it: with its steps."""
        from ..pages.notebook import show_folder

        return show_folder(self.run)
