"""Compares two runs: where their programs and steps diverge."""

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
    """Corresponding steps of two runs; None if a run has no such step."""

    left: Step | None
    right: Step | None

    @property
    def same(self) -> bool:
        """Whether call and result are the same."""
        return self.left is not None and self.right is not None and said(self.left) == said(self.right)


@dataclass(frozen=True)
class RunComparison:
    """Two runs. pairs: their steps in order; first: index of the first differing pair."""

    left: RunView
    right: RunView
    pairs: tuple[Pair, ...]

    @cached_property
    def first(self) -> int | None:
        """The first pair that differs; None if all are the same."""
        return next((number for number, pair in enumerate(self.pairs) if not pair.same), None)

    @property
    def differences(self) -> tuple[str, ...]:
        """The differences of a replay, on the right, in words: the first differing step, then the end.

        Empty for equal runs.
        """
        found: list[str] = []
        if self.left.source != self.right.source:
            found.append("the program")
        if self.first is not None:
            found.append(_parted(self.first, self.pairs[self.first]))
        return (*found, *_ends(self.left, self.right))


MANY = 2000
"""Steps of a run that are more than any program's usual budget."""


def compare(left: RunView, right: RunView) -> RunComparison:
    """Align the steps of two runs' last programs."""
    return RunComparison(left, right, tuple(_aligned(left.steps, right.steps)))


def said(step: Step) -> tuple[Any, ...]:
    """Call and result of a step, without line, timing and model."""
    failure = step.error and (step.error.kind, step.error.message)
    return step.tool, step.arguments, step.result, step.scores, step.found, step.rejected, failure


def _aligned(left: Sequence[Step], right: Sequence[Step]) -> list[Pair]:
    """Align steps by the sequence of tools; steps between aligned ones are paired in order."""
    # With very many steps, frequently called tools are not used as anchors, which would take quadratic time.
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
    step = f"step {number + 1}"
    if pair.left is None or pair.right is None:
        there, when = (pair.left, "before") if pair.left is not None else (pair.right, "now")
        assert there is not None
        return f"{step}: only {when} there is {call_text(there)}"
    if (pair.left.tool, pair.left.arguments) != (pair.right.tool, pair.right.arguments):
        one, other = call_text(pair.left), call_text(pair.right)
        return f"{step}: {one}, with other arguments now" if one == other else f"{step}: {one} before, {other} now"
    told, other = result_text(pair.left), result_text(pair.right)
    if told == other:
        return f"{step}: {call_text(pair.left)} → {told}, but with different boxes or scores"
    return f"{step}: {call_text(pair.left)} → {told} before, {other} now"


def _ends(left: RunView, right: RunView) -> list[str]:
    if left.end is None or right.end is None:
        return [] if left.end is right.end else [f"it finished only {'before' if right.end is None else 'now'}"]
    one, other = left.end, right.end
    found: list[str] = []
    if one.outcome != other.outcome:
        found.append(f"the outcome: {one.outcome} before, {other.outcome} now")
    elif one.answer != other.answer:
        found.append(f"the answer: {describe(one.answer, 80)} before, {describe(other.answer, 80)} now")
    if one.outcome == other.outcome and one.message != other.message:
        found.append(f"the message: {one_line(one.message)} before, {one_line(other.message)} now")
    names = sorted(one.variables.keys() | other.variables.keys())
    changed = [name for name in names if one.variables.get(name, _UNSET) != other.variables.get(name, _UNSET)]
    if changed:
        found.append(f"the variables {', '.join(changed)}")
    if (one.printed, one.line) != (other.printed, other.line):
        found.append("what was printed" if one.printed != other.printed else "the line where it ended")
    return found
