"""The right answer of a run: from a person's verdict, or else the data set; never from the language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from ...programs.question.expected_answer import expected_answer
from ...programs.question.fitting import settle
from ...tools.core.errors import InputError
from ..datasets.scorers import Scoring, usual_scorer
from ..evaluate.evaluation import Row, read_rows
from ..reading.said import answer_text
from ..traces.runs import StoredRun
from ..traces.verdicts import Verdict, read_verdicts

RIGHT = 0.5
"""Score from which an answer counts as right, as in blame."""


@dataclass(frozen=True)
class RightAnswer:
    """The right answer to a question, with how answers are compared to it."""

    answer: Any
    scoring: Scoring

    @classmethod
    def told(cls, answer: Any) -> RightAnswer:
        """What a person says. Raises InputError for a value that no answer can be compared with."""
        scoring = Scoring(usual_scorer(answer))
        scoring.require(answer)
        return cls(answer, scoring)

    def holds(self, answer: Any, question: str) -> bool:
        """Whether a program's answer, a value, is right once it is put in the words of the question."""
        settled = settle(answer, expected_answer(question))
        return settled is not None and self.scoring(settled, self.answer) >= RIGHT

    @property
    def text(self) -> str:
        """In words; the first of several."""
        answer: Any = self.answer
        if isinstance(answer, list) and answer and self.scoring.name != "box_iou":
            answer = cast("list[Any]", answer)[0]
        return answer_text(answer)


def truth_of_run(run: StoredRun) -> RightAnswer | None:
    """What is known to be right for a run. Raises InputError for a damaged evaluation, or an unusable verdict."""
    return truth_of(run, read_verdicts(run.folder).latest, row_of(run))


def truth_of(run: StoredRun, verdict: Verdict | None, row: Row | None) -> RightAnswer | None:
    """The same, where verdict and row were read already."""
    if verdict is not None and verdict.answer is not None:
        return RightAnswer.told(verdict.answer)
    if verdict is not None and verdict.right:
        return RightAnswer.told(run.record.answer)
    if row is None or row.scorer is None or (verdict is not None and verdict.label_is_wrong):
        return None
    return RightAnswer(row.expected, Scoring(row.scorer, row.margin))


def row_of(run: StoredRun) -> Row | None:
    """The row of a run in the results of its evaluation; None for a run of its own."""
    results = run.folder.resolve().parent.parent / "results.jsonl"
    return next((row for row in read_rows(results) if row.run == run.folder.name), None)


def require_truth(run: StoredRun) -> RightAnswer:
    """The right answer. Raises InputError if it is unknown."""
    found = truth_of_run(run)
    if found is None:
        raise InputError(f"No right answer is known for the run {run.name}.", hint="Pass --answer VALUE.")
    return found
