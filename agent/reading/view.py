"""A stored run prepared for display in terminal and page: the program, with each line's steps and values."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...programs.language.program import try_parse
from ...tools.core.errors import InputError
from ..traces.damage import reading
from ..traces.encode import describe, one_line
from ..traces.run_record import RunRecord
from ..traces.runs import StoredRun
from ..traces.stored import load_run
from ..traces.trace import Attempt, Check, End, Event, Execution, Result, Step, Vote
from .said import sureness

SHOWN_PER_LINE = 4
"""Maximum number of calls listed per line; loops may have more."""
MAX_LINES = 2000
MAX_SHOWN = 64_000
"""Maximum lines and characters of a program to show; rejected programs may be so long that it would take minutes."""


@dataclass(frozen=True)
class ProgramLine:
    """A line of the program, with its steps and the final values of variables assigned there.

    numbers: of the steps within the program, from 1.
    written: the line of another dialect that this line and those below were translated from, with its number,
        1-based; None if there is none or the text is the same.
    """

    number: int
    code: str
    steps: tuple[Step, ...]
    variables: tuple[tuple[str, Any], ...]
    numbers: tuple[int, ...] = ()
    written: tuple[int, str] | None = None

    @property
    def notes(self) -> list[str]:
        """The values next to the line: results of calls, then variables that are not a call's result."""
        numbered = list(zip(self.numbers, self.steps, strict=True))[:SHOWN_PER_LINE]
        shown = [f"{number}  {self.call(step)} → {told_result(step)}" for number, step in numbered]
        return shown + [self.more] * bool(self.more) + [f"{name} = {describe(value)}" for name, value in self.variables]

    def call(self, step: Step) -> str:
        """A step's label within its line; repeated calls of a tool are distinguished by arguments."""
        return call_text(step) if len(self.steps) > 1 else step.tool

    @property
    def more(self) -> str:
        """How many calls are not listed; empty if all are."""
        count = len(self.steps) - SHOWN_PER_LINE
        return f"… and {count} more call{'s' * (count > 1)}" if count > 0 else ""

    @property
    def milliseconds(self) -> float | None:
        """Seconds of the line's calls; None if it has none."""
        return sum(step.seconds for step in self.steps) * 1000 if self.steps else None


@dataclass(frozen=True)
class WrittenProgram:
    """A program written by the model.

    share: how many of the samples wrote it, in words; empty if there was only one sample.
    taken: whether it is the program that decided the run's outcome.
    """

    check: Check
    share: str
    steps: tuple[Step, ...]
    result: Result | None
    ran: bool
    taken: bool

    @property
    def problem(self) -> str:
        """What was wrong with it; empty if nothing was."""
        if self.check.diagnostics:
            return "was refused: " + "; ".join(d.render() for d in self.check.diagnostics)
        if self.check.repeated:
            return "repeated a program that had failed"
        if self.result is not None and self.result.outcome != "ok":
            return f"failed: {self.result.outcome}: {self.result.message}"
        return ""

    @property
    def fate(self) -> str:
        """What happened to it, in one line."""
        if self.problem:
            return self.problem
        return f"was fixed automatically, and {self._end}" if self.check.mends is not None else self._end

    @property
    def _end(self) -> str:
        """What happened to it after the check."""
        if self.taken:
            return "was taken" if self.share else "was accepted"
        if self.result is not None:
            return f"answered {describe(self.result.answer)}"
        return "ran" if self.ran else "did not run" if self.share else "was accepted"


@dataclass(frozen=True)
class RunView:
    """Everything to display about a run.

    lines, steps, execution: of the program that decided the outcome.
    attempts: with all programs written in each.
    """

    run: StoredRun
    lines: tuple[ProgramLine, ...]
    steps: tuple[Step, ...]
    attempts: tuple[tuple[Attempt, tuple[WrittenProgram, ...]], ...]
    end: End | None
    vote: Vote | None = None
    execution: Execution | None = None

    @property
    def source(self) -> str:
        """The text of the program."""
        return self.execution.source if self.execution else ""

    @property
    def outcome(self) -> str:
        """The outcome; `interrupted` for an unfinished run."""
        return self.run.record.outcome or "interrupted"


def view(run: StoredRun) -> RunView:
    """Prepare a run for display. Raises InputError for a damaged run."""
    with reading(run.folder):
        return _view(run)


def view_of(runs: Path, name: str) -> RunView | None:
    """The view of a run by its name in a folder of runs; None if it has no name, or cannot be read."""
    if not name:
        return None
    folder = runs / Path(name).name
    try:
        with reading(folder):
            return view(load_run(folder))
    except InputError:
        return None


def _view(run: StoredRun) -> RunView:
    end = next((e for e in run.events if isinstance(e, End)), None)
    vote = next((e for e in run.events if isinstance(e, Vote)), None)
    checks = [e for e in run.events if isinstance(e, Check)]
    executions = [e for e in run.events if isinstance(e, Execution)]
    last = next((e for e in executions if end and e.id == end.execution), executions[-1] if executions else None)
    # Steps without a program come from an old or damaged run, which has only one.
    own = [e for e in run.events if isinstance(e, Step) and (len(executions) < 2 or (last and e.parent == last.id))]
    source = last.source if last else checks[-1].source if checks else ""
    attempts = tuple((e, _proposals(e, run.events, last)) for e in run.events if isinstance(e, Attempt))
    lines = _with_written(_lines(source, tuple(own), end), run.record)
    return RunView(run, lines, tuple(own), attempts, end, vote, last)


def _proposals(attempt: Attempt, events: Sequence[Event], last: Execution | None) -> tuple[WrittenProgram, ...]:
    """The programs of an attempt: first the one taken, then by descending number of samples."""
    runs = {e.parent: e for e in events if isinstance(e, Execution)}
    results = {e.parent: e for e in events if isinstance(e, Result)}
    found: list[WrittenProgram] = []
    for check in (e for e in events if isinstance(e, Check) and e.parent == attempt.id):
        ran = runs.get(check.id)
        number = ran.id if ran else None
        steps = tuple(e for e in events if isinstance(e, Step) and ran and e.parent == number)
        share = f"{len(check.samples)} of {len(attempt.samples)} samples" if len(attempt.samples) > 1 else ""
        result = results.get(number) if ran else None
        found.append(
            WrittenProgram(check, share, steps, result, ran is not None, bool(ran and last and ran.id == last.id))
        )
    return tuple(sorted(found, key=lambda one: (not one.taken, -len(one.check.samples))))


def _with_written(lines: tuple[ProgramLine, ...], record: RunRecord) -> tuple[ProgramLine, ...]:
    """The lines, grouped below the line of the original that they were translated from."""
    original, before = source_lines(record.original), 0
    found: list[ProgramLine] = []
    for line, number in zip(lines, [*record.lines, *[0] * len(lines)], strict=False):
        new = number != before and 0 < number <= len(original) and original[number - 1].strip() != line.code.strip()
        found.append(replace(line, written=(number, original[number - 1]) if new else None))
        before = number
    return tuple(found)


def source_lines(source: str) -> list[str]:
    """Split lines like Python's parser; str.splitlines would also split at form feeds and Unicode separators."""
    return source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def shown_lines(source: str) -> list[str]:
    """The lines of a program, of one that is very long the first."""
    lines = source_lines(source[:MAX_SHOWN])
    if len(source) <= MAX_SHOWN and len(lines) <= MAX_LINES:
        return lines
    return [*lines[:MAX_LINES], f"… and more: {len(source):,} characters in all"]


def attempt_name(attempt: Attempt) -> str:
    """The name of an attempt: "attempt 2", or the guess at the end."""
    return f"attempt {attempt.number}" if attempt.number else "guess from notes"


def vote_text(vote: Vote) -> str:
    """The result of a vote, in one line: `vote: 'red' 5, 'blue' 2`."""
    told = ", ".join(f"{describe(ballot.answer, 60)} {ballot.votes:g}" for ballot in vote.ballots)
    tie = f" · tie broken by {vote.tie}" if vote.tie else ""
    unrun = f" · {vote.unrun} skipped because they could not change it" if vote.unrun else ""
    return one_line(f"vote: {told}{tie}{unrun} {vote.notice}".rstrip(), 1000)


def call_text(step: Step) -> str:
    """A call with its short, plain arguments: `EXISTS('spoon')`."""
    plain = [describe(value, 40) for value in step.arguments.values() if isinstance(value, str | int | float)]
    return f"{step.tool}({', '.join(plain)})" if plain else step.tool


def result_text(step: Step) -> str:
    """A step's result or error, in one line."""
    if step.error is not None:
        return f"{step.error.kind}: {one_line(step.error.message, 400)}"
    return describe(step.result)


def doubt_text(step: Step) -> str:
    """Confidence and assumptions of a step, in one line; "" if its tool gives none."""
    told = [part for part in (sureness(step.confidence), *step.assumptions) if part]
    return one_line("; ".join(told), 400)


def changed(step: Step) -> str:
    """A note if the result was set by a person in a replay."""
    return " (changed)" if step.source == "change" else ""


def told_result(step: Step) -> str:
    """A step's result with its confidence, assumptions and source, in one line."""
    doubt = doubt_text(step)
    return result_text(step) + changed(step) + (f" ({doubt})" if doubt else "")


def _lines(source: str, steps: tuple[Step, ...], end: End | None) -> tuple[ProgramLine, ...]:
    values = dict(end.variables) if end else {}
    if end is not None and end.outcome == "ok":
        values["answer"] = end.answer
    set_at: dict[int, list[str]] = {}
    for name, number in _last_assignments(source).items():
        set_at.setdefault(number, []).append(name)
    found: list[ProgramLine] = []
    by_line: dict[int, list[int]] = {}
    for position, step in enumerate(steps):
        by_line.setdefault(step.line, []).append(position)
    for number, code in enumerate(shown_lines(source), start=1):
        positions = by_line.get(number, [])
        here = tuple(steps[position] for position in positions)
        told = {describe(step.result) for step in here}
        variables = [(n, values[n]) for n in set_at.get(number, ()) if n in values]
        unexplained = tuple((n, v) for n, v in variables if describe(v) not in told)
        found.append(ProgramLine(number, code, here, unexplained, tuple(position + 1 for position in positions)))
    return tuple(found)


def _last_assignments(source: str) -> dict[str, int]:
    """The line of the last assignment to each name; empty for text that does not parse.

    Names with several assignments, the last of them in a branch or loop, are left out as ambiguous.
    """
    found: dict[str, int] = {}
    tree = try_parse(source)
    for statement in tree.body if tree else ():
        stores = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        plain = isinstance(statement, ast.Assign | ast.AugAssign)
        for name in {node.id for node in stores}:
            lines = [node.lineno for node in stores if node.id == name]
            if plain or (len(lines) == 1 and name not in found):
                found[name] = lines[-1]
            else:
                found.pop(name, None)
    return found
