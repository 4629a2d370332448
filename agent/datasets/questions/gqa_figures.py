"""GQA's metrics besides accuracy, from their definitions in Hudson and Manning (CVPR 2019), section 4.4."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ..data_set import Graded
from ..scorers import as_text, normalize


@dataclass(frozen=True)
class QuestionFacts:
    """What is known about a question. group: of questions with the same answers to choose from; entailed: ids."""

    answer: str
    group: str | None
    entailed: tuple[str, ...]


@dataclass(frozen=True)
class GqaFigures:
    """Consistency, validity, plausibility and distribution; each only where the data says what it needs.

    choices: by question, `valid` and `plausible` answers. asked: filled while questions are read.

    consistency: of each right answer, the share right of the questions whose answers follow from it, on average; only
        questions that were asked count. Its own question is none of them.
    validity, plausibility: share of answers that are possible at all, and that are ever seen for such things.
    distribution: chi-square between given and expected answers of each global group, averaged by the groups' sizes;
        lower is better. As in the published script only the expected answers of a group are its categories.
    """

    choices: Mapping[str, Any]
    asked: dict[str, QuestionFacts] = field(default_factory=dict[str, QuestionFacts])

    def __call__(self, rows: Iterable[Graded]) -> Mapping[str, float]:
        """The metrics, 0 to 1 but for the distribution."""
        graded = {row.id: row for row in rows if row.id in self.asked}
        found = {
            "consistency": self._consistency(graded),
            "validity": self._allowed(graded, "valid"),
            "plausibility": self._allowed(graded, "plausible"),
            "distribution": self._distribution(graded),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _consistency(self, graded: Mapping[str, Graded]) -> float | None:
        shares: list[float] = []
        for id, row in graded.items():
            entailed = [graded[other].score for other in self.asked[id].entailed if other in graded and other != id]
            if row.score >= 1 and entailed:
                shares.append(sum(entailed) / len(entailed))
        return sum(shares) / len(shares) if shares else None

    def _allowed(self, graded: Mapping[str, Graded], which: str) -> float | None:
        known = {id: row for id, row in graded.items() if id in self.choices}
        if not known:
            return None
        return sum(_said(row) in _texts(self.choices[id], which) for id, row in known.items()) / len(known)

    def _distribution(self, graded: Mapping[str, Graded]) -> float | None:
        expected, given = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
        for id, row in graded.items():
            if group := self.asked[id].group:
                expected[group][normalize(self.asked[id].answer)] += 1
                given[group][_said(row)] += 1
        total = sum(answers.total() for answers in expected.values())
        if not total:
            return None
        sums = (answers.total() * _chi_square(answers, given[group]) for group, answers in expected.items())
        return sum(sums) / total


def _chi_square(expected: Counter[str], given: Counter[str]) -> float:
    return sum((given[answer] - count) ** 2 / count for answer, count in expected.items())


def _said(row: Graded) -> str:
    """The answer; a text that no question expects where there is none."""
    return normalize(as_text(row.answer) or "") if row.outcome == "ok" else "\0"


def _texts(choices: Any, which: str) -> set[str]:
    found = cast("Mapping[str, Any]", choices).get(which) if isinstance(choices, Mapping) else None
    return {normalize(str(one)) for one in cast("list[Any]", found or ())}
