"""Converts pictures, programs and settings given in Python to the forms that the engine takes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...programs.language.program import Program
from ...tools.core.errors import InputError
from ..doors.by_hand import HandWritten, subject_of
from ..inputs.subject import Subject, load_inputs, load_subject
from ..setup.home import find_home
from ..setup.settings import Settings

if TYPE_CHECKING:
    from ...tools.pictures.door import Picture

MAX_PATH = 4096
"""Maximum characters of a text that is looked up as a file."""


def settings_for(
    settings: Settings | None, profile: str | Path | None = None, device: str = "", base_url: str = "", model: str = ""
) -> Settings:
    """The given settings, with the other arguments applied where they are set.

    Anything not set comes from the environment, as on the command line: home folder, profile, and the server and model
    of `LOOKSMITH_BASE_URL` and `LOOKSMITH_MODEL`.
    """
    made = settings or Settings(find_home(), profile=os.environ.get("LOOKSMITH_PROFILE") or "pocket")
    named: dict[str, Any] = {
        "profile": str(profile or ""),
        "device": device,
        "base_url": base_url or made.base_url or os.environ.get("LOOKSMITH_BASE_URL", ""),
        "model": model or made.model or os.environ.get("LOOKSMITH_MODEL", ""),
    }
    return replace(made, **{name: value for name, value in named.items() if value})


def subject_given(image: Picture | Sequence[Picture]) -> Subject:
    """One picture, several, or a video. Raises InputError."""
    return load_subject(_several(image))


def require_question(question: Any) -> None:
    """Raise InputError for a question that is no text."""
    if not isinstance(question, str):
        raise InputError(
            f"A question is a text, got {type(question).__name__}.", hint="Pass the picture, then the question."
        )


def written_given(program: str | Path, dialect: str) -> HandWritten:
    """A program from source text, or from the file that a Path names. Raises InputError, also for a text that is the
    name of a file.
    """
    given: Any = program
    if not isinstance(given, str | Path):
        hint = "Pass its source, or the Path of its file, before the picture."
        raise InputError(f"A program cannot be of type {type(given).__name__}.", hint=hint)
    if isinstance(program, Path):
        return HandWritten.of(Program.from_file(program), dialect)
    line = program.strip()
    if "\n" not in line and (line.endswith(".py") or _is_file(line)):
        hint = f"For the program in that file: run(Path({line!r}), ...)."
        raise InputError(f"A text is the program itself, and {line!r:.100} is the name of a file.", hint=hint)
    return HandWritten.of(Program(program), dialect)


def subject_by_hand(
    written: HandWritten, image: Picture | Sequence[Picture] | None, inputs: Mapping[str, Any], *, dry: bool
) -> Subject:
    """The subject that a program written by hand is run on. Raises InputError."""
    return subject_of(written, *load_inputs([] if image is None else _several(image), inputs), dry=dry)


def _is_file(text: str) -> bool:
    try:
        return 0 < len(text) < MAX_PATH and Path(text).is_file()
    except (OSError, ValueError):
        return False


def _several(image: Picture | Sequence[Picture]) -> Sequence[Picture]:
    """The pictures of a list or tuple. Bytes and texts are sequences too, but one picture each."""
    return image if isinstance(image, list | tuple) else [image]  # pyright: ignore[reportReturnType]
