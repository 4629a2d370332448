"""Worked examples of questions and programs for the prompt. Plug-ins may add their own."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import InputError


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
