"""`looksmith eval`: measures accuracy on a data set."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError, LooksmithError, PrerequisiteError
from ...tools.scenes.graph import load_scene_graphs
from ..console.command import INTERRUPTED, home_option, note, print_json, told
from ..console.engine_options import engine_of, engine_options
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
    from ..datasets.data_set import DataSet
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.report import EvalReport
    from ..setup.settings import Settings


def _list(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from ..console.known_data import print_known

        print_known()
        context.exit()


@click.command("eval")
@click.argument("dataset")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the data sets.")
@click.option("--data", type=click.Path(path_type=Path), help="The data set's folder or file.")
@click.option("--split", default="", help="The split, such as dev or test. Required if the data set has several.")
@click.option("--hub", is_flag=True, help="Stream the data set from the Hugging Face hub instead of a folder.")
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
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    type=click.Choice(["blind", "caption", "vlm"]),
    help="Also answer without looking, from a caption, or by the profile's vision-language model alone. Repeatable.",
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
    """Answer the questions of DATASET, a known one (--list) in its published form or a JSONL file of your own.

    Each line of a JSONL has image (relative to the file), question and answer; optionally id, scorer (exact, yes_no,
    number, vqa, box_iou), margin, kind, or answers in place of answer. With --oracle it needs scene graphs in GQA's
    format: scene_graphs.json next to it, or --scene-graphs FILE. Their keys are the image files without extension. The
    built-in tools then answer from the scene graphs instead of asking the profile's models.

    --tools FILE replaces the tools that a plug-in brings for the data set. Identical requests go to the language model
    once: images that share a question share its programs, including samples. Failures count as wrong.

    --baseline vlm also measures both together: the program, and the vision-language model where that failed or says
    "probably". Each baseline is an evaluation of its own in the folder baselines/; baselines.json has the table.

    --engine ray uses several processes, on this machine or on a cluster, each with --concurrency questions at once.
    All nodes must see the files at the same paths. The profile's [ray.MODEL] tables configure replicas of models.

    \b
    Exit status: 0 all questions done, 2 bad input, 3 no reply from the LLM, 4 something is missing, 130 interrupted.
    """  # noqa: D301
    start = perf_counter()
    with told(as_json=False):
        _require_writable(json_to)
        data = _loaded(dataset, options)
        _require_baselines(options)
        evaluation = _prepared(data, options, mode or "auto")
        with evaluation.folder.locked(options["replies"]):
            resumed, stopped = _run(evaluation)
            session = {"resumed": resumed, "concurrency": options["concurrency"], "wall": perf_counter() - start}
            report, refused = _report(evaluation, data, session, json_to)
        _print(report, evaluation, json_to)
        if options["baselines"] and stopped is None:
            _baselines(evaluation, data, options)
        if refused is not None and not isinstance(stopped, LooksmithError):
            raise refused
        if isinstance(stopped, LooksmithError):
            raise stopped
    if stopped:
        sys.exit(INTERRUPTED)


def _loaded(dataset: str, options: dict[str, Any]) -> DataSet:
    """Load the data set, truncated to the limit."""
    from ..datasets.catalog import KNOWN, hub_name, load_data

    name, path = dataset, options["data"]
    if name not in KNOWN:
        if path is None and (Path(name).exists() or Path(name).suffix or Path(name).name != name):
            from ...tools.media.images import require_file

            require_file(Path(name))
        else:
            hint = "`looksmith eval --list` has those that are known; or pass a file."
            raise InputError(f"Unknown data set: {name!r}.", hint=hint)
        name, path = "jsonl", Path(name)
    hub, keep = hub_name(name) if options["hub"] else "", options["home"] / "datasets" / name
    data = load_data(name, path, options["split"], options["limit"], keep, hub)
    scenes = options["scene_graphs"]
    if scenes and not options["oracle"]:
        raise InputError("--scene-graphs needs --oracle.")
    return replace(data, scenes=scenes, read_scenes=load_scene_graphs) if scenes else data


def _prepared(data: DataSet, options: dict[str, Any], mode: Any) -> Evaluation:
    """Build the evaluation and its folder."""
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.folder import open_folder
    from ..evaluate.plan import planned

    writing, settings = writing_from(options), _settings(data, options)
    bench = settings.bench(about="video" if data.records[0].is_about_video else "images")
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
    evaluation: Evaluation, data: DataSet, session: dict[str, Any], json_to: Path | None
) -> tuple[EvalReport, PrerequisiteError | None]:
    """Write the report to the folder and to --json; also returns the error if writing failed."""
    from ..evaluate.report import report_of

    session = {**session, "ended": datetime.now().astimezone()}
    report = report_of(evaluation.folder, evaluation.rows(), session, data.figures(evaluation.rows()))
    for path in filter(None, (evaluation.folder.path / "report.json", json_to)):
        if path == Path("-"):
            continue
        try:
            path.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            hint = "Free some disk space, then rerun the command with --resume."
            return report, PrerequisiteError(f"Cannot write the report to {path}: {error.strerror}.", hint=hint)
    return report, None


def _baselines(evaluation: Evaluation, data: DataSet, options: dict[str, Any]) -> None:
    """Run the baselines, and print them beside the programs' answers."""
    from rich.console import Console

    from ..baselines.run import BaselineInputs, print_baselines, run_baselines
    from ..llm.remember import Remembering

    settings = settings_of(options["home"], options)
    llm = Remembering(llm_from(options, settings), options["replies"] or evaluation.folder.replies)
    with evaluation.folder.locked(), closing(llm):
        asked = BaselineInputs(evaluation, data, settings, llm, options["concurrency"], lambda _: None)
        print_baselines(Console(stderr=True), run_baselines(asked, options["baselines"]))


def _require_baselines(options: dict[str, Any]) -> None:
    """Fail early, not after all questions. Raises PrerequisiteError."""
    if options["baselines"]:
        from ..baselines.run import require_models

        require_models(settings_of(options["home"], options), options["baselines"])


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
