"""What a plug-in may provide in addition to tools: worked examples for the prompt, and drawn scenes to try programs on.

Panagopoulou et al., "ViUniT: Visual Unit Tests for More Robust Visual Programming", 2024, draw pictures with a
diffusion model. A domain with simple pictures can draw them itself, and knows the truth about them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import InputError
from .values import Image


class Example(BaseModel):
    """A question and a program that answers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    program: str


def read_examples(text: str, name: str) -> tuple[Example, ...]:
    """Parse the `[[example]]` tables of a TOML text. name: used in error messages. Raises InputError."""
    try:
        return tuple(Example.model_validate(row) for row in tomllib.loads(text).get("example", []))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        hint = "Each [[example]] needs a question and a program."
        raise InputError(f"{name} has no valid examples: {error}", hint=hint) from None


def load_examples(path: Path) -> tuple[Example, ...]:
    """Load the examples of a file. Raises InputError."""
    try:
        return read_examples(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The examples {path} cannot be read: {error}") from None


@dataclass(frozen=True)
class DrawnScene:
    """A scene for a question.

    image: stands for the picture; its pixels need not show it, since the domain's tools know the truth by `source`.
    told: what it shows, as text; answer: the answer that is certainly right there, None if unknown.
    """

    image: Image
    told: str
    answer: Any = None


class Drawing(Protocol):
    """A domain's generator of scenes."""

    def scenes(self, question: str) -> Sequence[DrawnScene]:
        """A few scenes for a question, always the same ones; none if it cannot draw any."""
        ...

    @property
    def tools(self) -> Sequence[Any]:
        """The domain's tools, which answer from the truth of every scene that was drawn."""
        ...
