"""The wrong answers of one evaluation: at which stage each went wrong, and what they have in common."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import comb
from pathlib import Path
from typing import Any

from ..datasets.forms import form_of
from ..evaluate.blame_report import BlameReport
from ..evaluate.evaluation import Row
from ..export.pick import pick_evaluation
from ..reading.view import RunView, view_of
from ..traces.trace import Stored, read_stored
from .paired import RIGHT

_WRITING = ("parse_error", "policy_error", "type_error")
_UNASKED = ("llm_error", "input_error")
_FEWEST, _CHANCE = 3, 0.05
"""Minimum number of wrong answers in a cluster, and the p-value from which a trait is not reported."""


class FailureGroup(Stored):
    """A group of wrong answers. share: of all wrong ones; examples: up to three ids."""

    what: str
    n: int
    share: float
    examples: list[str]


class Trait(Stored):
    """A trait that is more common among the wrong answers. n: questions that have it; wrong: of these.

    p: the probability of so many wrong ones among n if the trait were irrelevant (one-sided Fisher's exact
        test). Many traits are tested: at 0.05, one in twenty is due to chance.
    """

    by: str
    value: str
    n: int
    wrong: int
    p: float


class Failures(Stored):
    """What went wrong in an evaluation of n questions.

    stages: not asked, writing (no program passed the check), running (with the tool that failed), or the answer; where
        `looksmith blame` was run, the answer's are split into the program's and each tool's.
    clusters: wrong answers with the same stage, form of question, and failure. traits: the surest first.
    """

    evaluation: str
    n: int
    wrong: int
    stages: list[FailureGroup]
    clusters: list[FailureGroup]
    traits: list[Trait]


def failures(home: Path, name: str) -> Failures:
    """Look at an evaluation's wrong answers. Raises InputError if there is no such evaluation."""
    found = pick_evaluation(home, name)
    views = {row.id: view_of(found.folder.runs.root, row.run) for row in found.rows}
    wrong = [row for row in found.rows if row.score < RIGHT]
    blamed = _blamed(found.folder.path)
    stages, clusters = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for row in wrong:
        stage = blamed.get(row.run) or stage_of(row, views[row.id])
        stages[stage].append(row.id)
        about = f": {_pattern(row.message)}" if row.message else ""
        clusters[f"{stage}, {form_of(row.question)}{about}"].append(row.id)
    return Failures(
        evaluation=name,
        n=len(found.rows),
        wrong=len(wrong),
        stages=_parts(stages, len(wrong), 1),
        clusters=_parts(clusters, len(wrong), _FEWEST),
        traits=_traits(found.rows, views),
    )


def stage_of(row: Row, run: RunView | None) -> str:
    """Where a question went wrong, from its outcome and its run."""
    if row.outcome == "ok":
        return "answer"
    if row.outcome in _UNASKED:
        return "not asked"
    if row.outcome in _WRITING:
        return "writing"
    failed = [step.tool for step in run.steps if step.error] if run else []
    return f"running {failed[-1]}" if failed else "running"


def _blamed(folder: Path) -> Mapping[str, str]:
    """The stage to blame, by run, if `looksmith blame` was run."""
    report = read_stored(folder / "blame.json", BlameReport)
    return {one.run: f"{one.stage} (blamed)" for one in report.wrong} if report else {}


def _parts(groups: Mapping[str, Sequence[str]], total: int, fewest: int) -> list[FailureGroup]:
    kept = sorted((ids, what) for what, ids in groups.items() if len(ids) >= fewest)
    parts = [FailureGroup(what=what, n=len(ids), share=len(ids) / total, examples=list(ids[:3])) for ids, what in kept]
    return sorted(parts, key=lambda part: -part.n)


def _pattern(message: str) -> str:
    """The first sentence of a message, without the names in it."""
    first = re.split(r"(?<=[.!?])\s", message, maxsplit=1)[0]
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d[\d.,]*", "…", first)


def _traits(rows: Sequence[Row], views: Mapping[str, RunView | None]) -> list[Trait]:
    every, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        own = set(_traits_of(row, views[row.id]))
        every.update(own)
        wrong.update(own if row.score < RIGHT else ())
    missed = sum(row.score < RIGHT for row in rows)
    found = [
        Trait(by=by, value=value, n=n, wrong=wrong[by, value], p=chance_of(wrong[by, value], n, missed, len(rows)))
        for (by, value), n in every.items()
        if wrong[by, value] >= _FEWEST
    ]
    return sorted((one for one in found if one.p < _CHANCE), key=lambda one: one.p)


def _traits_of(row: Row, run: RunView | None) -> Iterator[tuple[str, str]]:
    yield "form", form_of(row.question)
    if row.kind:
        yield "kind", row.kind
    yield from row.facets.items()
    for step in run.steps if run else ():
        yield "tool", step.tool
        name: Any = step.arguments.get("name")
        if isinstance(name, str):
            yield "looked for", name


def chance_of(wrong: int, n: int, missed: int, total: int) -> float:
    """The probability that at least so many of n questions are among the missed ones (hypergeometric)."""
    ways = sum(comb(missed, k) * comb(total - missed, n - k) for k in range(wrong, min(n, missed) + 1))
    return ways / comb(total, n)
