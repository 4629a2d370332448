"""`looksmith bench`: shows how stored runs spent their time, as tables and as a Chrome trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, told

if TYPE_CHECKING:
    from ..timing.timeline import Timed

LIMIT = 100
"""Default number of an evaluation's runs in a trace; trace viewers become slow with many more."""


@click.command("bench")
@click.argument("run", default="last")
@click.option(
    "--trace", type=click.Path(path_type=Path), help="Write a Chrome trace (chrome://tracing, ui.perfetto.dev)."
)
@click.option(
    "--limit",
    default=LIMIT,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many of an evaluation's runs to put into the trace.",
)
@home_option
@json_option
def bench_command(run: str, trace: Path | None, limit: int, home: Path, as_json: bool) -> None:
    """Show how RUN spent its time.

    RUN is a run's id or a prefix of it, a folder, `last`, or the folder or name of an evaluation.

    \b
    Stages are what the answer waited for: llm, check, program (including the sandbox), loading models, tools,
    queueing behind other calls, and own (everything else looksmith does).
    """  # noqa: D301
    from rich.console import Console

    from ..timing.chrome_trace import write_chrome_trace
    from ..timing.spent import measure, print_bench
    from ..timing.timeline import read_all, read_timed
    from ..traces.runs import Runs
    from ..traces.trace import to_json

    with told(as_json):
        folders = (Path(run), home / "evals" / run, home / "asks" / run)
        evaluations = (folder for folder in folders if (folder / "eval.json").is_file())
        evaluation = next(evaluations, None)
        alone = None if evaluation else read_timed(Runs(home / "runs").find(run))

        def runs(tell: Callable[[str], None]) -> Iterable[Timed]:
            return read_all(evaluation, tell) if evaluation else filter(None, [alone])

        report = measure(runs(note))
        if not report.runs:
            raise InputError(f"{evaluation} has no readable run.")
        if trace is not None:
            count = write_chrome_trace(trace, islice(runs(lambda _: None), limit))
            note(f"Wrote {trace}: {count} run{'s' * (count != 1)}; open it in chrome://tracing or ui.perfetto.dev")
    if as_json:
        print_json({**to_json(report), "trace": trace and str(trace)})
    else:
        print_bench(Console(), report)
