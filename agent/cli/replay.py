"""`looksmith replay`: repeats a run from its trace, with or without changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...tools.core.errors import InputError
from ..console.command import EXIT, home_option, json_option, note, print_json, say, told
from ..console.options import sandbox_options, settings_of, tool_options
from ..setup.settings import Settings

if TYPE_CHECKING:
    from ...tools.engine.executor import Serves
    from ..datasets.data_set import DataSet
    from ..debug.replay import Edits, Replayed, Replayer
    from ..session.workshop import Workshop
    from ..traces.runs import StoredRun

F = TypeVar("F", bound=Callable[..., Any])


only_option = click.option(
    "--only-tools/--all-tools",
    "only",
    default=None,
    help="Leave out the built-in tools, as `eval` does for a data set with its own.",
)


def truth_options(command: F) -> F:
    """Add the options that name a data set whose oracle supplies ground truth."""
    for option in (
        only_option,
        click.option("--split", default="", help="The split of the data set."),
        click.option("--data", type=click.Path(path_type=Path), help="The data set's folder or file."),
        click.option("--dataset", default="", metavar="NAME", help="A data set whose oracle supplies ground truth."),
    ):
        command = option(command)
    return command


backend_option = click.option(
    "--backend",
    default="model",
    show_default=True,
    type=click.Choice(["model", "recorded", "oracle"]),
    help="What answers calls that are not in the trace: the models, nothing, or a data set's oracle.",
)


@click.command("replay")
@click.argument("run", default="last")
@click.option("--from", "start", type=int, metavar="STEP", help="Rerun everything from this step on.")
@click.option("--set", "changes", multiple=True, metavar="STEP=VALUE", help="Replace the result of a step.")
@click.option(
    "--program", type=click.Path(path_type=Path), help="Run the program in this file instead of the run's own."
)
@backend_option
@truth_options
@tool_options
@sandbox_options
@home_option
@json_option
def replay_command(run: str, home: Path, as_json: bool, **options: Any) -> None:
    """Repeat RUN from its trace, with or without changes; the result is stored as a new run.

    Steps are counted from 1, as `looksmith show` numbers them. VALUE is JSON as in a trace
    ({"left": 1, "top": 2, "right": 30, "bottom": 40, "label": "cup"} is a box), yes or no, a text, or NoDetection.
    """
    with told(as_json):
        settings = settings_of(home, options, data_set(options))
        stored = settings.runs.load(run)
        edits = _edits(stored, options)
        with closing(workshop_of(settings)) as workshop:
            replayed = replayer_for(workshop, stored, options).replay(stored, edits)
    _report(replayed, as_json)


def _edits(stored: StoredRun, options: dict[str, Any]) -> Edits:
    from ...programs.language.program import Program
    from ..debug.parse_change import read_changes
    from ..debug.replay import Edits
    from ..traces.decode import StoredImages

    changes = read_changes(options["changes"], StoredImages(stored))
    program = Program.from_file(options["program"]).source if options["program"] else None
    return Edits(changes, program, options["start"])


def workshop_of(settings: Settings) -> Workshop:
    """Makes the tools and the sandbox of replays that call models again."""
    from ..session.workshop import Workshop

    return Workshop(replace(settings, cache=False))


def replayer_for(workshop: Workshop, stored: StoredRun, options: dict[str, Any]) -> Replayer:
    """Repeats runs with the tools that this one had, and asks the chosen backend. Raises InputError."""
    replayer = workshop.replayer(stored)
    if options["backend"] == "recorded":
        return replace(replayer, live=None)
    if options["backend"] == "oracle":
        return replace(replayer, live=truth_of(workshop.settings, load_truth(options), [stored]))
    return replayer


def load_truth(options: dict[str, Any]) -> DataSet:
    """The data set from --dataset. Raises InputError if there is none."""
    from ..datasets.catalog import KNOWN, load_data

    name = options["dataset"]
    if name not in KNOWN:
        hint = "Pass --dataset NAME (`looksmith eval --list`), and --data FOLDER."
        raise InputError(f"Unknown data set: {name!r}." if name else "An oracle needs a data set.", hint=hint)
    return load_data(name, options["data"], options["split"])


def data_set(options: dict[str, Any]) -> DataSet | None:
    """The data set that was named, if any. Raises InputError when there is none of that name."""
    return load_truth(options) if options["dataset"] else None


def truth_of(settings: Settings, data: DataSet, runs: Iterable[StoredRun]) -> Serves:
    """The oracle's tools, for the images of these runs. Raises InputError."""
    from ...tools.engine.executor import Executor

    names = {picture.name for run in runs for picture in run.record.pictures}
    known = replace(data, records=tuple(record for record in data.records if record.image.name in names))
    files = settings.tool_files or data.domain_tools()
    if data.scenes:
        return Executor(replace(settings, tool_files=files, scenes=known.scene_graphs()).registry(declared=True))
    return Executor(replace(settings, tool_files=files, truths=known.truths()).registry(declared=True))


def _report(replayed: Replayed, as_json: bool) -> None:
    answer, differences = replayed.answer, replayed.comparison.differences
    if as_json:
        print_json(
            {
                "answer": replayed.run.record.answer,
                "outcome": answer.outcome,
                "message": answer.message,
                "run": str(answer.run),
                "same": not differences,
                "differences": list(differences),
                "notices": list(replayed.notices),
            }
        )
    elif answer.ok:
        say(answer.text)
    if not answer.ok:
        say(f"{answer.outcome}: {answer.message}", fg="red", err=True)
    for notice in replayed.notices:
        say(notice, fg="yellow", err=True)
    told = "\n  ".join(differences)
    note(f"Results differ:\n  {told}" if differences else "Results are identical.")
    note(f"looksmith show {answer.run.name}")
    raise SystemExit(EXIT[answer.outcome])
