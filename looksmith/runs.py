"""Access to stored runs from Python and notebooks.

from looksmith.runs import frame, load

frame()                      # a pandas DataFrame with a row per run
frame(steps=True)            # ... per step
load("last")                 # one run with its trace; notebooks display it
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from looksmith.agent.pages.notebook import ShownRun

__all__ = ["frame", "load"]


def frame(home: str | Path | None = None, *, steps: bool = False) -> pd.DataFrame:
    """A DataFrame with a row per stored run, including those of evaluations; with `steps`, a row per step.

    steps: list the steps of each run's last program.
    home: the folder that holds `runs` and `evals`; by default, the one that the commands use.
    The columns are documented in agent/export/rows.py; `started` is in UTC. An unreadable run has the outcome
    `unreadable`.
    Raises PrerequisiteError if pandas is not installed.
    """
    from looksmith.agent.export.rows import RunRow, StepRow, run_rows, step_rows
    from looksmith.tools.core.packages import require

    require("export", "pandas")
    import pandas as pd

    kind, rows = (StepRow, step_rows(_home(home))) if steps else (RunRow, run_rows(_home(home)))
    # Pandas would convert columns of mixed type to one type.
    types = {field.name: object if field.type == "Any" else None for field in fields(kind)}
    listed = list(rows)
    found = pd.DataFrame({n: pd.Series([getattr(row, n) for row in listed], dtype=t) for n, t in types.items()})
    if steps:
        return found
    return found.assign(started=pd.to_datetime(found["started"], utc=True), score=found["score"].astype(float))


def load(name: str = "last", home: str | Path | None = None) -> ShownRun:
    """Load a stored run by id, prefix of an id, folder, or `last`. Raises InputError."""
    from looksmith.agent.pages.notebook import ShownRun
    from looksmith.agent.traces.runs import Runs

    return ShownRun.of(Runs(_home(home) / "runs").load(name))


def _home(home: str | Path | None) -> Path:
    from looksmith.agent.setup.home import find_home

    return find_home() if home is None else Path(home)
