"""`looksmith examples`: the examples that people taught in this home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, say, told
from .teach import evaluation_folder

if TYPE_CHECKING:
    from ...programs.examples.taught import Taught
    from ..teach.effect import TeachingEffect


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def examples(context: click.Context, home: Path, as_json: bool) -> None:
    """List, show, remove or export the examples that were taught here."""
    if context.invoked_subcommand is None:
        _list(home, as_json)


@examples.command("list")
@home_option
@json_option
def list_command(home: Path, as_json: bool) -> None:
    """List the examples that were taught."""
    _list(home, as_json)


@examples.command("show")
@click.argument("name")
@home_option
@json_option
def show_command(name: str, home: Path, as_json: bool) -> None:
    """Show the example NAME, or the start of its name; it is a file that you may edit."""
    with told(as_json):
        path = _folder(home).find(name)
        text = path.read_text(encoding="utf-8", errors="replace")
    if as_json:
        print_json({"path": str(path), "text": text})
    else:
        say(text.rstrip())
        note(str(path))


@examples.command("rm")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@home_option
def remove_command(names: tuple[str, ...], home: Path) -> None:
    """Remove each example NAME, also one that cannot be read."""
    with told(as_json=False):
        for path in [_folder(home).find(name) for name in names]:
            path.unlink()
            note(f"Removed {path.stem}")


@examples.command("export")
@click.argument("output", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@home_option
def export_command(output: Path, names: tuple[str, ...], home: Path) -> None:
    """Write all examples, or each NAME, to FILE in the form that a plug-in brings; - is standard output."""
    from ...programs.examples.taught import export_text
    from ..export.files import write_text

    with told(as_json=False):
        folder = _folder(home)
        found = _loaded(home)
        chosen = [folder.find(name).stem for name in names] or list(found.examples)
        missing = [name for name in chosen if name not in found.examples]
        if missing or not chosen:
            raise InputError(f"The example {missing[0]} cannot be read." if missing else "There are no examples.")
        text = export_text(found.examples[name] for name in chosen)
        if output == Path("-"):
            say(text.rstrip())
        else:
            write_text(output, text)
            note(f"Wrote {len(chosen)} example{'s' * (len(chosen) != 1)} to {output}")


@examples.command("effect")
@click.argument("before")
@click.argument("after")
@home_option
@json_option
def effect_command(before: str, after: str, home: Path, as_json: bool) -> None:
    """Compare two evaluations of the same questions, made BEFORE and AFTER examples were taught.

    An example that may do harm is named: one that was in the prompts of more questions that became wrong than right.
    """
    from ..teach.effect import effects
    from ..traces.trace import to_json

    with told(as_json):
        folders = [evaluation_folder(name, home) for name in (before, after)]
        found = effects(folders[0], folders[1], _loaded(home).examples)
    if as_json:
        harmful = [one.name for one in found.examples if one.harms]
        print_json({**to_json(found), "harmful": harmful})
    else:
        _print_effects(found)


def _print_effects(found: TeachingEffect) -> None:
    from rich.console import Console
    from rich.table import Table

    say(f"{found.asked} questions: {found.before} right before, {found.after} after.")
    say(f"Became right: {_ids(found.better)}")
    say(f"Became wrong: {_ids(found.worse)}")
    table = Table("example", "shown", "became right", "became wrong")
    for one in found.examples:
        if one.shown:
            table.add_row(one.name, str(one.shown), str(len(one.better)), str(len(one.worse)))
    if table.row_count:
        Console().print(table)
    for one in found.examples:
        if one.harms:
            say(f"{one.name} may do harm: it was shown with {_ids(one.worse)}, which became wrong.", fg="yellow")


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) or "none"


def _list(home: Path, as_json: bool) -> None:
    with told(as_json):
        found = _loaded(home)
    if as_json:
        rows: list[Any] = [{"name": name, **one.model_dump(mode="json")} for name, one in found.examples.items()]
        print_json({"examples": rows, "problems": list(found.problems)})
        return
    for name, one in found.examples.items():
        say(f"{name}  {one.question}")
    if not found.examples:
        note("Nothing has been taught here yet: looksmith teach RUN")


def _loaded(home: Path) -> Taught:
    """All examples; what cannot be read is said."""
    found = _folder(home).load()
    for problem in found.problems:
        say(problem, fg="yellow", err=True)
    return found


def _folder(home: Path) -> Any:
    from ..setup.settings import Settings

    return Settings(home).taught
