"""`looksmith blame`: finds the cause of wrong answers, in one run or in a whole evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, say, told
from ..console.options import sandbox_options, settings_of, tool_options
from .replay import backend_option, data_set, load_truth, replayer_for, truth_of, truth_options, workshop_of

if TYPE_CHECKING:
    from ..debug.blame import Blame, IsRight
    from ..debug.replay import Script
    from ..evaluate.blame_report import Judged
    from ..traces.runs import StoredRun


@click.command("blame")
@click.argument("run", default="last")
@click.option("--expected", metavar="ANSWER", help="The correct answer. Not needed for runs of an evaluation.")
@click.option(
    "--set", "changes", multiple=True, metavar="STEP=VALUE", help="The result that a step should have returned."
)
@backend_option
@truth_options
@tool_options
@sandbox_options
@home_option
@json_option
def blame_command(run: str, home: Path, as_json: bool, **options: Any) -> None:
    """Find out why the answer of RUN is wrong: program or tool, at which step, and what would correct it.

    RUN may also be the folder or name of an evaluation: the report then gives each tool's error rate, and the
    accuracy with a perfect version of that tool. This needs ground truth: pass a data set that has an oracle with
    --dataset and --data. Without one, the most likely single change that leads to the expected answer is reported.
    """
    with told(as_json):
        evaluations = (folder for folder in (Path(run), home / "evals" / run) if (folder / "eval.json").is_file())
        evaluation = next(evaluations, None)
        if evaluation is not None:
            _blame_evaluation(evaluation, home, as_json, options)
        else:
            _blame_run(run, home, as_json, options)


def _blame_run(name: str, home: Path, as_json: bool, options: dict[str, Any]) -> None:
    from ..debug.blame import JudgedRun, blame
    from ..debug.parse_change import read_changes
    from ..debug.replay import Edits, Recorded, Script

    settings = settings_of(home, options, data_set(options))
    stored = settings.runs.load(name)
    script = Script.of(stored)
    expected, is_right = _expected(stored, script, options)
    changes = read_changes(options["changes"], script.pictures)
    with closing(workshop_of(settings)) as workshop:
        replayer = replayer_for(workshop, stored, options)
        if changes:
            replayer.check(script, Edits(changes))
            truth = Recorded(replayer.registry, script, Edits(changes), replayer.live)
        else:
            truth = truth_of(settings, load_truth(options), [stored]) if options["dataset"] else None
        found = blame(JudgedRun(script, replayer, is_right), truth, expected)
    _print(found, as_json)


def _expected(stored: StoredRun, script: Script, options: dict[str, Any]) -> tuple[Any, IsRight]:
    """The expected answer and its scorer. Raises InputError if there is no expected answer."""
    from ..datasets.scorers import Scoring, usual_scorer
    from ..debug.blame import judge
    from ..debug.parse_change import read_value
    from ..evaluate.evaluation import read_rows

    if options["expected"] is not None:
        expected = read_value(options["expected"], script.pictures)
        return expected, judge(Scoring(usual_scorer(expected)), expected)
    results = stored.folder.parent.parent / "results.jsonl"
    row = next((row for row in read_rows(results) if row.run == stored.folder.name), None)
    if row is None or row.scorer is None:
        raise InputError("No expected answer is known.", hint="Pass --expected ANSWER.")
    return row.expected, judge(Scoring(row.scorer, row.margin), row.expected)


def _print(found: Blame, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "stage": found.stage,
                "step": found.step,
                "line": found.line,
                "why": found.why,
                "certain": found.certain,
                "wrong": [vars(one) for one in found.wrong],
                "flips": [{"step": one.step, "line": one.line, "told": one.told} for one in found.flips],
            }
        )
        return
    say(f"{found.stage}: {found.why}")
    for one in found.flips[:10]:
        note(f"would fix it: {one.told}")


def _blame_evaluation(folder: Path, home: Path, as_json: bool, options: dict[str, Any]) -> None:
    from rich.console import Console

    from ..evaluate.blame_report import blame_all, print_blame
    from ..traces.trace import to_json

    data = load_truth(options)
    settings = settings_of(home, options, data)
    judged = list(_judged(folder))
    if not judged:
        raise InputError(f"{folder} has no finished questions.")
    truth = truth_of(settings, data, [one.run for one in judged])
    with closing(workshop_of(settings)) as workshop:
        replayer = replayer_for(workshop, judged[0].run, options)
        report = blame_all(judged, replayer, truth, _teller(len(judged)))
    (folder / "blame.json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if as_json:
        print_json(to_json(report))
    else:
        print_blame(Console(), report)


def _judged(folder: Path) -> Iterator[Judged]:
    from ..datasets.scorers import Scoring
    from ..debug.blame import judge
    from ..evaluate.blame_report import Judged
    from ..evaluate.evaluation import read_rows
    from ..traces.runs import Runs

    runs = Runs(folder / "runs")
    for row in read_rows(folder / "results.jsonl"):
        if row.run and row.scorer:
            is_right = judge(Scoring(row.scorer, row.margin), row.expected)
            try:
                run = runs.load(row.run)
            except InputError as error:
                note(f"Skipped: {error}")
                continue
            yield Judged(row.id, run, is_right, row.expected)


def _teller(total: int) -> Callable[[int], None]:
    """Report progress ten times in all."""

    def tell(done: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            note(f"{done} of {total} runs")

    return tell
