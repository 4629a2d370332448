"""How well captions fit images, from answers to the question whether they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..data_set import Graded
from ..scorers import as_bool


def question_about(caption: str) -> str:
    """The question whether a caption holds: a statement that may be true or not."""
    text = " ".join(caption.split()).rstrip(" .")
    return f'Does the picture show this: "{text}"?'


def scores(rows: Iterable[Graded], parts: int) -> Mapping[str, Mapping[str, float]]:
    """By example the score of each caption and image, by the last parts of the question's id.

    A yes scores how sure it is, a no one minus that; an answer without a confidence is sure. Failures have none.
    """
    found = defaultdict[str, dict[str, float]](dict)
    for row in rows:
        example, *last = row.id.rsplit("-", parts)
        held = as_bool(row.answer) if row.outcome == "ok" else None
        sure = 1.0 if row.confidence is None else row.confidence
        scored = found[example]
        if held is not None:
            scored["-".join(last)] = sure if held else 1 - sure
    return found


def better(score: Mapping[str, float], one: str, other: str) -> bool:
    """Whether one has a score, and a higher one than the other."""
    return one in score and score[one] > score.get(other, -1.0)
