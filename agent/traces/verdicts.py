"""Verdicts of people on runs: right or wrong, what the answer should have been, and a note.

They are stored beside the run, in `verdicts.jsonl`, one line each. The last one counts; earlier ones stay as history.
"""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from ...tools.core.errors import InputError, PrerequisiteError
from .damage import plain, read_file, reading
from .stored import holds_run
from .trace import Stored

FILE = "verdicts.jsonl"
MAX_VERDICTS = 16_000_000
"""Maximum bytes of a run's verdicts to read; people write far fewer."""


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)


class Verdict(Stored):
    """A person's judgement of a run.

    run: its id; author: who judged; at: when (stored in UTC).
    right: whether the run's answer is right, None if undecided.
    answer: the right answer as JSON (encode.py), None if not told.
    label_is_wrong: the expected answer in the data set is wrong, or the question has no answer.
    boxes: the right results of steps as JSON (encode.py), by the step's number from 1; None if no step was corrected.
        `{"error": "NoDetection"}` if a step should have found nothing.
    program: a correct program for the question.
    """

    run: str
    author: str = ""
    at: Annotated[AwareDatetime, AfterValidator(_in_utc)] = Field(default_factory=_now)
    right: bool | None = None
    answer: Any = None
    label_is_wrong: bool = False
    boxes: dict[int, Any] | None = None
    program: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on a run, oldest first. damaged: numbers, from 1, of lines that cannot be read."""

    all: tuple[Verdict, ...] = ()
    damaged: tuple[int, ...] = ()

    @property
    def latest(self) -> Verdict | None:
        """The verdict that counts."""
        return self.all[-1] if self.all else None


def write_verdict(folder: Path, verdict: Verdict) -> None:
    """Append a verdict to a run's folder.

    Raises InputError if the folder holds no run, PrerequisiteError if it cannot be written.
    """
    if not holds_run(folder):
        raise InputError(f"There is no run in {plain(folder)}.", hint="`looksmith runs` lists them.")
    path = folder / FILE
    line = json.dumps(verdict.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is not a regular file")
        with path.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            # A writer that was killed left a partial line: it stays damaged, but only it.
            file.write(line if file.read(1) in (b"", b"\n") else b"\n" + line)
    except OSError as error:
        raise PrerequisiteError(f"{plain(path)} cannot be written: {error.strerror}.") from None


def read_verdicts(folder: Path) -> Verdicts:
    """The verdicts on the run in a folder; none if nobody judged it.

    Damaged lines are skipped and counted. Raises InputError if the file as a whole cannot be read.
    """
    path = folder / FILE
    with reading(folder):
        try:
            text = read_file(path, MAX_VERDICTS)
        except FileNotFoundError:
            return Verdicts()
        except OSError as error:
            raise InputError(f"{plain(path)} cannot be read: {error.strerror}.") from None
    found, damaged = list[Verdict](), list[int]()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found.append(Verdict.model_validate_json(line))
        except (ValidationError, RecursionError):
            damaged.append(number)
    return Verdicts(tuple(found), tuple(damaged))


def author() -> str:
    """The name of the user that this process runs as; "" if the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError before Python 3.13
        return ""
