"""How far a long command is: a bar on a terminal, else ten lines in all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .console import note

if TYPE_CHECKING:
    from .eval_report import Tally
    from .evaluate import Row


@contextmanager
def progress(tally: Tally, total: int, so_far: Callable[[], str]) -> Generator[Callable[[Row], None]]:
    """Tells of each row, and adds it to the tally. so_far: what is said besides how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    told: set[str] = set()
    terminal = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(
        *columns, console=terminal, disable=not terminal.is_terminal, redirect_stdout=sys.stdout.isatty()
    ) as bar:
        task = bar.add_task("", total=total, completed=tally.n, said="")

        def report(row: Row) -> None:
            tally.add(row)
            bar.update(task, completed=tally.n, said=so_far())
            if not terminal.is_terminal and tally.n * 10 // total > (tally.n - 1) * 10 // total:
                note(f"{tally.n:,} of {total:,}: {so_far()}")
            if row.notice and row.notice not in told:
                told.add(row.notice)
                note(row.notice)

        yield report
