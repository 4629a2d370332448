"""Evaluations as pandas data frames, for analysis in Python and notebooks.

from looksmith import frames

questions = frames.questions("evaluations/one", "evaluations/other")
questions.groupby(["evaluation", "kind"])["score"].mean()
frames.steps("evaluations/one")       # a row per tool call
frames.attempts("evaluations/one")    # a row per request to the language model
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from looksmith.agent.export.pick import Evaluated

__all__ = ["attempts", "questions", "steps"]


def questions(*evaluations: str | Path, home: str | Path | None = None) -> pd.DataFrame:
    """A row per finished question, with its score, outcome and confidence.

    evaluations: folders of `looksmith eval`, or their names in the home folder. Each facet of the data set, such as
        GQA's structural type, is a column of its own.
    The other columns are documented in agent/export/question_rows.py.
    Raises InputError for what is no evaluation, PrerequisiteError if pandas is not installed.
    """
    from looksmith.agent.export.question_rows import QuestionRow, question_rows

    found = _frame(QuestionRow, question_rows(_picked(evaluations, home)))
    facets = list(found.pop("facets"))
    for name in dict.fromkeys(name for one in facets for name in one):
        found[name] = [one.get(name, "") for one in facets]
    return found


def steps(*evaluations: str | Path, home: str | Path | None = None) -> pd.DataFrame:
    """A row per tool call of each question's last program; columns as in `runs.frame(steps=True)`. Raises as above."""
    from looksmith.agent.export.question_rows import evaluation_steps
    from looksmith.agent.export.rows import StepRow

    return _frame(StepRow, evaluation_steps(_picked(evaluations, home)))


def attempts(*evaluations: str | Path, home: str | Path | None = None) -> pd.DataFrame:
    """A row per request to the language model, with what came of its programs. Raises as above."""
    from looksmith.agent.export.question_rows import AttemptRow, attempt_rows

    return _frame(AttemptRow, attempt_rows(_picked(evaluations, home)))


def _picked(evaluations: Iterable[str | Path], home: str | Path | None) -> list[Evaluated]:
    from looksmith.agent.export.pick import pick
    from looksmith.agent.setup.home import find_home
    from looksmith.tools.core.errors import InputError

    place = find_home() if home is None else Path(home)
    found = [(name, pick(place, [str(name)]).evaluation) for name in evaluations]
    wrong = next((name for name, one in found if one is None), None)
    if wrong is not None or not found:
        raise InputError(f"{wrong or 'Nothing'} is not an evaluation.", hint="Name a folder of `looksmith eval`.")
    return [one for _, one in found if one is not None]


def _frame(kind: type[Any], rows: Iterable[Any]) -> pd.DataFrame:
    from looksmith.tools.core.packages import require

    require("export", "pandas")
    import pandas as pd

    # Pandas would convert columns of mixed type to one type.
    types = {field.name: object if field.type in ("Any", "dict[str, str]") else None for field in fields(kind)}
    listed = [asdict(row) for row in rows]
    return pd.DataFrame({name: pd.Series([row[name] for row in listed], dtype=kind) for name, kind in types.items()})
