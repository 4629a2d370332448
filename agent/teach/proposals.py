"""Programs of an evaluation that were right and whose shape the bank lacks: worth to be examples.

Transductive visual programming (TVP) grows its tools from solved programs; this is its cheap half, in which solved
programs become examples. Whether an answer was right, ground truth or a person decides, never the language model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...programs.examples.core import shape
from ...programs.examples.taught import TaughtExample
from ...tools.core.errors import InputError
from ..evaluate.evaluation import Row, read_rows
from ..reading.view import view
from ..traces.decode import StoredImages, decode
from ..traces.runs import Runs, StoredRun
from ..traces.trace import Check
from ..traces.verdicts import read_verdicts
from .lesson import Teacher, require_alone
from .right_answer import RightAnswer, truth_of

Shape = tuple[str, ...]


@dataclass(frozen=True)
class Solved:
    """A question whose answer can be judged, with the program that decided it. right: whether it was."""

    run: StoredRun
    program: str
    truth: RightAnswer
    right: bool


@dataclass(frozen=True)
class Proposal:
    """An example to accept. right, wrong: questions of the evaluation whose programs had the same shape."""

    example: TaughtExample
    right: int
    wrong: int

    @property
    def is_safe(self) -> bool:
        """Whether programs of this shape were never wrong: a right answer may come from a wrong program by chance."""
        return self.wrong == 0


def proposals(solved: Sequence[Solved], teacher: Teacher) -> Iterator[Proposal]:
    """One example for each shape that the bank lacks and that was right, the most used shapes first."""
    counts: dict[Shape, Counter[bool]] = defaultdict(Counter)
    for one in solved:
        counts[_shape(one)][one.right] += 1
    known = {form for form in counts if teacher.bank.has_shape(_first(solved, form).program)}
    for form in sorted(counts.keys() - known, key=lambda form: (-counts[form][True], form)):
        of_shape = [one for one in solved if one.right and _shape(one) == form]
        example = _first_valid(of_shape, teacher)
        if example is not None:
            yield Proposal(example, counts[form][True], counts[form][False])


def _first(solved: Iterable[Solved], form: Shape) -> Solved:
    return next(one for one in solved if _shape(one) == form)


def _first_valid(solved: Iterable[Solved], teacher: Teacher) -> TaughtExample | None:
    for one in solved:
        try:
            return teacher.example(one.run, one.program, one.truth)
        except InputError:  # it asks what the bank has, or calls a tool that is not offered
            continue
    return None


def read_solved(evaluation: Path) -> Iterator[Solved]:
    """The questions of an evaluation that a program of the language model answered, and that can be judged."""
    runs = Runs(evaluation / "runs")
    for row in read_rows(evaluation / "results.jsonl"):
        if not row.run:
            continue
        try:
            found = _solved(runs.load(row.run), row)
        except InputError:  # it is damaged, or follows up another question
            continue
        if found is not None:
            yield found


def _solved(run: StoredRun, row: Row) -> Solved | None:
    require_alone(run.record)
    shown, verdict = view(run), read_verdicts(run.folder).latest
    truth = truth_of(run, verdict, row)
    check = next(
        (e for e in run.events if isinstance(e, Check) and shown.execution and e.id == shown.execution.parent), None
    )
    # What looksmith itself wrote, such as the notes for a guess, has no request to the language model above it.
    if truth is None or shown.end is None or check is None or check.parent is None:
        return None
    if verdict is not None and verdict.right is not None:
        right = verdict.right
    else:
        answered = shown.end.outcome == "ok"
        right = answered and truth.holds(decode(shown.end.answer, StoredImages(run)), run.record.question)
    return Solved(run, shown.source, truth, right)


def _shape(solved: Solved) -> Shape:
    return tuple(shape(solved.program))
