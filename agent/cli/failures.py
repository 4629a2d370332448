"""`looksmith failures`: where an evaluation's wrong answers went wrong, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..console.command import home_option, json_option, print_json, told

if TYPE_CHECKING:
    from rich.console import Console

    from ..compare.failures import FailureGroup, Failures


@click.command("failures")
@click.argument("evaluation")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=1), help="Rows of each table.")
@home_option
@json_option
def failures_command(evaluation: str, limit: int, home: Path, as_json: bool) -> None:
    """Sort the wrong answers of EVALUATION by the stage that failed, and show what they have in common.

    Stages are writing, running (with the tool that failed), and the answer; after `looksmith blame EVALUATION` also
    which of the answers are the program's fault and which a tool's.
    """
    from rich.console import Console

    from ..compare.failures import failures
    from ..traces.trace import to_json

    with told(as_json):
        found = failures(home, evaluation)
    if as_json:
        print_json(to_json(found))
    else:
        print_failures(Console(), found, limit)


def print_failures(console: Console, found: Failures, limit: int) -> None:
    """Three tables: stages, clusters, and traits."""
    from rich.table import Table
    from rich.text import Text

    from ..compare.terminal import told_p

    console.print(f"{found.wrong} of {found.n} answers are wrong")
    _print_parts(console, "by stage", found.stages, limit)
    _print_parts(console, "alike", found.clusters, limit)
    if not found.traits:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title="more often wrong", title_justify="left")
    for heading in ("", "", "wrong", "of", "p"):
        table.add_column(heading, justify="right" if heading else "left")
    for one in found.traits[:limit]:
        p = told_p(one.p).removeprefix("= ")
        table.add_row(Text(one.by), Text(one.value), str(one.wrong), str(one.n), p)
    console.print(table)


def _print_parts(console: Console, title: str, parts: Sequence[FailureGroup], limit: int) -> None:
    from rich.table import Table
    from rich.text import Text

    if not parts:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for heading, side in (("", "left"), ("wrong", "right"), ("share", "right"), ("such as", "left")):
        table.add_column(heading, justify="right" if side == "right" else "left", overflow="fold")
    for part in parts[:limit]:
        table.add_row(Text(part.what), str(part.n), f"{part.share:.0%}", Text(part.examples[0]))
    console.print(table)
