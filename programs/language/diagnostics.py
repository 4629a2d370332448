"""Diagnostics of programs, for people and for the language model.

The stable codes:

    no-code            the reply holds no program
    syntax             not Python, too long, or nested too deep
    not-allowed        Python that the language does not have
    underscore         a name that starts with an underscore
    undefined          a name that is not set here, or only inside a comprehension or a function
    maybe-undefined    a name that is set on some paths to here only
    maybe-none         a value that may be None where it must not be
    shadowed-tool      a tool's name is assigned
    unknown-tool       a call of something that does not exist
    not-called         a function where its result is meant
    not-callable       a call of a value
    argument-count     too few or too many arguments
    unknown-keyword    no parameter of that name
    argument-type      an argument of the wrong type
    literal-value      a string or a number that the parameter does not allow
    none-result        the result of a method that gives nothing, such as `append`
    attribute          nothing of that name behind the dot
    attribute-set      an attribute is assigned
    item-set           an item of a text or a tuple is assigned
    not-iterable       a loop over one value, or a list function of one
    not-indexable      an item of a value that has none
    index              an item that is not there: wrong place, key, or kind of key
    unpack             more or fewer names than values
    unhashable         a list as a key or in a set
    operands           an operator or an order that these values do not have
    never-equal        a comparison that never comes true
    identity           `is` between values
    always-true        a test that cannot fail
    zero-division      a division by a written-out zero
    endless-loop       a loop that cannot end
    endless-recursion  a function that calls itself on every path
    no-answer          `answer` is not set, or not on every path
    answer-type        `answer` is a function, a generator, or may be None
    unfit-answer       `answer` is not what the question asks for: a box for "what", a number for "is there"
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Kind = Literal["parse_error", "policy_error", "type_error"]


def _cut(text: Any) -> Any:
    """Truncate texts quoted from a program, which may be as long as the program."""
    return f"{text[:_LONG]} …" if isinstance(text, str) and len(text) > _LONG + 100 else text


Said = Annotated[str, BeforeValidator(_cut)]


class Diagnostic(BaseModel):
    """One finding.

    kind: the outcome that a program with this finding has.
    code: stable name of the rule, for counting.
    line: 1-based; column: 0-based, as Python's ast has them.
    hint: what to write instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    code: str
    line: int
    column: int
    message: Said
    hint: Said = ""

    def render(self) -> str:
        """One line: `line 2: CROP has no parameter 'size'. It has image, box, margin.`"""
        return f"line {self.line}: {self.message} {self.hint}".rstrip()


MOST = 20
"""Maximum number of findings to show."""
_WIDE = 200
_LONG = 600
"""Maximum characters of a line, a message or a hint, since a program may be one line of 32,000 characters."""


def excerpt(line: str, column: int = 0) -> str:
    """A line of a program; for a long one, the part around a column."""
    if len(line) <= _WIDE:
        return line
    start = min(max(column - _WIDE // 2, 0), len(line) - _WIDE)
    return "… " * (start > 0) + line[start : start + _WIDE] + " …" * (start + _WIDE < len(line))


def first_few(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings to show; the last one mentions how many more there are."""
    kept = tuple(diagnostics[:MOST])
    more = len(diagnostics) - len(kept)
    if not more:
        return kept
    last = kept[-1]
    return (*kept[:-1], last.model_copy(update={"hint": f"{last.hint} There are {more} more findings.".lstrip()}))


def render(diagnostics: Iterable[Diagnostic], source: str) -> str:
    """Each finding below the program line it refers to."""
    lines = source.splitlines()
    parts: list[str] = []
    for diagnostic in first_few(tuple(diagnostics)):
        if 0 < diagnostic.line <= len(lines):
            line = lines[diagnostic.line - 1]
            code = line.strip()
            parts.append(f"    {excerpt(code, diagnostic.column - (len(line) - len(line.lstrip())))}")
        parts.append(diagnostic.render())
    return "\n".join(parts)


Found = Mapping[tuple[int, int, str], Diagnostic]
"""Findings by line, column and code, without duplicates."""


class Findings:
    """Collects findings during the analysis.

    reports: number of findings, including repeated ones.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[int, int, str], Diagnostic] = {}
        self._callers: list[tuple[str, int]] = []
        self.reports = 0

    def report(self, node: ast.AST, code: str, message: str, hint: str = "") -> None:
        """Report a finding at a node. Inside a function, the hint mentions the call that led there."""
        self.reports += 1
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        if self._callers and self._callers[-1][1] != line:
            name, called = self._callers[-1]
            hint = f"{hint} {name} is called on line {called}.".lstrip()
        found = Diagnostic(kind="type_error", code=code, line=line, column=column, message=message, hint=hint)
        self._found.setdefault((line, column, code), found)

    def enter(self, name: str, line: int) -> None:
        """A call of a function is followed into its body."""
        self._callers.append((name, line))

    def leave(self) -> None:
        """The call is done."""
        self._callers.pop()

    def swap(self, other: Found) -> Found:
        """Go on with other findings; gives those up to here."""
        before, self._found = self._found, dict(other)
        return before

    def add(self, more: Found) -> None:
        """Take over findings that were made before."""
        if more:
            self.reports += 1
            self._found = {**more, **self._found}

    @property
    def ordered(self) -> tuple[Diagnostic, ...]:
        """All findings, in order of lines."""
        return tuple(sorted(self._found.values(), key=lambda d: (d.line, d.column)))
