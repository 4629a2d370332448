"""The result of a question, with everything known about how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, cast

from typing_extensions import TypeVar

from ...tools.core.errors import InputError
from ...tools.core.values import Box, Image
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
    """The result of a question. `value` is the program's answer, or None for any outcome but `ok`.

    text: the answer, or else the error, in one line.
    folder: the run's folder with every step; None for a question that could not be asked (`input_error`).
    notices: warnings about how the answer was found.
    assumptions: what was taken for what, as text; confidence: about how often such an answer is right, 0 to 1, or None
        if no tool gave one.
    expected: the kind of answer that the question asks for, as text; "" if unknown.
    fragile: the near miss that would change the answer, as text; "" if none is known.

    `program`, `steps` and `boxes` are read from the run's folder on first use, and raise InputError if that is gone.
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
        """The folder with every step. Raises InputError for a question that could not be asked."""
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
        """The text of the final program; "" if there is none."""
        return self._view.source if self.folder else ""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The tool calls of that program, in order."""
        return steps_of(self._view, StoredImages(self._view.run)) if self.folder else ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes behind the answer, in pixels of the original image, each once.

        These are the boxes of the answer itself, or if it has none, all boxes found by the program's steps.
        """
        own = tuple(dict.fromkeys(boxes_in(self.value)))
        return own or tuple(dict.fromkeys(box for step in self.steps for box in step.boxes))

    def save(self, path: str | Path) -> Path:
        """Write the image with `boxes` drawn on it, as PNG or JPEG by its suffix; of several images, the first.

        If the answer is itself an image, such as one with hidden faces, that is written instead.
        Raises InputError if it cannot be written, PrerequisiteError without the extra `export`.
        """
        from .annotate import save_annotated, save_image

        if isinstance(self.value, Image):
            return save_image(self.value, Path(path))
        return save_annotated(self._view, self.steps, self.boxes, Path(path))

    def to_supervision(self) -> sv.Detections:
        """`boxes` as `supervision.Detections`: xyxy, confidence, and labels as `data["class_name"]`.

        If the answer is a mask or a list of masks, these are included.
        Raises PrerequisiteError without the extra `export`.
        """
        from .annotate import detections

        return detections(self.value, self.boxes)

    @cached_property
    def _view(self) -> RunView:
        return view(load_run(self.run))

    def _repr_html_(self) -> str:
        """The HTML for notebooks, with the steps."""
        from ..pages.notebook import show_folder

        return show_folder(self.run)
