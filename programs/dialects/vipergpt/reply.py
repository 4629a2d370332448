"""Extracts Python from a language model's text. Everything else is blanked, so that line numbers are preserved."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ...check.check import MAX_DEPTH
from ...language.diagnostics import Diagnostic
from ...language.language import MAX_SOURCE_BYTES
from ...language.program import parse

_NEWLINE = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"\s*```(.*)")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.)(?: |$)")
_ENTRY = re.compile(r"\s*def\s+execute_command\b")
_CODE = re.compile(
    r"\s*(?:def\s+\w+\s*\(|import\s+\w|from\s+[\w.]+\s+import\s|class\s+\w+.*:\s*$|@\w|\w+\s*=.*\b(?:ImagePatch|VideoSegment)\()"
)
_STATEMENT = re.compile(r"(?:def|class|return|if|elif|else|for|while|try|with)\b")
_SENTENCE = 5
"""Words that make a line with a call a sentence about it."""


@dataclass(frozen=True)
class Text:
    """Python found in a text. shifts: for each line, how many columns were cut off on the left before parsing."""

    tree: ast.Module
    shifts: tuple[int, ...]


def read(source: str) -> Text | Diagnostic:
    """The Python in a text: a fenced block, lines after `>>>`, an indented body, or code with prose around it."""
    if len(source.encode("utf-8", errors="replace")) > MAX_SOURCE_BYTES:
        return _refuse(f"The program is longer than {MAX_SOURCE_BYTES:,} bytes.")
    given = _NEWLINE.split(source.removeprefix("\ufeff"))
    lines = _dedented(_without_prompts(_without_fences(given)))
    problem = found = _parse(lines)
    if isinstance(found, Diagnostic):
        for other in (_indented_first(lines), _without_prose(lines)):
            found = _parse(other)
            if not isinstance(found, Diagnostic):
                lines = other
                break
            problem = max(problem, found, key=_line) if isinstance(problem, Diagnostic) else found
    if isinstance(found, Diagnostic):
        return problem if isinstance(problem, Diagnostic) else found
    if not found.body:
        return _refuse("There is no Python in the text.")
    return Text(found, tuple(len(before) - len(after) for before, after in zip(given, lines, strict=True)))


def _line(problem: Diagnostic) -> int:
    """The error of the attempt that got farthest."""
    return problem.line


def _parse(lines: list[str]) -> ast.Module | Diagnostic:
    try:
        tree = parse("\n".join(lines))
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        line = min(max(error.lineno or 1, 1), len(lines))
        return _refuse(f"This is not Python: {error.msg}.", line, column)
    except ValueError as error:
        return _refuse(f"This is not Python: {error}.")
    except (RecursionError, MemoryError):
        return _too_deep()
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return _too_deep() if level else tree


def _without_fences(lines: list[str]) -> list[str]:
    """The lines of one fenced block, with the others blanked; all lines if there is no fence."""
    marks = [(i, found[1].strip()) for i, line in enumerate(lines) if (found := _FENCE.match(line))]
    if not marks:
        return lines
    edges = [i for i, _ in marks]
    before = any(line.strip() for line in lines[: edges[0]])
    if len(marks) == 1 and not marks[0][1] and before:
        blocks = [(0, edges[0])]
    else:
        edges = [*edges, len(lines)] if len(edges) % 2 else edges
        blocks = [(start + 1, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    start, end = max(blocks, key=lambda block: (_rank(lines[block[0] : block[1]]), block))
    return _only(lines, start, end)


def _rank(block: list[str]) -> int:
    """How much a block looks like the program; the last of equals wins."""
    if any(_ENTRY.match(line) for line in block):
        return 2
    return int(any(_CODE.match(line) for line in block))


def _without_prompts(lines: list[str]) -> list[str]:
    """The code of an interactive session, as in docstrings."""
    if not any(line.lstrip().startswith(">>>") for line in lines):
        return lines
    found = (_PROMPT.match(line) for line in lines)
    return [line[match.end() :] if match else "" for line, match in zip(lines, found, strict=True)]


def _dedented(lines: list[str]) -> list[str]:
    """The lines without their common indentation, which comments may violate."""
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    margin = min((len(line) - len(line.lstrip()) for line in code), default=0)
    return [line[margin:] if line[:margin].isspace() or not margin else line.lstrip() for line in lines]


def _indented_first(lines: list[str]) -> list[str]:
    """The lines with the first one indented like the others: completions often lose the indentation of the first."""
    code = [i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    if not code:
        return lines
    first, *others = code
    later = _dedented([lines[i] for i in others])
    fitted = dict(zip(others, later, strict=True)) | {first: lines[first].lstrip()}
    return [fitted.get(i, "") for i in range(len(lines))]


def _without_prose(lines: list[str]) -> list[str]:
    """The lines without sentences before the first that can only be code, and after a complete execute_command.

    All lines if anything else is there: leaving lines out must not turn a broken program into a valid one.
    """
    start = next((i for i, line in enumerate(lines) if _CODE.match(line)), 0)
    if not all(map(_is_prose, lines[:start])):
        return lines
    code = _dedented(_only(lines, start, len(lines)))
    problem = _parse(code)
    if isinstance(problem, Diagnostic) and problem.line > start + 1:
        end = problem.line - 1
        if any(map(_ENTRY.match, code[start:end])) and all(map(_is_prose, code[end:])):
            return _only(code, start, end)
    return code


def _is_prose(line: str) -> bool:
    """Is the line empty, a comment, or a sentence, without any part of a statement?"""
    if not line.strip() or line.startswith("#"):
        return True
    called = re.search(r"\w\(", line) and len(line.split()) < _SENTENCE
    return not (line[0].isspace() or called or _STATEMENT.match(line) or re.search(r"[=\[\]{}@]", line))


def _only(lines: list[str], start: int, end: int) -> list[str]:
    return [line if start <= i < end else "" for i, line in enumerate(lines)]


def _too_deep() -> Diagnostic:
    return _refuse(f"The program is nested more than {MAX_DEPTH} levels deep.")


def _refuse(message: str, line: int = 1, column: int = 0) -> Diagnostic:
    hint = "Write the function execute_command(image) in plain Python." if "not Python" in message else ""
    return Diagnostic(kind="parse_error", code="syntax", line=line, column=column, message=message, hint=hint)
