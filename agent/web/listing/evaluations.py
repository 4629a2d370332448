"""The evaluations of a home folder, each with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....tools.core.errors import InputError
from ...compare.comparison import compare_evaluations
from ...compare.page import comparison_page
from ...evaluate.evaluation import read_rows
from ...evaluate.folder import EvalRecord
from ...evaluate.report import EvalReport
from ...traces.damage import below, plain
from ...traces.trace import in_utf8, read_stored
from .entries import ListedRun
from .library import RunLibrary


@dataclass(frozen=True)
class RightCount:
    """How many of some answers are right (a score of at least 0.5). name: of the kind of question, or ""."""

    name: str
    n: int
    right: int

    @classmethod
    def of(cls, name: str, entries: Sequence[ListedRun]) -> RightCount:
        """The tally of runs; those without a score are not counted."""
        scores = [entry.score for entry in entries if entry.score is not None]
        return cls(name, len(scores), sum(score >= 0.5 for score in scores))

    @property
    def wrong(self) -> int:
        """How many are wrong."""
        return self.n - self.right

    @property
    def share(self) -> float | None:
        """The share of right answers, 0 to 1; None if there are none."""
        return self.right / self.n if self.n else None


@dataclass(frozen=True)
class ListedEvaluation:
    """An evaluation. report: None until it ends; tally: of its runs so far; judged: how many a person judged.

    last: the name of its last run, which starts with the time; "" if there is none.
    """

    name: str
    report: EvalReport | None
    tally: RightCount
    judged: int
    last: str


def evaluations(library: RunLibrary) -> list[ListedEvaluation]:
    """All evaluations, the latest first. Raises InputError if their folder cannot be listed."""
    found = [_evaluation(folder, library.entries(plain(folder.name))) for folder in below(library.home / "evals")]
    return sorted(found, key=lambda one: one.last, reverse=True)


def _evaluation(folder: Path, entries: Sequence[ListedRun]) -> ListedEvaluation:
    report = read_stored(folder / "report.json", EvalReport)
    judged = sum(bool(entry.judged) for entry in entries)
    last = entries[-1].name if entries else ""
    return ListedEvaluation(plain(folder.name), report, RightCount.of("", entries), judged, last)


@dataclass(frozen=True)
class OtherEvaluation:
    """An evaluation of the same questions. shared: how many of them both have; earlier: whether it began before."""

    name: str
    shared: int
    earlier: bool


def others_like(home: Path, name: str) -> list[OtherEvaluation]:
    """The evaluations that share questions with one, newest first."""
    mine = read_stored(home / "evals" / name / "eval.json", EvalRecord)
    if mine is None:
        return []
    known = _questions(home / "evals" / name)
    found: list[tuple[EvalRecord, OtherEvaluation]] = []
    for folder in below(home / "evals"):
        other = read_stored(folder / "eval.json", EvalRecord)
        if folder.name == name or other is None or other.plan.dataset != mine.plan.dataset:
            continue
        if shared := len(known & _questions(folder)):
            found.append((other, OtherEvaluation(plain(folder.name), shared, other.started < mine.started)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0].started, reverse=True)]


def _questions(folder: Path) -> set[tuple[str, str]]:
    """The ids of an evaluation's finished questions."""
    try:
        return {(row.id, row.question) for row in read_rows(folder / "results.jsonl")}
    except (InputError, OSError):
        return set()


def comparison(home: Path, left: str, right: str) -> str:
    """The page that compares two evaluations of a home, by name. Raises InputError."""
    names = [in_utf8(Path(name).name) for name in (left, right)]
    folders = [home / "evals" / name for name in names]
    for name, folder in zip(names, folders, strict=True):
        if not (folder / "eval.json").is_file():
            raise InputError(f"There is no evaluation {name!r:.100}.", hint="`looksmith eval` makes one.")
    found = compare_evaluations(home, str(folders[0]), str(folders[1]), _nobody)
    one, other = found.left.model_copy(update={"name": names[0]}), found.right.model_copy(update={"name": names[1]})
    return comparison_page(found.model_copy(update={"left": one, "right": other}), live=True)


def _nobody(_text: str) -> None:
    """Ignore messages: the page shows the same."""


def kinds(entries: Sequence[ListedRun]) -> list[RightCount]:
    """The tallies by kind of question, by name; empty if the data set names no kinds."""
    names = sorted({entry.kind for entry in entries if entry.kind})
    return [RightCount.of(name, [entry for entry in entries if entry.kind == name]) for name in names]


def asked(folder: Path, entries: Sequence[ListedRun]) -> Sequence[ListedRun]:
    """The runs that count for the evaluation in a folder, without replays and superseded runs."""
    try:
        counted = {row.run for row in read_rows(folder / "results.jsonl")}
    except (InputError, OSError):
        return [entry for entry in entries if not entry.parent]
    return [entry for entry in entries if entry.name in counted]
