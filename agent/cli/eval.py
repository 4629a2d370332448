"""`looksmith eval`: measures accuracy on a data set."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError, LooksmithError, PrerequisiteError
from ..console.command import INTERRUPTED, home_option, note, print_json, told
from ..console.engine import engine_of, engine_options
from ..console.options import (
    ahead_options,
    cache_options,
    llm_from,
    llm_options,
    sandbox_options,
    settings_of,
    tool_options,
    writing_from,
    writing_options,
)

if TYPE_CHECKING:
    from ..datasets.published import DataSet
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.report import EvalReport
    from ..setup.settings import Settings


@click.command("eval")
@click.argument("dataset")
@click.option("--data", type=click.Path(path_type=Path), help="The data set's folder or file.")
@click.option("--split", default="", help="The split, such as dev or test. Required if the data set has several.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask only the first N questions.")
@click.option(
    "--json", "json_to", type=click.Path(path_type=Path, allow_dash=True), help="Write the report to this file."
)
@click.option("--oracle", is_flag=True, help="Tools look up the data set's ground truth instead of looking at pixels.")
@click.option(
    "--scene-graphs", type=click.Path(path_type=Path), help="Scene graphs of the images of a jsonl, for --oracle."
)
@click.option("--only-tools/--all-tools", "only", default=None, help="Leave out or include the built-in tools.")
@click.option("--resume", "mode", flag_value="resume", help="Resume an interrupted evaluation; fail if there is none.")
@click.option("--fresh", "mode", flag_value="fresh", help="Start over instead of resuming.")
@click.option(
    "--replies",
    type=click.Path(path_type=Path),
    help="Cache the LLM's replies in this folder; other evaluations can share it.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for results and runs.  [default: in the home folder]"
)
@engine_options()
@llm_options
@writing_options
@tool_options
@cache_options
@sandbox_options
@ahead_options
@home_option
def evaluate(dataset: str, json_to: Path | None, mode: str | None, **options: Any) -> None:
    """Answer the questions of DATASET and report the accuracy.

    \b
    DATASET is
      nlvr      a folder with dev.json and images/dev-IDENTIFIER-0.png; its tools: tests/domains/nlvr.py
      easy-vqa  the package easy-vqa, or a folder like its data/; its tools: tests/domains/easy_vqa.py
      jsonl     your own file: each line has image (relative to the file), question and answer; optionally id,
                scorer (exact, yes_no, number, vqa, box_iou), margin, kind, or answers in place of answer
      a file    the same as jsonl --data FILE

    With --oracle, a jsonl needs scene graphs in GQA's format: scene_graphs.json next to it, or --scene-graphs FILE.
    Their keys are the names of the image files without extension. The built-in tools then answer from the scene
    graphs instead of asking the profile's models.

    --tools FILE replaces the data set's own tools. Rerun the command to resume an interrupted evaluation.
    Identical requests go to the language model once: images that share a question share its programs, including
    samples. Failures count as wrong.

    --engine ray uses several processes, on this machine or on a cluster, each with --concurrency questions at once.
    All nodes must see the files at the same paths. The profile's [ray.MODEL] tables configure replicas of models.

    \b
    Exit status: 0 all questions done, 2 bad input, 3 no reply from the LLM, 4 something is missing, 130 interrupted.
    """  # noqa: D301
    start = perf_counter()
    with told(as_json=False):
        _require_writable(json_to)
        evaluation = _prepared(_loaded(dataset, options), options, mode or "auto")
        with evaluation.folder.locked(options["replies"]):
            resumed, stopped = _run(evaluation)
            session = {"resumed": resumed, "concurrency": options["concurrency"], "wall": perf_counter() - start}
            report, refused = _report(evaluation, session, json_to)
        _print(report, evaluation, json_to)
        if refused is not None and not isinstance(stopped, LooksmithError):
            raise refused
        if isinstance(stopped, LooksmithError):
            raise stopped
    if stopped:
        sys.exit(INTERRUPTED)


def _loaded(dataset: str, options: dict[str, Any]) -> DataSet:
    """Load the data set, truncated to the limit."""
    from ..datasets.published import LOADERS, load_data

    name, path = dataset, options["data"]
    if name not in LOADERS:
        if path is not None or not Path(name).is_file():
            raise InputError(
                f"Unknown data set: {name!r}.", hint=f"Choose one of {', '.join(LOADERS)}, or pass a file."
            )
        name, path = "jsonl", Path(name)
    data = load_data(name, path, options["split"])
    scenes = options["scene_graphs"]
    if scenes and (data.domain or not options["oracle"]):
        raise InputError("--scene-graphs needs --oracle and a jsonl data set.")
    return replace(data, records=data.records[: options["limit"]], scenes=scenes or data.scenes)


def _prepared(data: DataSet, options: dict[str, Any], mode: Any) -> Evaluation:
    """Build the evaluation and its folder."""
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.folder import open_folder
    from ..evaluate.plan import planned

    writing, settings = writing_from(options), _settings(data, options)
    bench = settings.bench(videos=data.records[0].is_about_video)
    llm = llm_from(options, settings)
    chosen = {**asdict(writing), "max_tokens": options["max_tokens"], "limit": options["limit"]}
    record = planned(data, settings, bench, llm.model, chosen)
    folder = open_folder(settings.home / "evals", record, options["out"], mode, note)
    replies = options["replies"] or folder.replies
    return Evaluation(folder, data.records, engine_of(options, settings, bench, folder, llm, writing, replies))


def _settings(data: DataSet, options: dict[str, Any]) -> Settings:
    settings = settings_of(options["home"], options, data)
    if not options["oracle"]:
        return settings
    # Tools of a domain have an oracle of their own; without any, scene graphs say what the built-in ones would see.
    if data.scenes is not None or not settings.tool_files:
        return replace(settings, scenes=data.scene_graphs())
    return replace(settings, truths=data.truths())


def _run(evaluation: Evaluation) -> tuple[int, LooksmithError | KeyboardInterrupt | None]:
    """Ask the remaining questions; returns how many were done before, and the error that stopped it."""
    from ..console.progress import progress
    from ..evaluate.report import Tally

    tally = Tally.of(evaluation.done())
    done, total = tally.n, len(evaluation.records)
    if done:
        note(f"{done} of {total} questions are already done; --fresh asks them again.")
    try:
        with progress(tally, total, lambda: f"{100 * tally.right / tally.n:.1f} % right") as report:
            evaluation.run(report)
    except (LooksmithError, KeyboardInterrupt) as error:
        return done, error
    return done, None


def _report(
    evaluation: Evaluation, session: dict[str, Any], json_to: Path | None
) -> tuple[EvalReport, PrerequisiteError | None]:
    """Write the report to the folder and to --json; also returns the error if writing failed."""
    from ..evaluate.report import report_of

    session = {**session, "ended": datetime.now().astimezone()}
    report = report_of(evaluation.folder, evaluation.rows(), session)
    for path in filter(None, (evaluation.folder.path / "report.json", json_to)):
        if path == Path("-"):
            continue
        try:
            path.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            hint = "Free some disk space, then rerun the command with --resume."
            return report, PrerequisiteError(f"Cannot write the report to {path}: {error.strerror}.", hint=hint)
    return report, None


def _print(report: EvalReport, evaluation: Evaluation, json_to: Path | None) -> None:
    from rich.console import Console

    from ..evaluate.report import print_report
    from ..traces.trace import to_json

    print_report(Console(stderr=json_to == Path("-")), report)
    if json_to == Path("-"):
        print_json(to_json(report))
    wrong = next((row for row in evaluation.rows() if row.score < 1 and row.run), None)
    if wrong:
        note(f"First wrong answer: looksmith show {evaluation.folder.runs.root / wrong.run}")
    if not report.complete:
        note(f"{report.n} of {report.total} questions are done. Rerun the command without --fresh to resume.")


def _require_writable(path: Path | None) -> None:
    """Fail early, not after an hour of work. Raises InputError."""
    if path is None or path == Path("-"):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"Cannot write to {path}.", hint="Pass a file: --json FILE.")
