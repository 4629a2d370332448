"""Progress of a long command (a bar on a terminal, ten lines otherwise), and of a single question."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING

from ..traces.encode import one_line
from .command import note

if TYPE_CHECKING:
    from ..evaluate.evaluation import Row
    from ..evaluate.report import Tally
    from ..traces.runs import Doing


@contextmanager
def progress(tally: Tally, total: int, so_far: Callable[[], str]) -> Generator[Callable[[Row], None]]:
    """Adds each row to the tally and reports progress. so_far: additional text, such as the accuracy so far."""
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


class ProgressReporter:
    """Reports what is being done. `quiet` suspends that while a person is asked something."""

    def __init__(
        self, tell: Doing, quiet: Callable[[], AbstractContextManager[object]] = lambda: nullcontext()
    ) -> None:
        self._tell = tell
        self.quiet = quiet

    def __call__(self, text: str) -> None:
        """As `Doing`."""
        self._tell(text)


@contextmanager
def doing(*, verbose: bool) -> Generator[ProgressReporter]:
    """Tells on standard error what is being done: in one line that changes on a terminal, in a line each if verbose."""
    start = perf_counter()
    if verbose:
        yield ProgressReporter(lambda text: note(f"{perf_counter() - start:5.1f} s  {text}"))
    elif sys.stderr.isatty():
        with _one_line() as tell:
            yield tell
    else:
        yield ProgressReporter(lambda _text: None)


@contextmanager
def _one_line() -> Generator[ProgressReporter]:
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text("making the tools ready")) as status:

        @contextmanager
        def quiet() -> Generator[None]:
            status.stop()
            try:
                yield
            finally:
                status.start()

        yield ProgressReporter(lambda text: status.update(Text(one_line(text))), quiet)
