"""Commands for stored runs: `looksmith runs` (list, rm, keep, prune) and `looksmith show`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, told
from ..reading.view import view
from ..traces.damage import Unreadable, below, plain, reading
from ..traces.run_record import RunRecord
from ..traces.runs import Runs
from ..traces.trace import to_json

if TYPE_CHECKING:
    from ..traces.tidy import StorageLimits

_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_AGES = {"h": "hours", "d": "days", "w": "weeks"}
_limit_option = click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many.")


@click.group(invoke_without_command=True)
@_limit_option
@home_option
@json_option
@click.pass_context
def runs(context: click.Context, limit: int, home: Path, as_json: bool) -> None:
    """List, remove, keep or prune stored runs."""
    if context.invoked_subcommand is None:
        _list(limit, home, as_json)


@runs.command("list")
@_limit_option
@home_option
@json_option
def list_command(limit: int, home: Path, as_json: bool) -> None:
    """List the latest runs. For an unreadable run, the reason is shown."""
    _list(limit, home, as_json)


@runs.command("rm")
@click.argument("names", nargs=-1, metavar="[RUN...]")
@click.option("--older-than", "age", metavar="AGE", help="Remove all runs older than this, such as 30d, 12h or 8w.")
@home_option
def remove_command(names: tuple[str, ...], age: str | None, home: Path) -> None:
    """Remove each RUN, given by id or a prefix of it, or all that are older than AGE.

    Damaged runs can be removed; kept ones cannot. Runs that belong to an evaluation have no age.
    """
    from ..traces.tidy import StorageLimits, remove

    with told(as_json=False):
        if bool(names) == bool(age):
            raise InputError("Which runs?", hint="Name them, or pass --older-than 30d.")
        if "last" in names:  # another process may have stored a newer one meanwhile
            raise InputError("`last` is only for reading.", hint="Name the run's id: `looksmith runs` lists them.")
        for folder in [_folder(home, name) for name in names]:
            remove(folder)
            note(f"Removed {plain(folder.name)}")
        if age:
            _prune(home, StorageLimits(_age(age)), dry_run=False, as_json=False)


@runs.command("keep")
@click.argument("names", nargs=-1, required=True, metavar="RUN...")
@click.option("--no", "let_go", is_flag=True, help="Undo `keep`.")
@home_option
def keep_command(names: tuple[str, ...], let_go: bool, home: Path) -> None:
    """Protect each RUN from `rm` and `prune`."""
    from ..traces.tidy import keep

    with told(as_json=False):
        for folder in [_folder(home, name) for name in names]:
            keep(folder, kept=not let_go)
            note(f"{plain(folder.name)} is {'no longer kept' if let_go else 'kept'}")


@runs.command("prune")
@click.option("--older-than", "age", metavar="AGE", help="Remove runs older than this, such as 30d, 12h or 8w.")
@click.option("--max-size", metavar="SIZE", help="Remove the oldest runs until the rest fit, such as 2GB or 500MB.")
@click.option("--max-count", type=click.IntRange(min=0), help="Remove the oldest runs until this many are left.")
@click.option("--dry-run", is_flag=True, help="Only print what would be removed.")
@home_option
@json_option
def prune_command(home: Path, dry_run: bool, as_json: bool, **wanted: Any) -> None:
    """Remove the oldest runs until the limits hold. Kept and active runs are never removed.

    Runs that belong to an evaluation are not touched.
    """
    from ..traces.tidy import StorageLimits

    with told(as_json):
        limits = StorageLimits(_age(wanted["age"]), _size(wanted["max_size"]), wanted["max_count"])
        if limits == StorageLimits():
            raise InputError("No limit was given.", hint="Pass --older-than 30d, --max-size 2GB or --max-count 1000.")
        _prune(home, limits, dry_run=dry_run, as_json=as_json)


@click.command()
@click.argument("run", default="last")
@click.option("--html", "to_html", is_flag=True, help="Write one self-contained HTML file.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@home_option
@json_option
def show(run: str, to_html: bool, output: Path | None, home: Path, as_json: bool) -> None:
    """Show every step of RUN: a run's id or a prefix of it, a folder, or `last`."""
    from rich.console import Console

    from ..pages.terminal import print_run

    with told(as_json):
        stored, page = Runs(home / "runs").load(run), None
        with reading(stored.folder):
            if to_html or output:
                from ..export.files import write_text
                from ..pages.page import render_page

                page = write_text(output or Path(f"{stored.name}.html"), render_page(view(stored)))
            if as_json:
                events = [to_json(event) for event in stored.events]
                print_json({"run": to_json(stored.record), "events": events, "html": page and str(page)})
            elif page:
                note(f"Wrote {page}")
            else:
                print_run(Console(), view(stored))


def _prune(home: Path, limits: StorageLimits, *, dry_run: bool, as_json: bool) -> None:
    """Remove the runs beyond the limits; print how many, and how much space the others take."""
    from ..traces.tidy import remove, size_of, stored_runs, too_much

    found = stored_runs(home / "runs")
    gone = too_much(found, limits, datetime.now(UTC))
    left = size_of(run for run in found if run not in gone)
    for run in gone if not dry_run else ():
        remove(run.folder)
    if as_json:
        print_json({"removed": [run.name for run in gone], "left": len(found) - len(gone), "bytes": left})
    else:
        did = "Would remove" if dry_run else "Removed"
        note(f"{did} {len(gone)} of {len(found)} runs; {len(found) - len(gone)} take {left / 1e6:,.0f} MB.")


def _list(limit: int, home: Path, as_json: bool) -> None:
    from rich.console import Console

    from ..pages.terminal import print_runs

    found = Runs(home / "runs").list(limit)
    if as_json:
        print_json(list(map(_row, found)))
    else:
        print_runs(Console(), found)


def _row(run: RunRecord | Unreadable) -> Any:
    if isinstance(run, Unreadable):
        return {"id": run.name, "outcome": "unreadable", "message": run.why}
    return to_json(run)


def _folder(home: Path, name: str) -> Path:
    """The folder of a run in the home folder, even if it is unreadable. Raises InputError."""
    folders = below(home / "runs")
    found = [folder for folder in folders if plain(folder.name) == name] or [
        folder for folder in folders if name and plain(folder.name).startswith(name)
    ]
    if name == "last":
        found = [Runs(home / "runs").named(name)]
    if len(found) != 1:
        what = "There is no run" if not found else f"{len(found)} runs start with"
        raise InputError(f"{what} {name!r:.100}.", hint="`looksmith runs` lists them.")
    return found[0]


def _age(text: str | None) -> timedelta | None:
    if text is None:
        return None
    number = _number(text, _AGES, "An age is a number with h, d or w, such as 30d.")
    try:
        return timedelta(**{_AGES[number[1]]: number[0]})
    except OverflowError:
        return timedelta.max


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    number, unit = _number(text.upper(), _SIZES, "A size is a number with MB or GB, such as 2GB.")
    return int(number * _SIZES[unit])


def _number(text: str, units: Iterable[str], hint: str) -> tuple[float, str]:
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)", text.strip())
    if found is None or found[2] not in units:
        raise InputError(f"Invalid value: {text!r:.40}.", hint=hint)
    return float(found[1]), found[2]
