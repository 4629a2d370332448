"""The report of an evaluation, as JSON and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..datasets.scorers import expected_key, yes_no
from ..traces.trace import Stored
from .evaluation import Row
from .folder import EvalFolder
from .intervals import Interval, clustered, wilson
from .shares import Share, Shares

if TYPE_CHECKING:
    from rich.console import Console


_NO_SHARES = ("distribution", "RMSE")
"""Metrics of data sets that are no shares: chi-square, and errors of counts."""
NO_FIGURES: Mapping[str, float] = {}


class Baseline(Stored):
    """The majority baseline: the accuracy of always giving the most frequent answer."""

    answer: str
    accuracy: float


class EvalReport(Stored):
    """The contents of `report.json` and of `--json`. Rates are 0 to 1, null if there are no rows. Intervals: 95 %.

    n: finished questions; total: all questions; resumed: those finished by earlier calls.
    accuracy: mean score; failures count as wrong. Its interval assumes independent answers (Wilson). The interval by
        question resamples questions with all their images, which share a program: use it if questions have several
        images. The interval by image resamples images with all their questions: use it for several questions per image.
    answered: the number of answered questions (coverage is this divided by n), and their accuracy (1 - risk).
    by_kind: the accuracy per kind of question, if the data set names kinds. Both with intervals by image.
    by: the same for what else the data set tells of its questions, such as GQA's structural and semantic types.
    figures: the metrics of the data set's authors besides accuracy, such as GQA's validity.
    consistency: fraction of distinct questions (`questions`) that are right on all of their images.
    valid_first_try: fraction of questions whose first program passed the check.
    outcomes: number of runs by outcome. baseline, always_true: accuracy of constant answers.
    repairs: number of repair requests (`total`), of questions with repairs, and of those that were then answered.
    tokens: tokens of actual requests; cached replies cost none.
    seconds: `wall` is for this call; the rest is summed over the runs of all questions.
    """

    dataset: str
    split: str
    n: int
    total: int
    complete: bool
    accuracy: float | None
    accuracy_interval: Interval | None
    accuracy_interval_by_question: Interval | None
    accuracy_interval_by_image: Interval | None = None
    answered: Share | None = None
    by_kind: dict[str, Share] = Field(default_factory=dict[str, Share])
    by: dict[str, dict[str, Share]] = Field(default_factory=dict[str, dict[str, Share]])
    figures: dict[str, float] = Field(default_factory=dict[str, float])
    consistency: float | None
    consistency_interval: Interval | None
    questions: int
    valid_first_try: float | None
    valid_first_try_interval: Interval | None
    outcomes: dict[str, int]
    baseline: Baseline | None
    always_true: float | None
    repairs: dict[str, int]
    tokens: dict[str, int]
    seconds: dict[str, float]
    resumed: int = 0
    concurrency: int
    folder: str
    started: datetime
    ended: datetime
    command: str
    commit: str
    versions: dict[str, str] = Field(default_factory=dict[str, str])
    plan: dict[str, Any] = Field(default_factory=dict[str, Any])


class Tally:
    """Sums over the rows, updated one by one; the rows themselves are not kept."""

    def __init__(self) -> None:
        self.n = 0
        self.right = 0.0
        self._first = 0
        self._repaired = 0
        self._mended = 0
        self._outcomes: Counter[str] = Counter()
        self._expected: Counter[str | None] = Counter()
        self._true = 0.0
        self._boolean = True
        self._spent: Counter[str] = Counter()
        self._seconds = dict.fromkeys(("llm", "tools", "load", "own"), 0.0)
        # By question: count, sum of the scores, and whether all scores are 1.
        self._groups: dict[int, tuple[int, float, bool]] = {}
        self._shares = Shares()

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Tally:
        """The tally of all rows."""
        tally = cls()
        for row in rows:
            tally.add(row)
        return tally

    def add(self, row: Row) -> None:
        """Count a row."""
        self.n += 1
        self.right += row.score
        self._shares.add(row)
        self._first += row.valid_first_try
        self._outcomes[row.outcome] += 1
        if row.repairs:
            self._repaired += 1
            self._mended += row.outcome == "ok"
        self._spent.update(repairs=row.repairs, prompt=row.prompt_tokens, completion=row.completion_tokens)
        for name in self._seconds:
            self._seconds[name] += getattr(row.timing, name)
        self._expected[expected_key(row.expected)] += 1
        self._boolean = self._boolean and row.scorer == "yes_no"
        self._true += yes_no(True, row.expected) if self._boolean else 0
        key = hash(" ".join(row.question.split()))
        n, right, consistent = self._groups.get(key, (0, 0.0, True))
        self._groups[key] = n + 1, right + row.score, consistent and row.score == 1

    def numbers(self) -> dict[str, Any]:
        """The parts of a report that only depend on the rows."""
        n, groups = self.n, self._groups.values()
        consistent = sum(all_right for _, _, all_right in groups)
        return {
            "n": n,
            "accuracy": self.right / n if n else None,
            "accuracy_interval": wilson(self.right, n),
            "accuracy_interval_by_question": clustered([right for _, right, _ in groups], [n for n, _, _ in groups]),
            **self._shares.numbers(),
            "consistency": consistent / len(groups) if groups else None,
            "consistency_interval": wilson(consistent, len(groups)),
            "questions": len(groups),
            "valid_first_try": self._first / n if n else None,
            "valid_first_try_interval": wilson(self._first, n),
            "outcomes": dict(self._outcomes.most_common()),
            "baseline": self._baseline(),
            "always_true": self._true / n if n and self._boolean else None,
            "repairs": {"total": self._spent["repairs"], "questions": self._repaired, "answered": self._mended},
            "tokens": {name: self._spent[name] for name in ("prompt", "completion")},
            "seconds": self._seconds,
        }

    def _baseline(self) -> Baseline | None:
        """The score of the most frequent answer."""
        if not self.n or None in self._expected:
            return None
        keys = [(key, count) for key, count in self._expected.items() if key is not None]
        answer, count = min(keys, key=lambda item: (-item[1], item[0]))
        return Baseline(answer=answer, accuracy=count / self.n)


def report_of(
    folder: EvalFolder, rows: Iterable[Row], session: Mapping[str, Any], figures: Mapping[str, float] = NO_FIGURES
) -> EvalReport:
    """The whole report. session: resumed, concurrency, ended, and the wall seconds of this call as `wall`.

    figures: the metrics of the data set's authors.
    """
    record, numbers = folder.record, Tally.of(rows).numbers()
    plan = record.plan
    wall = {"wall": session["wall"], **numbers.pop("seconds")}
    return EvalReport(
        dataset=plan.dataset,
        split=plan.split,
        total=plan.n,
        complete=numbers["n"] >= plan.n,
        seconds={name: round(seconds, 3) for name, seconds in wall.items()},
        resumed=session["resumed"],
        concurrency=session["concurrency"],
        folder=str(folder.path),
        started=record.started,
        ended=session["ended"],
        command=record.command,
        commit=record.commit,
        versions=record.versions,
        plan=plan.model_dump(),
        figures=dict(figures),
        **numbers,
    )


def print_report(console: Console, report: EvalReport) -> None:
    """The report as a table."""
    from rich.table import Table
    from rich.text import Text

    what = (
        f"{report.dataset} {report.split}: {report.n:,} of {report.total:,} questions, {report.questions:,} different"
    )
    table = Table(title=what, title_justify="left", show_header=False, box=None, pad_edge=False)
    for name, text in report_lines(report):
        table.add_row(name, Text(text))
    console.print(table)


def report_lines(report: EvalReport) -> list[tuple[str, str]]:
    """The rows of the table: name and value of each number."""
    by_question = _interval(report.accuracy_interval_by_question)
    by_image = _interval(report.accuracy_interval_by_image)
    accuracy = f"{_share(report.accuracy)} {_interval(report.accuracy_interval)}, by question {by_question}"
    accuracy += f", by image {by_image}" if by_image else ""
    outcomes = ", ".join(f"{name} {count:,}" for name, count in report.outcomes.items())
    repairs, tokens, seconds = report.repairs, report.tokens, report.seconds
    return [
        ("accuracy", accuracy),
        *([("answered", _answered_text(report.answered, report.n))] if report.answered else []),
        *((f"  {kind}", _share_text(share)) for kind, share in report.by_kind.items()),
        *(line for facet, shares in report.by.items() for line in _facet_lines(facet, shares)),
        *((f"{report.dataset}: {name}", _figure_text(name, value)) for name, value in report.figures.items()),
        ("consistency", f"{_share(report.consistency)} {_interval(report.consistency_interval)}"),
        ("valid on first try", f"{_share(report.valid_first_try)} {_interval(report.valid_first_try_interval)}"),
        ("baseline", _baseline_text(report)),
        ("outcomes", outcomes),
        ("repairs", f"{repairs['total']:,}, for {repairs['questions']:,} questions; {repairs['answered']:,} answered"),
        ("tokens", f"{tokens['prompt']:,} in, {tokens['completion']:,} out"),
        ("seconds", ", ".join(f"{name} {spent:,.1f}" for name, spent in seconds.items())),
    ]


def _facet_lines(facet: str, shares: Mapping[str, Share]) -> list[tuple[str, str]]:
    return [(facet, ""), *((f"  {value}", _share_text(share)) for value, share in shares.items())]


def _figure_text(name: str, value: float) -> str:
    return f"{value:.2f}" if name in _NO_SHARES else _share(value)


def _answered_text(answered: Share, n: int) -> str:
    covered = f"{answered.n:,} of {n:,} ({_share(answered.n / n if n else None)})"
    return f"{covered}; accuracy of those: {_share(answered.accuracy)} {_interval(answered.interval)}"


def _share_text(share: Share) -> str:
    return f"{_share(share.accuracy)} {_interval(share.interval)} of {share.n:,}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f"({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _baseline_text(report: EvalReport) -> str:
    said = report.baseline and f"always {report.baseline.answer}: {_share(report.baseline.accuracy)}"
    true = report.always_true is not None and f"always true: {_share(report.always_true)}"
    return "; ".join(text for text in (said, true) if text) or "-"
