"""A stored run as people read it: the program, with what each line did beside it. Terminal and page both start here."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from .encode import describe, one_line
from .runs import StoredRun
from .trace import Attempt, Check, End, Execution, Step

SHOWN_PER_LINE = 4
"""Calls of one line that are told one by one; loops make more."""


@dataclass(frozen=True)
class Line:
    """A line of the program, with the steps that it made and the variables that it set last."""

    number: int
    code: str
    steps: tuple[Step, ...]
    variables: tuple[tuple[str, Any], ...]

    @property
    def notes(self) -> list[str]:
        """What stands beside the line: results of calls, then the values of variables that no call explains."""
        shown = [f"{self.call(step)} → {result_text(step)}" for step in self.steps[:SHOWN_PER_LINE]]
        return shown + [self.more] * bool(self.more) + [f"{name} = {describe(value)}" for name, value in self.variables]

    def call(self, step: Step) -> str:
        """A step's name among those of its line: in a loop, what it was asked tells it from the others."""
        return call_text(step) if len(self.steps) > 1 else step.tool

    @property
    def more(self) -> str:
        """How many calls are not told one by one; empty when all are."""
        count = len(self.steps) - SHOWN_PER_LINE
        return f"… and {count} more call{'s' * (count > 1)}" if count > 0 else ""

    @property
    def milliseconds(self) -> float | None:
        """Time of the line's calls; None when it makes none."""
        return sum(step.seconds for step in self.steps) * 1000 if self.steps else None


@dataclass(frozen=True)
class RunView:
    """Everything about a run that a reader looks at."""

    run: StoredRun
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    attempts: tuple[tuple[Attempt, Check | None], ...]
    end: End | None

    @property
    def outcome(self) -> str:
        """The outcome; `interrupted` for a run that never ended."""
        return self.run.record.outcome or "interrupted"


def view(run: StoredRun) -> RunView:
    """Put the events of a run in the order of its program."""
    steps = tuple(e for e in run.events if isinstance(e, Step))
    checks = [e for e in run.events if isinstance(e, Check)]
    executions = [e for e in run.events if isinstance(e, Execution)]
    end = next((e for e in run.events if isinstance(e, End)), None)
    source = executions[-1].source if executions else checks[-1].source if checks else ""
    by_attempt = {check.parent: check for check in checks}
    attempts = tuple((e, by_attempt.get(e.id)) for e in run.events if isinstance(e, Attempt))
    return RunView(run, _lines(source, steps, end), steps, attempts, end)


def call_text(step: Step) -> str:
    """The tool with those arguments that are short and plain: `EXISTS('spoon')`."""
    plain = [describe(value, 40) for value in step.arguments.values() if isinstance(value, str | int | float)]
    return f"{step.tool}({', '.join(plain)})" if plain else step.tool


def result_text(step: Step) -> str:
    """A step's result or error, in one line."""
    if step.error is not None:
        return f"{step.error.kind}: {one_line(step.error.message, 400)}"
    return describe(step.result)


def _lines(source: str, steps: tuple[Step, ...], end: End | None) -> tuple[Line, ...]:
    values = dict(end.variables) if end else {}
    if end is not None and end.outcome == "ok":
        values["answer"] = end.answer
    set_at = _last_assignments(source)
    found: list[Line] = []
    # As Python counts lines: str.splitlines would also cut at form feeds and Unicode's separators.
    lines = source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    for number, code in enumerate(lines, start=1):
        here = tuple(step for step in steps if step.line == number)
        told = [describe(step.result) for step in here]
        variables = [(n, values[n]) for n, line in set_at.items() if line == number and n in values]
        found.append(Line(number, code, here, tuple((n, v) for n, v in variables if describe(v) not in told)))
    return tuple(found)


def _last_assignments(source: str) -> dict[str, int]:
    """The line on which each name is set for the last time; empty for text that does not parse.

    A name that is set in several places, the last of them inside a branch or loop, is left out: nobody knows which.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[str, int] = {}
    for statement in body:
        stores = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        plain = isinstance(statement, ast.Assign | ast.AugAssign)
        for name in {node.id for node in stores}:
            lines = [node.lineno for node in stores if node.id == name]
            if plain or (len(lines) == 1 and name not in found):
                found[name] = lines[-1]
            else:
                found.pop(name, None)
    return found
