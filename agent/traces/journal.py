"""Files of JSON lines that survive a kill: each line is on its way to the disk before the next is begun."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError, PrerequisiteError

MAX_LINE = 64_000_000
"""Bytes of a line: none that was written here comes near."""

_TAIL = 1 << 16
"""Bytes that are read at once when the end of the last whole line is looked for."""


def append(path: Path, value: Any) -> int:
    """Add a line; the byte at which it begins. Raises PrerequisiteError when the disk does not take it."""
    line, start = json.dumps(value, ensure_ascii=False).encode() + b"\n", None
    try:
        with path.open("ab") as file:
            start = file.tell()
            file.write(line)
    except OSError as error:
        if start is not None:
            with suppress(OSError):
                os.truncate(path, start)  # half a line would spoil the next one
        raise PrerequisiteError(f"{path} cannot be written: {error.strerror}.") from None
    return start


def lines(path: Path, start: int = 0) -> Iterator[tuple[int, Any]]:
    """Each line of a file with the byte at which it begins, one by one; none when there is no file.

    A last line that was cut off is left out. start: where the first line begins that is wanted.
    Raises InputError for a line that is damaged, and for what is no regular file: a device may have no end.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise InputError(f"{path} is no regular file.")
    with path.open("rb") as file:
        file.seek(start)
        for number, line in enumerate(iter(partial(file.readline, MAX_LINE), b""), start=1):
            if len(line) >= MAX_LINE:
                raise InputError(f"{path}, line {number} is longer than {MAX_LINE // 1_000_000} MB.")
            if not line.endswith(b"\n"):
                return
            yield start, _parsed(path, f"line {number}", line)
            start += len(line)


def read_lines(path: Path) -> list[Any]:
    """All lines of a file, as `lines` gives them."""
    return [value for _, value in lines(path)]


def line_at(path: Path, start: int) -> Any:
    """The line that begins at a byte. Raises InputError."""
    with path.open("rb") as file:
        file.seek(start)
        return _parsed(path, f"the line at byte {start}", file.readline(MAX_LINE))


def mend(path: Path) -> None:
    """Take a last line that was cut off from the file, so that the next one starts on a line of its own.

    Only for whoever writes to the file: another process may be in the middle of a line.
    """
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        whole = end
        while whole:
            start = max(whole - _TAIL, 0)
            file.seek(start)
            found = file.read(whole - start).rfind(b"\n") + 1
            whole = start + found if found else start
            if found:
                break
        if whole < end:
            file.truncate(whole)


def _parsed(path: Path, where: str, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, {where} is damaged: {error}.", hint="Start again with --fresh.") from None
