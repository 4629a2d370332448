"""Failed programs: which one goes back to the model, with what message, and which repairs are accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...programs.language.diagnostics import render
from ...programs.prompt import Rejected
from ...sandbox.outcome import Outcome
from ...tools.core.registry import Registry
from ..reading.view import call_text
from ..traces.encode import describe, one_line
from . import honest
from .advice import advice
from .execute import Ran
from .honest import asks_whether
from .write import Candidate, Refusal

SHOWN_STEPS = 8
"""How many tool calls before the failure are shown to the model."""
_SHOWN_TEXT = 120
"""Characters shown of a value."""
_BEYOND_REPAIR = ("WeightsError", "PrerequisiteError")
"""Failures of this machine, which no other program can avoid."""


@dataclass(frozen=True)
class Failed:
    """A program that was rejected, or that ran and failed. samples: how many samples wrote it."""

    outcome: Outcome
    rejected: Rejected
    samples: int
    ran: Ran | None = None
    question: str = ""

    @property
    def found_nothing(self) -> bool:
        """Whether the program looked for something that is not there."""
        return self.outcome.kind == "no_detection"

    @property
    def named_unknown(self) -> bool:
        """Whether it asked for something outside a model's vocabulary."""
        return self.error == "UnknownName"

    @property
    def tempting(self) -> bool:
        """Whether most repairs would answer a different question; then only one is allowed."""
        return self.found_nothing or self.named_unknown

    @property
    def error(self) -> str:
        """The error class of the tool call that ended it; empty otherwise."""
        last = self.ran.steps[-1] if self.ran and self.ran.steps else None
        return last.error.kind if last and last.error else ""

    @property
    def mendable(self) -> bool:
        """Whether another program can do better; after an exceeded budget or a crash, there is no advice to give."""
        if self.ran is None:
            return True
        if self.outcome.kind in ("budget", "timeout") or self.error in _BEYOND_REPAIR:
            return False
        if self.found_nothing:
            return asks_whether(self.question)
        return self.outcome.kind != "crashed" or self.outcome.line > 0


def refused(refusal: Refusal) -> Failed:
    """A reply that the checker rejected."""
    first = refusal.diagnostics[0]
    outcome = Outcome(first.kind, message=render(refusal.diagnostics, refusal.source), line=first.line)
    return Failed(outcome, Rejected(refusal.reply, refusal.source, refusal.diagnostics), len(refusal.samples))


def failed_when_run(candidate: Candidate, ran: Ran, registry: Registry) -> Failed:
    """A program that ran without an answer."""
    source, question = candidate.source, candidate.checked.program.question
    told = advice(source, ran, registry, question)
    rejected = Rejected(source, source, failure=_story(source, ran), advice=told)
    return Failed(ran.outcome, rejected, len(candidate.samples), ran, question)


def best_to_mend(failures: Sequence[Failed]) -> Failed | None:
    """The program of the most samples; among equals, one that ran, then the one with the fewest problems."""
    mendable = [failure for failure in failures if failure.mendable]
    if not mendable:
        return None
    return max(mendable, key=lambda f: (f.samples, f.ran is not None, -len(f.rejected.diagnostics)))


def last_word(failures: Sequence[Failed]) -> Failed:
    """The failure to report: preferably nothing found, else the last program that ran, else the last program."""
    nothing = [failure for failure in failures if failure.found_nothing]
    ran = [failure for failure in failures if failure.ran]
    return (nothing or ran or failures)[-1]


def is_honest(again: Ran, source: str, before: Failed) -> bool:
    """Whether to accept the answer of a repair. source: the repair; before: the program that ran and failed.

    It must call a tool. After a failure that invites answering another question, it must ask about the same things
    (honest.py).
    """
    if before.ran is None or not before.ran.steps:
        return True
    if not again.steps:
        return False
    return not before.tempting or honest.is_honest(again, source, before.ran, before.rejected.source, before.question)


def evasive(again: Ran, source: str, before: Failed) -> Ran:
    """Treat a rejected repair as if it had failed like the program before it."""
    said = one_line(describe(again.answer), _SHOWN_TEXT)
    message = f"{before.outcome.message} The repaired program answered {said}, but to a different question."
    line = len(source.splitlines())  # if it answers
    outcome = replace(again.outcome, kind=before.outcome.kind, answer=None, message=message, line=line)
    return replace(again, outcome=outcome, answer=None)


def _story(source: str, ran: Ran) -> str:
    """The failing line and its error, preceded by the program's calls so far."""
    outcome = ran.outcome
    done = [step for step in ran.steps if step.error is None]
    parts = [f"line {s.line}: {call_text(s)} -> {describe(s.result, _SHOWN_TEXT)}" for s in done[-SHOWN_STEPS:]]
    if len(done) > SHOWN_STEPS:
        parts.insert(0, f"({len(done) - SHOWN_STEPS} calls before these)")
    lines = source.splitlines()
    if 0 < outcome.line <= len(lines):
        parts.append(f"    {lines[outcome.line - 1].strip()}")
    where = f"line {outcome.line}: " if outcome.line else ""
    parts.append(where + one_line(outcome.message, 500))
    return "\n".join(parts)
