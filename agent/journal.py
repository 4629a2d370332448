"""Files of JSON lines that survive a kill: each line is on its way to the disk before the next is begun."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..tools.errors import InputError, PrerequisiteError


def append(path: Path, value: Any) -> None:
    """Add a line. Raises PrerequisiteError when the disk does not take it."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")
    except OSError as error:
        raise PrerequisiteError(f"{path} cannot be written: {error.strerror}.") from None


def read_lines(path: Path) -> list[Any]:
    """The lines of a file, none when there is no file. A last line that was cut off is left out.

    Raises InputError for a line that is damaged.
    """
    found: list[Any] = []
    for number, line in enumerate(_content(path).split(b"\n")[:-1], start=1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            hint = "Start again with --fresh."
            raise InputError(f"{path}, line {number} is damaged: {error}.", hint=hint) from None
    return found


def mend(path: Path) -> None:
    """Take a last line that was cut off from the file, so that the next one starts on a line of its own.

    Only for whoever writes to the file: another process may be in the middle of a line.
    """
    content = _content(path)
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
