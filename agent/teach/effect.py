"""What taught examples changed between two evaluations of the same questions, and which may do harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...programs.examples.taught import TaughtExample
from ...tools.core.errors import InputError
from ..evaluate.evaluation import Row, read_rows
from ..traces.runs import Runs
from ..traces.trace import Attempt, Stored
from .right_answer import RIGHT


class Effect(Stored):
    """The effect of an example. shown: questions whose prompt has it now and did not before.

    better, worse: ids of those that became right, and that became wrong.
    """

    name: str
    question: str
    shown: int = 0
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()

    @property
    def harms(self) -> bool:
        """Whether more of its questions became wrong than right."""
        return len(self.worse) > len(self.better)


class TeachingEffect(Stored):
    """The effect of all. asked: questions in both evaluations; before, after: how many were right.

    better, worse: all that became right or wrong, with or without a taught example in the prompt.
    """

    asked: int
    before: int
    after: int
    better: tuple[str, ...]
    worse: tuple[str, ...]
    examples: tuple[Effect, ...]


@dataclass(frozen=True)
class _Change:
    id: str
    before: bool
    after: bool
    new: frozenset[str]


def effects(before: Path, after: Path, taught: Mapping[str, TaughtExample]) -> TeachingEffect:
    """Compare two evaluations. taught: examples by name, of which those in the prompts of `after` are told.

    Raises InputError if an evaluation is damaged, or if they have no question in common.
    """
    changes = list(_changes(before, after, taught))
    if not changes:
        raise InputError(f"{before} and {after} have no question in common.")
    told = tuple(_effect(name, example, changes) for name, example in taught.items())
    return TeachingEffect(
        asked=len(changes),
        before=sum(change.before for change in changes),
        after=sum(change.after for change in changes),
        better=tuple(change.id for change in changes if change.after > change.before),
        worse=tuple(change.id for change in changes if change.after < change.before),
        examples=tuple(sorted(told, key=lambda one: (len(one.better) - len(one.worse), one.name))),
    )


def _effect(name: str, example: TaughtExample, changes: list[_Change]) -> Effect:
    its = [change for change in changes if name in change.new]
    better = tuple(change.id for change in its if change.after > change.before)
    worse = tuple(change.id for change in its if change.after < change.before)
    return Effect(name=name, question=example.question, shown=len(its), better=better, worse=worse)


def _changes(before: Path, after: Path, taught: Mapping[str, TaughtExample]) -> Iterator[_Change]:
    earlier = {row.id: row for row in read_rows(before / "results.jsonl")}
    for row in read_rows(after / "results.jsonl"):
        old = earlier.get(row.id)
        if old is None or old.question != row.question:
            continue
        new = _shown(after, row, taught) - _shown(before, old, taught)
        yield _Change(row.id, old.score >= RIGHT, row.score >= RIGHT, frozenset(new))


def _shown(evaluation: Path, row: Row, taught: Mapping[str, TaughtExample]) -> set[str]:
    """The taught examples in the prompts of a run."""
    if not row.run:
        return set()
    try:
        events = Runs(evaluation / "runs").load(row.run).events
    except InputError:
        return set()
    pairs = {
        (asked["content"].split("\nAnswer: ")[0], said["content"])
        for event in events
        if isinstance(event, Attempt)
        for asked, said in zip(event.messages, event.messages[1:], strict=False)
        if said["role"] == "assistant"
    }
    return {name for name, one in taught.items() if (f"Question: {one.question.strip()}", one.program.strip()) in pairs}
