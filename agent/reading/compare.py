"""Two runs side by side: where their programs and their steps part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from ..traces.encode import describe, one_line
from ..traces.trace import Step
from .view import RunView, call_text, result_text

_UNSET = object()


@dataclass(frozen=True)
class Pair:
    """A step of each run that stand in the same place; None where the other run has none."""

    left: Step | None
    right: Step | None

    @property
    def same(self) -> bool:
        """Was the same asked, with the same result?"""
        return self.left is not None and self.right is not None and said(self.left) == said(self.right)


@dataclass(frozen=True)
class Comparison:
    """Two runs. pairs: their steps in order; first: the first pair that is not the same, counted from 0."""

    left: RunView
    right: RunView
    pairs: tuple[Pair, ...]

    @cached_property
    def first(self) -> int | None:
        """Where the steps part; None when they are all the same."""
        return next((number for number, pair in enumerate(self.pairs) if not pair.same), None)

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not the same, in words, the first step that differs before the end; empty for equal runs."""
        found: list[str] = []
        if self.left.source != self.right.source:
            found.append("the program")
        if self.first is not None:
            found.append(_parted(self.first, self.pairs[self.first]))
        return (*found, *_ends(self.left, self.right))


MANY = 2000
"""Steps of a run that are more than any program's usual budget."""


def compare(left: RunView, right: RunView) -> Comparison:
    """Put the steps of two runs beside each other: those of the programs that the runs ended with."""
    return Comparison(left, right, tuple(_aligned(left.steps, right.steps)))


def said(step: Step) -> tuple[Any, ...]:
    """What a step was asked and what it said: not where, how fast, or by which model."""
    failure = step.error and (step.error.kind, step.error.message)
    return step.tool, step.arguments, step.result, step.scores, step.found, step.rejected, failure


def _aligned(left: Sequence[Step], right: Sequence[Step]) -> list[Pair]:
    """Pairs by the order of the tools; steps between two that belong together stand beside each other."""
    # Of very many steps, tools that are called again and again are no anchors: it would take the square of the number.
    many = max(len(left), len(right)) > MANY
    matcher = SequenceMatcher(None, [s.tool for s in left], [s.tool for s in right], autojunk=many)
    pairs: list[Pair] = []
    for _, start, end, begin, stop in matcher.get_opcodes():
        for offset in range(max(end - start, stop - begin)):
            one = left[start + offset] if start + offset < end else None
            other = right[begin + offset] if begin + offset < stop else None
            pairs.append(Pair(one, other))
    return pairs


def _parted(number: int, pair: Pair) -> str:
    if pair.left is None or pair.right is None:
        there = pair.left or pair.right
        assert there is not None
        return f"step {number + 1}: only one of them calls {call_text(there)}"
    if (pair.left.tool, pair.left.arguments) != (pair.right.tool, pair.right.arguments):
        return f"step {number + 1}: {call_text(pair.left)} and {call_text(pair.right)} were asked other things"
    told, other = result_text(pair.left), result_text(pair.right)
    if told == other:
        return f"step {number + 1}: {call_text(pair.left)} → {told}, and what stood behind it"
    return f"step {number + 1}: {call_text(pair.left)} → {told} or {other}"


def _ends(left: RunView, right: RunView) -> list[str]:
    if left.end is None or right.end is None:
        return [] if left.end is right.end else ["only one of them came to an end"]
    one, other = left.end, right.end
    found: list[str] = []
    if one.outcome != other.outcome:
        found.append(f"the outcome: {one.outcome} or {other.outcome}")
    elif one.answer != other.answer:
        found.append(f"the answer: {describe(one.answer, 80)} or {describe(other.answer, 80)}")
    if one.outcome == other.outcome and one.message != other.message:
        found.append(f"the message: {one_line(one.message)} or {one_line(other.message)}")
    names = sorted(one.variables.keys() | other.variables.keys())
    changed = [name for name in names if one.variables.get(name, _UNSET) != other.variables.get(name, _UNSET)]
    if changed:
        found.append(f"the variables {', '.join(changed)}")
    if (one.printed, one.line) != (other.printed, other.line):
        found.append("what was printed" if one.printed != other.printed else "the line where it ended")
    return found
