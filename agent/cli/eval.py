"""The command `looksmith eval`: how often the questions of a data set are answered right."""

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
@click.option("--split", default="", help="Which part of it, such as dev or test; needed when that is not clear.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask the first so many questions.")
@click.option("--json", "json_to", type=click.Path(path_type=Path, allow_dash=True), help="Write the numbers here.")
@click.option("--oracle", is_flag=True, help="Let the tools look up what the data set knows, not look at pixels.")
@click.option("--scene-graphs", type=click.Path(path_type=Path), help="What is in the images of a jsonl, for --oracle.")
@click.option("--only-tools/--all-tools", "only", default=None, help="Without the built-in tools, or with them.")
@click.option("--resume", "mode", flag_value="resume", help="Go on with an evaluation that was stopped, or fail.")
@click.option("--fresh", "mode", flag_value="fresh", help="Start anew, also where one was stopped.")
@click.option(
    "--replies", type=click.Path(path_type=Path), help="Keep the LLM's replies here; another evaluation can use them."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for results and runs; else below the home folder.")
@engine_options()
@llm_options
@writing_options
@tool_options
@cache_options
@sandbox_options
@ahead_options
@home_option
def evaluate(dataset: str, json_to: Path | None, mode: str | None, **options: Any) -> None:
    """Answer the questions of DATASET and say how many answers are right.

    \b
    DATASET is
      nlvr      a folder with dev.json and images/dev-IDENTIFIER-0.png; its tools: tests/domains/nlvr.py
      easy-vqa  the package easy-vqa, or a folder like its data/; its tools: tests/domains/easy_vqa.py
      jsonl     your own: each line has image (relative to the file), question, answer; and may have id,
                scorer (exact, yes_no, number, vqa, box_iou), margin, kind, or answers in place of answer
      a file    the same as jsonl --data FILE

    With --oracle a jsonl needs scene graphs in GQA's form: scene_graphs.json beside it, or --scene-graphs FILE.
    Each has the name of an image file, without its ending; the built-in tools look them up in place of the
    profile's models.

    --tools FILE replaces the data set's own tools. An evaluation that was stopped goes on when the same command
    is given again. Equal requests are asked of the language model once: images that share a question share the
    programs written for it, samples too. Failures count as wrong.

    --engine ray asks in several processes, on this machine or on a cluster, --concurrency questions at once in each.
    All nodes have to see the files at the same paths. The profile's tables [ray.MODEL] say what has its own replicas.

    \b
    Exit status: 0 all questions are done, 2 bad input, 3 no reply from the LLM, 4 something is missing, 130 stopped.
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
    """The data set, cut at the limit."""
    from ..datasets.published import LOADERS, load_data

    name, path = dataset, options["data"]
    if name not in LOADERS:
        if path is not None or not Path(name).is_file():
            raise InputError(f"There is no data set {name!r}.", hint=f"There are {', '.join(LOADERS)}, or name a file.")
        name, path = "jsonl", Path(name)
    data = load_data(name, path, options["split"])
    scenes = options["scene_graphs"]
    if scenes and (data.domain or not options["oracle"]):
        raise InputError("Scene graphs are for --oracle, and for questions of your own (jsonl).")
    return replace(data, records=data.records[: options["limit"]], scenes=scenes or data.scenes)


def _prepared(data: DataSet, options: dict[str, Any], mode: Any) -> Evaluation:
    """Everything that an evaluation takes, in its folder."""
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.folder import open_folder
    from ..evaluate.plan import planned

    writing, settings = writing_from(options), _settings(data, options)
    bench = settings.bench()
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
    """Ask what is left: how many were done before, and what stopped it."""
    from ..console.progress import progress
    from ..evaluate.report import Tally

    tally = Tally.of(evaluation.done())
    done, total = tally.n, len(evaluation.records)
    if done:
        note(f"{done} of {total} questions were done before; --fresh asks them again.")
    try:
        with progress(tally, total, lambda: f"{100 * tally.right / tally.n:.1f} % right") as report:
            evaluation.run(report)
    except (LooksmithError, KeyboardInterrupt) as error:
        return done, error
    return done, None


def _report(
    evaluation: Evaluation, session: dict[str, Any], json_to: Path | None
) -> tuple[EvalReport, PrerequisiteError | None]:
    """The report, written to the folder and to the file that was asked for; and why it could not be written."""
    from ..evaluate.report import report_of

    session = {**session, "ended": datetime.now().astimezone()}
    report = report_of(evaluation.folder, evaluation.rows(), session)
    for path in filter(None, (evaluation.folder.path / "report.json", json_to)):
        if path == Path("-"):
            continue
        try:
            path.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            hint = "Make room, and give the same command with --resume."
            return report, PrerequisiteError(f"The report cannot be written to {path}: {error.strerror}.", hint=hint)
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
        note(f"The first that is not right: looksmith show {evaluation.folder.runs.root / wrong.run}")
    if not report.complete:
        note(f"{report.n} of {report.total} questions are done. The same command goes on from there (without --fresh).")


def _require_writable(path: Path | None) -> None:
    """Better now than after an hour. Raises InputError."""
    if path is None or path == Path("-"):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"{path} cannot be written.", hint="Name a file: --json FILE.")
