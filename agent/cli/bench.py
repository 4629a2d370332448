"""The command `looksmith bench`: where the time of stored runs went, as tables and as a trace for viewers."""

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
"""Runs of an evaluation that a trace has when nothing is said: viewers become slow with many more."""


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
    help="Runs of an evaluation that the trace has, the first ones.",
)
@home_option
@json_option
def bench_command(run: str, trace: Path | None, limit: int, home: Path, as_json: bool) -> None:
    """Say where the time of RUN went: an id, the start of one, a folder, `last`, or an evaluation by folder or name.

    \b
    Stages are what the answer waited for: llm, check, program (with the sandbox), loading models, tools,
    waiting for other calls that were served first, and own: all else that looksmith does.
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
            raise InputError(f"{evaluation} has no run that can be read.")
        if trace is not None:
            count = write_chrome_trace(trace, islice(runs(lambda _: None), limit))
            note(f"Wrote {trace}: {count} run{'s' * (count != 1)}; open it in chrome://tracing or ui.perfetto.dev")
    if as_json:
        print_json({**to_json(report), "trace": trace and str(trace)})
    else:
        print_bench(Console(), report)
