"""Folds the steps of a loop into iterations, so that a hundred calls become readable."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...programs.language.program import try_parse
from ..traces.trace import Step

FEWEST = 6
"""Minimum number of calls in a loop to fold; fewer are easier to read unfolded."""

_LOOPS = (ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Fold:
    """A group of steps, by number. rounds: iterations of a loop; steps outside of loops form a single round.

    line: of the loop, 1-based; 0 outside of loops.
    """

    line: int
    rounds: tuple[tuple[int, ...], ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """All steps of the group."""
        return tuple(number for one in self.rounds for number in one)


def folds(source: str, steps: Sequence[Step]) -> list[Fold]:
    """Group the steps, in order, by outermost loop and iteration. Loops with few calls are not folded.

    An iteration ends when a call site is reached again.
    """
    loops = _loops(source)
    found: list[Fold] = []
    numbers = iter(enumerate(steps, start=1))
    for line, run in _runs([_loop_of(step, loops) for step in steps]):
        here = [next(numbers) for _ in range(run)]
        folded = line and len(here) >= FEWEST
        rounds = tuple(_rounds(here)) if folded else (tuple(number for number, _ in here),)
        if not folded and found and found[-1].line == 0:
            found[-1] = Fold(0, ((*found[-1].numbers, *rounds[0]),))
        else:
            found.append(Fold(line if folded else 0, rounds))
    return found


def _loops(source: str) -> list[tuple[int, int]]:
    """First and last line of each loop with calls, outermost first."""
    tree = try_parse(source)
    if tree is None:
        return []
    loops = [node for node in ast.walk(tree) if isinstance(node, _LOOPS)]
    return [(loop.lineno, loop.end_lineno or loop.lineno) for loop in loops]


def _loop_of(step: Step, loops: Sequence[tuple[int, int]]) -> int:
    """The line of the outermost loop around a step, or 0."""
    return next((start for start, end in loops if start <= step.line <= end), 0)


def _runs(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Merge equal neighbours, with counts."""
    start = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at] != lines[start]:
            yield lines[start], at - start
            start = at


def _rounds(steps: Sequence[tuple[int, Step]]) -> Iterator[tuple[int, ...]]:
    seen: set[tuple[int, int]] = set()
    current: list[int] = []
    for number, step in steps:
        place = (step.line, step.column)
        if place in seen:
            yield tuple(current)
            seen, current = set(), []
        seen.add(place)
        current.append(number)
    yield tuple(current)
