"""How a question ended, with what is known about the way to its answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..traces.runs import Timing
from ..traces.trace import AnswerKind


@dataclass(frozen=True)
class Answer:
    """How a question ended. `value` is the program's answer, None for any outcome but `ok`.

    text: the answer, or else what went wrong, in one line for people.
    run: the folder that holds every step; notices: what people should know about the way to the answer.
    assumptions: what was taken for what, in words; confidence: about how often such an answer is right, 0 to 1, None
        where no tool said so.
    expected: what the question says that the answer is, in words; "" where it says nothing.
    fragile: what was nearly found and would turn the answer, in words; "" where nothing is known that would.
    """

    outcome: AnswerKind
    value: Any
    text: str
    message: str
    run: Path
    timing: Timing
    notices: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    expected: str = ""
    fragile: str = ""

    @property
    def ok(self) -> bool:
        """Is there an answer?"""
        return self.outcome == "ok"

    def _repr_html_(self) -> str:
        """How a notebook shows it: with its steps."""
        from ..pages.notebook import show_folder

        return show_folder(self.run)
