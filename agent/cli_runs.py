"""The commands that read stored runs: `looksmith runs` and `looksmith show`."""

from __future__ import annotations

from pathlib import Path

import click

from .console import home_option, json_option, note, print_json, told
from .runs import Runs
from .trace import to_json
from .view import view


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many.")
@home_option
@json_option
def runs(limit: int, home: Path, as_json: bool) -> None:
    """List the latest runs."""
    from rich.console import Console

    from .show import print_runs

    found = Runs(home / "runs").list(limit)
    if as_json:
        print_json([to_json(record) for record in found])
    else:
        print_runs(Console(), found)


@click.command()
@click.argument("run", default="last")
@click.option("--html", "to_html", is_flag=True, help="Write one HTML file that needs nothing else.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@home_option
@json_option
def show(run: str, to_html: bool, output: Path | None, home: Path, as_json: bool) -> None:
    """Show every step of RUN: an id, the start of one, a folder, or `last`."""
    from rich.console import Console

    from .show import print_run

    page = None
    with told(as_json):
        stored = Runs(home / "runs").load(run)
        if to_html or output:
            from .export.files import write_text
            from .page import render_page

            page = write_text(output or Path(f"{stored.name}.html"), render_page(view(stored)))
    if as_json:
        events = [to_json(event) for event in stored.events]
        print_json({"run": to_json(stored.record), "events": events, "html": page and str(page)})
    elif page:
        note(f"Wrote {page}")
    else:
        print_run(Console(), view(stored))
