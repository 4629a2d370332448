"""What an evaluation found, as numbers and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from .eval_folder import EvalFolder
from .evaluate import Row
from .measures import Interval, clustered, wilson
from .scorers import answer_key, yes_no
from .trace import Stored

if TYPE_CHECKING:
    from rich.console import Console


class Baseline(Stored):
    """What saying always the same would give: the most frequent answer, whatever the image."""

    answer: str
    accuracy: float


class EvalReport(Stored):
    """The contents of `report.json` and of `--json`. Shares are 0 to 1, null when nothing was done. Intervals: 95 %.

    n: questions that are done; total: questions to do; resumed: those that an earlier call did.
    accuracy: mean score, failures are wrong. Its interval takes answers as independent (Wilson); the one by question
    resamples questions with all their images, since these share a program: with several images it is the honest one.
    consistency: share of distinct questions (`questions`) that are right on every one of their images.
    valid_first_try: share of questions whose first program passed the check.
    outcomes: how many runs ended in each way. baseline, always_true: what the same answer to all would score.
    repairs: how often the model was asked again (`total`), for how many questions, and how many of these had an answer.
    tokens: what the model was really asked; a remembered reply costs none.
    seconds: `wall` is this call's, the rest is summed over the runs of all questions.
    """

    dataset: str
    split: str
    n: int
    total: int
    complete: bool
    accuracy: float | None
    accuracy_interval: Interval | None
    accuracy_interval_by_question: Interval | None
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


def measured(rows: Sequence[Row]) -> dict[str, Any]:
    """The numbers that depend on the rows alone."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(" ".join(row.question.split()), []).append(row.score)
    n, right, first = len(rows), sum(row.score for row in rows), sum(row.valid_first_try for row in rows)
    consistent = sum(all(score == 1 for score in scores) for scores in groups.values())
    repaired = [row for row in rows if row.repairs]
    return {
        "n": n,
        "accuracy": right / n if n else None,
        "accuracy_interval": wilson(right, n),
        "accuracy_interval_by_question": clustered(list(groups.values())),
        "consistency": consistent / len(groups) if groups else None,
        "consistency_interval": wilson(consistent, len(groups)),
        "questions": len(groups),
        "valid_first_try": first / n if n else None,
        "valid_first_try_interval": wilson(first, n),
        "outcomes": dict(Counter(row.outcome for row in rows).most_common()),
        **_baselines(rows),
        "repairs": {
            "total": sum(row.repairs for row in rows),
            "questions": len(repaired),
            "answered": sum(row.outcome == "ok" for row in repaired),
        },
        "tokens": {
            "prompt": sum(row.prompt_tokens for row in rows),
            "completion": sum(row.completion_tokens for row in rows),
        },
        "seconds": {
            "llm": sum(row.timing.llm for row in rows),
            "tools": sum(row.timing.tools for row in rows),
            "load": sum(row.timing.load for row in rows),
            "own": sum(row.timing.own for row in rows),
        },
    }


def report_of(folder: EvalFolder, rows: Sequence[Row], session: Mapping[str, Any]) -> EvalReport:
    """The whole report. session: resumed, concurrency, ended, and the wall seconds of this call as `wall`."""
    record, numbers = folder.record, measured(rows)
    plan = record.plan
    wall = {"wall": session["wall"], **numbers.pop("seconds")}
    return EvalReport(
        dataset=plan.dataset,
        split=plan.split,
        total=plan.n,
        complete=len(rows) >= plan.n,
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
    """What is said about each number, by its name."""
    by_question = _interval(report.accuracy_interval_by_question)
    accuracy = f"{_share(report.accuracy)} {_interval(report.accuracy_interval)}, by question {by_question}"
    outcomes = ", ".join(f"{name} {count:,}" for name, count in report.outcomes.items())
    repairs, tokens, seconds = report.repairs, report.tokens, report.seconds
    return [
        ("accuracy", accuracy),
        ("consistency", f"{_share(report.consistency)} {_interval(report.consistency_interval)}"),
        ("valid at first try", f"{_share(report.valid_first_try)} {_interval(report.valid_first_try_interval)}"),
        ("baseline", _baseline_text(report)),
        ("outcomes", outcomes),
        ("repairs", f"{repairs['total']:,}, for {repairs['questions']:,} questions; {repairs['answered']:,} answered"),
        ("tokens", f"{tokens['prompt']:,} read, {tokens['completion']:,} written"),
        ("seconds", ", ".join(f"{name} {spent:,.1f}" for name, spent in seconds.items())),
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f"({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _baseline_text(report: EvalReport) -> str:
    said = report.baseline and f"always {report.baseline.answer}: {_share(report.baseline.accuracy)}"
    true = report.always_true is not None and f"always true: {_share(report.always_true)}"
    return "; ".join(text for text in (said, true) if text) or "-"


def _baselines(rows: Sequence[Row]) -> dict[str, Any]:
    """What the most frequent answer scores, and what true scores where all answers are true or false."""
    keys = [key for key in (answer_key(row.expected) for row in rows) if key is not None]
    usual = sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0])) if len(keys) == len(rows) else []
    boolean = bool(rows) and all(row.scorer == "yes_no" for row in rows)
    return {
        "baseline": Baseline(answer=usual[0][0], accuracy=usual[0][1] / len(rows)) if usual else None,
        "always_true": sum(yes_no(True, row.expected) for row in rows) / len(rows) if boolean else None,
    }
