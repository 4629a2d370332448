"""Programs that failed: which of them goes back to the model, with what words, and what its repair may not do."""

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
"""Tool calls that the model is told of: the last ones before the failure."""
_SHOWN_TEXT = 120
"""Characters of a value."""
_BEYOND_REPAIR = ("WeightsError", "PrerequisiteError")
"""Failures of this machine: no program can help."""


@dataclass(frozen=True)
class Failed:
    """A program that was refused, or that ran and failed. samples: how many wrote it."""

    outcome: Outcome
    rejected: Rejected
    samples: int
    ran: Ran | None = None
    question: str = ""

    @property
    def found_nothing(self) -> bool:
        """Is it an honest end: was there nothing where the program looked?"""
        return self.outcome.kind == "no_detection"

    @property
    def named_unknown(self) -> bool:
        """Did it ask for something that a model has never learnt?"""
        return self.error == "UnknownName"

    @property
    def tempting(self) -> bool:
        """Would most repairs be an answer about something else? Then there is one chance."""
        return self.found_nothing or self.named_unknown

    @property
    def error(self) -> str:
        """The class of the error of the tool call that ended it; empty for any other end."""
        last = self.ran.steps[-1] if self.ran and self.ran.steps else None
        return last.error.kind if last and last.error else ""

    @property
    def mendable(self) -> bool:
        """Can another program do better? One that ran out of its budget or lost its process cannot be told how."""
        if self.ran is None:
            return True
        if self.outcome.kind in ("budget", "timeout") or self.error in _BEYOND_REPAIR:
            return False
        if self.found_nothing:
            return asks_whether(self.question)
        return self.outcome.kind != "crashed" or self.outcome.line > 0


def refused(refusal: Refusal) -> Failed:
    """A reply that the checker refused."""
    first = refusal.diagnostics[0]
    outcome = Outcome(first.kind, message=render(refusal.diagnostics, refusal.source), line=first.line)
    return Failed(outcome, Rejected(refusal.reply, refusal.source, refusal.diagnostics), len(refusal.samples))


def failed_when_run(candidate: Candidate, ran: Ran, registry: Registry) -> Failed:
    """A program that ran and has no answer."""
    source, question = candidate.source, candidate.checked.program.question
    told = advice(source, ran, registry, question)
    rejected = Rejected(source, source, failure=_story(source, ran), advice=told)
    return Failed(ran.outcome, rejected, len(candidate.samples), ran, question)


def best_to_mend(failures: Sequence[Failed]) -> Failed | None:
    """The program of the most samples; of those, one that ran, and the one with the least wrong with it."""
    mendable = [failure for failure in failures if failure.mendable]
    if not mendable:
        return None
    return max(mendable, key=lambda f: (f.samples, f.ran is not None, -len(f.rejected.diagnostics)))


def last_word(failures: Sequence[Failed]) -> Failed:
    """The failure that the question ends with: nothing was found, else the last program that ran, else the last."""
    nothing = [failure for failure in failures if failure.found_nothing]
    ran = [failure for failure in failures if failure.ran]
    return (nothing or ran or failures)[-1]


def is_honest(again: Ran, source: str, before: Failed) -> bool:
    """May the answer of a repair stand? source: the repair; before: the program that ran and failed.

    No tool call, no answer. After a failure that tempts to answer another question, it is about the same (honest.py).
    """
    if before.ran is None or not before.ran.steps:
        return True
    if not again.steps:
        return False
    return not before.tempting or honest.is_honest(again, source, before.ran, before.rejected.source, before.question)


def evasive(again: Ran, source: str, before: Failed) -> Ran:
    """A repair whose answer may not stand, as one that failed like the program before it."""
    said = one_line(describe(again.answer), _SHOWN_TEXT)
    message = f"{before.outcome.message} The program written after that answered {said}, but not to this question."
    line = len(source.splitlines())  # where it answers
    outcome = replace(again.outcome, kind=before.outcome.kind, answer=None, message=message, line=line)
    return replace(again, outcome=outcome, answer=None)


def _story(source: str, ran: Ran) -> str:
    """The line that failed and why, after what the program did until then."""
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
