"""`looksmith replay`: repeats a run from its trace, with or without changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...tools.core.errors import InputError
from ..console.command import EXIT, home_option, json_option, note, print_json, say, told
from ..console.options import sandbox_options, tool_options
from ..setup.settings import Settings

if TYPE_CHECKING:
    from ...sandbox.run import Sandbox
    from ...tools.engine.executor import Serves
    from ..datasets.published import DataSet
    from ..debug.replay import Edits, Replayed, Replayer, Script
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


@click.command("replay")
@click.argument("run", default="last")
@click.option("--from", "start", type=int, metavar="STEP", help="Rerun everything from this step on.")
@click.option("--set", "changes", multiple=True, metavar="STEP=VALUE", help="Replace the result of a step.")
@click.option(
    "--program", type=click.Path(path_type=Path), help="Run the program in this file instead of the run's own."
)
@click.option(
    "--backend",
    default="model",
    show_default=True,
    type=click.Choice(["model", "recorded", "oracle"]),
    help="What answers calls that are not in the trace: the models, nothing, or a data set's oracle.",
)
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
    from ..debug.replay import Script

    with told(as_json):
        settings = settings_of(home, options)
        stored = settings.runs.load(run)
        edits = _edits(Script.of(stored), options)
        with settings.sandbox() as sandbox:
            replayed = replayer_for(settings, stored, sandbox, options).replay(stored, edits)
    _report(replayed, as_json)


def _edits(script: Script, options: dict[str, Any]) -> Edits:
    from ...programs.language.program import Program
    from ..debug.parse_change import read_changes
    from ..debug.replay import Edits

    changes = read_changes(options["changes"], script.pictures)
    program = Program.from_file(options["program"]).source if options["program"] else None
    return Edits(changes, program, options["start"])


def replayer_for(settings: Settings, stored: StoredRun, sandbox: Sandbox, options: dict[str, Any]) -> Replayer:
    """A replayer with the tools that this run had. Raises InputError."""
    from ...tools.core.stand_in import stand_ins
    from ...tools.engine.executor import Executor
    from ..debug.replay import Replayer
    from ..doors.by_hand import require_dialect

    written_for = stored.record.dialect
    registry = settings.registry(declared=True, dialect=require_dialect(written_for) if written_for else None)
    if stored.record.dry:
        registry = stand_ins(registry)
    live: dict[str, Callable[[], Serves | None]] = {
        "model": lambda: Executor(registry),
        "recorded": lambda: None,
        "oracle": lambda: truth_of(settings, load_truth(options), [stored]),
    }
    return Replayer(registry, sandbox, settings.runs, live[options["backend"]]())


def load_truth(options: dict[str, Any]) -> DataSet:
    """The data set from --dataset. Raises InputError if there is none."""
    from ..datasets.published import LOADERS, load_data

    name = options["dataset"]
    if name not in LOADERS:
        hint = f"Pass --dataset {' or '.join(LOADERS)}, and --data FOLDER."
        raise InputError(f"Unknown data set: {name!r}." if name else "An oracle needs a data set.", hint=hint)
    return load_data(name, options["data"], options["split"])


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


def settings_of(home: Path, options: dict[str, Any]) -> Settings:
    """The user's options; a data set brings its own tools if no others were chosen."""
    files, only = options["tool_files"], options["only"]
    if options.get("dataset"):
        data = load_truth(options)
        files = files or data.domain_tools()
        only = bool(data.domain) if only is None else only
    return Settings(
        home,
        device=options["device"],
        tool_files=files,
        installed=not only,
        isolation=options["isolation"],
        profile=options["profile"],
    )
