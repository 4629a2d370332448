"""Stored runs, for Python and notebooks.

from looksmith.runs import frame, load

frame()                      # a pandas data frame with a row for each run
frame(steps=True)            # ... for each step
load("last")                 # one run with its trace; a notebook shows it
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
    """A row for each stored run, those of evaluations too; with `steps`, for each step of the final programs.

    home: the folder that holds `runs` and `evals`; the one that commands use when it is not given.
    The columns are told in agent/export/rows.py; `started` is in UTC. A run that cannot be read
    has the outcome `unreadable`.
    Raises PrerequisiteError without pandas.
    """
    from looksmith.agent.export.rows import RunRow, StepRow, run_rows, step_rows
    from looksmith.tools.core.packages import require

    require("export", "pandas")
    import pandas as pd

    kind, rows = (StepRow, step_rows(_home(home))) if steps else (RunRow, run_rows(_home(home)))
    # Pandas would make one type of what can be of any.
    types = {field.name: object if field.type == "Any" else None for field in fields(kind)}
    listed = list(rows)
    found = pd.DataFrame({n: pd.Series([getattr(row, n) for row in listed], dtype=t) for n, t in types.items()})
    if steps:
        return found
    return found.assign(started=pd.to_datetime(found["started"], utc=True), score=found["score"].astype(float))


def load(name: str = "last", home: str | Path | None = None) -> ShownRun:
    """A stored run by its id, the start of its id, its folder, or `last`. Raises InputError."""
    from looksmith.agent.pages.notebook import ShownRun
    from looksmith.agent.traces.runs import Runs

    return ShownRun.of(Runs(_home(home) / "runs").load(name))


def _home(home: str | Path | None) -> Path:
    from looksmith.agent.setup.settings import find_home

    return find_home() if home is None else Path(home)
