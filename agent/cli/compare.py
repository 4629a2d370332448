"""`looksmith compare`: what changed between two evaluations of the same questions."""

from __future__ import annotations

from pathlib import Path

import click

from ..console.command import home_option, json_option, note, print_json, told


@click.command("compare")
@click.argument("left", metavar="BEFORE")
@click.argument("right", metavar="AFTER")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write a self-contained page to this file.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=0), help="Questions to list.")
@home_option
@json_option
def compare_command(left: str, right: str, page: Path | None, limit: int, home: Path, as_json: bool) -> None:
    """Compare two evaluations, BEFORE and AFTER, each named by its folder: which questions became right or wrong.

    Differences are given overall and by kind, form of the question, tool and cause, with 95 % intervals (images are
    resampled with all their questions) and McNemar's test. Only questions that both have are compared.
    """
    from rich.console import Console

    from ..compare.comparison import compare_evaluations
    from ..compare.terminal import print_comparison
    from ..export.files import write_text
    from ..traces.trace import to_json

    with told(as_json):
        found = compare_evaluations(home, left, right, note)
        if page is not None:
            from ..compare.page import comparison_page

            note(f"Wrote {write_text(page, comparison_page(found))}")
        if as_json:
            print_json(to_json(found))
        else:
            print_comparison(Console(), found, limit)
