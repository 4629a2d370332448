"""The text of a program, and its extraction from a model's reply."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from threading import RLock
from typing import Literal

from ...tools.core.errors import InputError
from .diagnostics import Diagnostic
from .language import MAX_SOURCE_BYTES

_CALLED_ON_LINE = re.compile(r"(is called on line )(\d+)")
_FILTERS = RLock()
"""A lock, because warning filters are global, and concurrent changes would not be restored."""

MAX_INTEGER_BITS = 14_000
"""Of a whole number that is written out: Python does not write one of more than 4,300 digits, in no message."""
_LONG_NUMBER = re.compile(r"0[xXoObB][0-9a-fA-F_]{3000,}")
"""All that can be a longer one: Python itself refuses decimals of more than 4,300 digits."""
MAX_REPLY = 4 * MAX_SOURCE_BYTES
"""Maximum characters of a reply to read."""
_TRIED = 10 * MAX_SOURCE_BYTES
_LEAST = 256
"""Characters that the parser reads to find a program among prose, and that each attempt counts: time has a bound."""

_FENCE = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Program:
    """A Python program that sets `answer`.

    origin: who wrote it: the language model, a file, or an example.
    original: the text in another system's dialect that it was read from; lines: for each line of `source`, the
        original's line that it came from, 1-based.
    """

    source: str
    question: str = ""
    origin: Literal["model", "file", "example"] = "model"
    dialect: str = "python"
    original: str = ""
    lines: tuple[int, ...] = ()

    @property
    def written(self) -> str:
        """The author's text: in another system's dialect, or the source itself."""
        return self.original or self.source

    def written_line(self, line: int) -> int:
        """The line of `written` for a line of `source`; both 1-based, 0 if unknown."""
        if not self.lines:
            return line
        return self.lines[line - 1] if 0 < line <= len(self.lines) else 0

    def in_written(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The same findings with the lines of `written`."""
        if not self.lines:
            return tuple(diagnostics)

        def move(found: re.Match[str]) -> str:
            return f"{found[1]}{self.written_line(int(found[2]))}"

        return tuple(
            d.model_copy(
                update={"line": self.written_line(d.line), "column": 0, "hint": _CALLED_ON_LINE.sub(move, d.hint)}
            )
            for d in diagnostics
        )

    @classmethod
    def from_reply(cls, reply: str, question: str) -> Program | Diagnostic:
        """Extract the program from a model's reply, or return a diagnostic.

        A single fenced block is used unchanged. Among several, the last one that parses and sets `answer` is used,
        because models correct themselves in later blocks. Without a fence, the longest run of lines that parses and
        sets `answer` is used.
        """
        blocks = [dedent(block).strip("\n") for block in _FENCE.findall(reply[:MAX_REPLY])]
        if len(blocks) == 1:
            return cls(blocks[0], question)
        whole = [block for block in blocks if sets_answer(block)]
        if whole:
            return cls(whole[-1], question)
        if blocks:
            hint = "Write one block of Python that sets `answer`."
            return _no_code(f"The reply has {len(blocks)} code blocks and none sets `answer`.", hint)
        found = _longest_code(reply)
        if found is None:
            return _no_code("There is no Python program in the reply.", "Write only Python that sets `answer`.")
        return cls(found, question)

    @classmethod
    def from_file(cls, path: Path) -> Program:
        """Load a program from a file. Raises InputError."""
        try:
            return cls(path.read_text(encoding="utf-8"), origin="file")
        except FileNotFoundError:
            raise InputError(f"There is no program {path}.") from None
        except IsADirectoryError:
            raise InputError(f"{path} is a folder, and not a program.", hint="Pass a file in it.") from None
        except UnicodeDecodeError:
            raise InputError(f"{path} is not a program: it is no text in UTF-8.") from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def quiet() -> Generator[None]:
    """A context that suppresses Python's warnings about a program."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def parse(source: str) -> ast.Module:
    """The text as Python. Raises SyntaxError, also for a number that is too long, ValueError, RecursionError or
    MemoryError.
    """
    try:
        with quiet():
            tree = ast.parse(source)
    except SystemError as error:  # what CPython says of some texts that are nested too deep
        raise RecursionError(str(error)) from None
    if _LONG_NUMBER.search(source):
        _require_short_numbers(tree)
    return tree


def _require_short_numbers(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value.bit_length() > MAX_INTEGER_BITS:
            place = ("program", node.lineno, node.col_offset + 1, "")
            raise SyntaxError(f"a whole number of more than {MAX_INTEGER_BITS:,} bits", place)


def try_parse(source: str) -> ast.Module | None:
    """Parse the text; None if it is not Python, too long, or nested too deeply."""
    if len(source) > MAX_SOURCE_BYTES:
        return None
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def sets_answer(source: str) -> bool:
    """Whether the text can be parsed and assigns `answer` somewhere."""
    tree = try_parse(source)
    if tree is None:
        return False
    stores = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return any(node.id == "answer" for node in stores)


def _longest_code(reply: str) -> str | None:
    """The longest run of lines that sets `answer`, whatever prose stands around it.

    From each line on, the parser says where the text stops to be Python; the run ends above that line.
    """
    lines = reply[:MAX_SOURCE_BYTES].splitlines()
    best: list[str] = []
    start, tries = 0, _Tries()
    while start < len(lines) and tries.left > 0:
        end = _python_from(lines, start, tries)
        if end - start > len(best) and sets_answer("\n".join(lines[start:end])):
            best = lines[start:end]
        start = max(end, start + 1)
    return "\n".join(best).strip("\n") or None


@dataclass
class _Tries:
    """Characters that the parser may still read."""

    left: int = _TRIED

    def count(self, lines: list[str]) -> None:
        """It has read these."""
        self.left -= max(sum(map(len, lines)) + len(lines), _LEAST)


def _python_from(lines: list[str], start: int, tries: _Tries) -> int:
    """Where the lines from `start` on stop to parse; `start` itself when they never do."""
    end = len(lines)
    while end > start and tries.left > 0:
        try:
            parse("\n".join(lines[start:end]))
        except SyntaxError as error:
            read = max((error.lineno or 1) - 1, 0)
            tries.count(lines[start : start + read + 1])
            end = min(start + read, end - 1)
        except (ValueError, RecursionError, MemoryError):
            tries.count(lines[start:end])
            return start
        else:
            tries.count(lines[start:end])
            return end
    return start


def _no_code(message: str, hint: str) -> Diagnostic:
    return Diagnostic(kind="parse_error", code="no-code", line=1, column=0, message=message, hint=hint)
