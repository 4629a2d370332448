"""Two evaluations of the same questions, question by question and in groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from ..datasets.forms import first_answer, form_of
from ..evaluate.evaluation import Row
from ..export.pick import Evaluated, pick_evaluation
from ..reading.compare import compare as compare_runs
from ..reading.said import answer_text
from ..reading.view import RunView, view_of
from ..traces.encode import one_line
from ..traces.trace import Stored
from .paired import RIGHT, Paired, paired

_SHOWN = 300
"""Characters of an answer."""


class GivenAnswer(Stored):
    """One of the two answers. run: its folder, "" if there is none."""

    answer: str
    outcome: str
    score: float
    confidence: float | None
    run: str


class ChangedQuestion(Stored):
    """A question that became right or wrong. groups: by what it is grouped, such as kind or tool, the values.

    cause: what changed first: the outcome, the program, or the result of a tool.
    """

    id: str
    question: str
    image: str
    expected: str
    left: GivenAnswer
    right: GivenAnswer
    cause: str
    groups: dict[str, list[str]]


class Group(Stored):
    """The questions with one value of what they are grouped by."""

    by: str
    value: str
    paired: Paired


class Side(Stored):
    """One of the evaluations. n: its finished questions."""

    name: str
    folder: str
    model: str
    commit: str
    command: str
    n: int


class Comparison(Stored):
    """Two evaluations. only_left, only_right: how many questions the other one lacks.

    gained, lost: the questions that became right, and wrong. groups: by kind, facet, form, tool and cause.
    """

    left: Side
    right: Side
    only_left: int
    only_right: int
    overall: Paired
    groups: list[Group]
    gained: list[ChangedQuestion]
    lost: list[ChangedQuestion]


@dataclass(frozen=True)
class _Pair:
    """A question with its two rows. runs: its stored runs, if they can be read."""

    left: Row
    right: Row
    folders: tuple[Path, Path]

    @cached_property
    def views(self) -> tuple[RunView | None, RunView | None]:
        return view_of(self.folders[0], self.left.run), view_of(self.folders[1], self.right.run)

    @property
    def changed(self) -> bool:
        return (self.left.score < RIGHT) != (self.right.score < RIGHT)

    @cached_property
    def cause(self) -> str:
        """What changed first, for a question that became right or wrong."""
        wrong = self.left if self.left.score < RIGHT else self.right
        left, right = self.views
        if wrong.outcome != "ok" or left is None or right is None:
            return wrong.outcome if wrong.outcome != "ok" else "unknown"
        if left.source != right.source:
            return "the program"
        found = compare_runs(left, right)
        first = None if found.first is None else found.pairs[found.first]
        step = first and (first.left or first.right)
        return f"what {step.tool} found" if step else "how samples agreed"

    @cached_property
    def groups(self) -> Mapping[str, list[str]]:
        row = self.right
        tools = {step.tool for run in self.views if run for step in run.steps}
        found = {"kind": [row.kind] * bool(row.kind), **{name: [value] for name, value in row.facets.items()}}
        found |= {"form": [form_of(row.question)], "tool": sorted(tools)}
        return found | {"cause": [self.cause] * self.changed}


def compare_evaluations(home: Path, left: str, right: str, tell: Callable[[str], None]) -> Comparison:
    """Compare two evaluations, named by folder. Raises InputError if one is missing, or they share no question."""
    one, other = (pick_evaluation(home, name) for name in (left, right))
    rows = {row.id: row for row in one.rows}
    places = one.folder.runs.root, other.folder.runs.root
    pairs = [_Pair(rows[row.id], row, places) for row in other.rows if _same(rows.get(row.id), row)]
    if not pairs:
        raise InputError(f"{left} and {right} share no question.", hint="Compare evaluations of the same data.")
    missing = len(one.rows) - len(pairs), len(other.rows) - len(pairs)
    if any(missing):
        tell(f"{len(pairs)} questions are in both; {missing[0]} only in {left}, {missing[1]} only in {right}.")
    changed = [pair for pair in pairs if pair.changed]
    return Comparison(
        left=_side(left, one),
        right=_side(right, other),
        only_left=missing[0],
        only_right=missing[1],
        overall=paired(_scores(pairs)),
        groups=list(_groups(pairs)),
        gained=[_case(pair) for pair in changed if pair.right.score >= RIGHT],
        lost=[_case(pair) for pair in changed if pair.right.score < RIGHT],
    )


def _same(one: Row | None, other: Row) -> bool:
    return one is not None and one.question == other.question


def _side(name: str, found: Evaluated) -> Side:
    record = found.folder.record
    folder = str(found.folder.path.resolve())
    told = {"model": record.plan.model, "commit": record.commit, "command": record.command}
    return Side(name=name, folder=folder, n=len(found.rows), **told)


def _scores(pairs: Iterable[_Pair]) -> Iterator[tuple[str, float, float]]:
    return ((pair.right.image, pair.left.score, pair.right.score) for pair in pairs)


def _groups(pairs: Sequence[_Pair]) -> Iterator[Group]:
    found = defaultdict[tuple[str, str], list[_Pair]](list)
    for pair in pairs:
        for by, values in pair.groups.items():
            for value in values:
                found[by, value].append(pair)
    order = list(dict.fromkeys(by for by, _ in found))
    for (by, value), group in sorted(found.items(), key=lambda item: (order.index(item[0][0]), -len(item[1]))):
        yield Group(by=by, value=value, paired=paired(_scores(group)))


def _case(pair: _Pair) -> ChangedQuestion:
    row = pair.right
    return ChangedQuestion(
        id=row.id,
        question=row.question,
        image=row.image,
        expected=one_line(answer_text(first_answer(row.expected)), _SHOWN),
        left=_said(pair.left, pair.folders[0]),
        right=_said(row, pair.folders[1]),
        cause=pair.cause,
        groups=dict(pair.groups),
    )


def _said(row: Row, runs: Path) -> GivenAnswer:
    text = answer_text(row.answer) if row.outcome == "ok" else f"{row.outcome}: {row.message}"
    run = str(runs / row.run) if row.run else ""
    about: dict[str, Any] = {"outcome": row.outcome, "score": row.score, "confidence": row.confidence}
    return GivenAnswer(answer=one_line(text, _SHOWN), run=run, **about)
