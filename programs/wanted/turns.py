"""Questions that follow up others: the earlier questions and answers, and the results that a new program may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...tools.core.annotations import type_text


@dataclass(frozen=True)
class Turn:
    """An earlier question about the same images.

    program: the one whose answer was taken, "" where none answered; answer: in one line, as people were told.
    names: the type of each result that a later program may use, by the name that it has there.
    """

    question: str
    program: str
    answer: str
    names: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def told(self) -> str:
        """What came of it, for the language model."""
        if not self.names:
            return f"The answer was: {self.answer}"
        listed = ", ".join(f"{name} ({type_text(kind)})" for name, kind in self.names.items())
        return f"The answer was: {self.answer}\nResults that programs may use: {listed}"
