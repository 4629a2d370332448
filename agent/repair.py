"""Programs that failed: which of them goes back to the model, with what words, and what its repair may not do."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ..programs.diagnostics import render
from ..programs.program import parse
from ..programs.prompt import Rejected
from ..sandbox.outcome import Outcome
from ..tools.registry import Registry
from .encode import describe, one_line
from .execute import Ran
from .trace import Step
from .view import call_text
from .write import Candidate, Refusal

SHOWN_STEPS = 8
"""Tool calls that the model is told of: the last ones before the failure."""
_SHOWN_TEXT = 120
"""Characters of a value."""
_QUESTION_WORDS = frozenset({"what", "which", "who", "whom", "whose", "where", "when", "why", "how"})
_VERBS = frozenset({"is", "are", "was", "were", "do", "does", "did", "has", "have", "can", "could", "will", "would"})
"""With which a question begins that asks whether."""
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
    source = candidate.source
    rejected = Rejected(source, source, failure=_story(source, ran, registry))
    return Failed(ran.outcome, rejected, len(candidate.samples), ran, candidate.checked.program.question)


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


def asks_whether(question: str) -> bool:
    """Can a question be answered by there being none: does it ask whether or how many, or is it a statement?"""
    words = _words(question)
    if "how many" in " ".join(words) or not words:
        return True
    asking = any(word in _QUESTION_WORDS for word in words) and question.rstrip().endswith("?")
    return words[0] not in _QUESTION_WORDS and (not asking or words[0] in _VERBS)


def is_honest(again: Ran, source: str, before: Failed) -> bool:
    """May the answer of a repair stand? source: the repair; before: the program that ran and failed.

    No tool call, no answer. Where nothing was found, a repair looks for the same thing, and says no more than whether
    or how often it is there. Where a name was not known, it names no less, and nothing that the question does not.
    """
    steps = before.ran.steps if before.ran else ()
    if steps and not again.steps:
        return False
    if before.found_nothing:
        sought, named = _texts(steps), _texts(again.steps)
        same = not sought or any(a in b or b in a for a in sought for b in named)
        return same and _says_how_many(again.outcome.answer, before.question)
    if before.named_unknown:
        old, new = _strings(before.rejected.source), _strings(source)
        said = [*_words(before.question), "yes", "no"]
        return len(new) >= len(old) and all(_is_said(text, said) for text in new - old)
    return True


def evasive(again: Ran, source: str, before: Failed) -> Ran:
    """A repair whose answer may not stand, as one that failed like the program before it."""
    said = one_line(describe(again.answer), _SHOWN_TEXT)
    message = f"{before.outcome.message} The program written after that answered {said}, but not to this question."
    line = len(source.splitlines())  # where it answers
    outcome = replace(again.outcome, kind=before.outcome.kind, answer=None, message=message, line=line)
    return replace(again, outcome=outcome, answer=None)


def _says_how_many(answer: Any, question: str) -> bool:
    if "how many" in question.casefold():
        return type(answer) is int
    return type(answer) is bool or (isinstance(answer, str) and answer.casefold() in ("yes", "no"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _strings(source: str) -> set[str]:
    """The texts in a program that was checked."""
    constants = (node.value for node in ast.walk(parse(source)) if isinstance(node, ast.Constant))
    return {value.casefold() for value in constants if isinstance(value, str)}


def _is_said(text: str, said: Sequence[str]) -> bool:
    """Is every word of the text among those that were said, give or take an ending?"""
    return all(any(word.startswith(other) or other.startswith(word) for other in said) for word in _words(text))


def _texts(steps: Sequence[Step]) -> set[str]:
    """What the calls named: their arguments that are text, and the texts in lists."""
    values = [value for step in steps for value in step.arguments.values()]
    lists = [item for value in values if isinstance(value, list) for item in cast("list[Any]", value)]
    return {value.strip().casefold() for value in (*values, *lists) if isinstance(value, str) and value.strip()}


def _story(source: str, ran: Ran, registry: Registry) -> str:
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
    if outcome.kind == "no_detection":
        parts.append(_may_find_nothing(registry))
    return "\n".join(parts)


def _may_find_nothing(registry: Registry) -> str:
    names = [name for name in ("EXISTS", "COUNT", "DETECT") if name in registry]
    tools = " or ".join(names) or "a tool that may find nothing"
    return f"If the question asks whether or how many there are, use {tools}. Do not make up an answer."
