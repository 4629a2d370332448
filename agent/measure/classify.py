"""Measures the profile's CLASSIFY against the truth: each true box is classified among all measured labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...tools.core.errors import PrerequisiteError, UnknownName
from ...tools.core.values import Box
from ...tools.engine.executor import Serves
from ...tools.media.images import load_image
from ..evaluate.intervals import Interval, clustered
from ..traces.trace import Stored
from .figures import CandidateVerdict, best_threshold
from .image_truth import TruthSet


@dataclass(frozen=True)
class ClassifiedBox:
    """A true box and the label that CLASSIFY gave it. given: "" if it could not tell. score: of that label; None if the
    profile has no scores.
    """

    image: str
    box: Box
    given: str
    score: float | None

    @property
    def right(self) -> bool:
        """Is it the box's own label?"""
        return self.given == self.box.label


class ClassFigures(Stored):
    """A label's figures. boxes: how many have it; given: how many were given it; right: both."""

    label: str
    boxes: int
    given: int
    right: int
    precision: float | None
    recall: float | None


class Doubted(Stored):
    """A box whose label may be wrong, because CLASSIFY is sure of another one. box: left, top, right, bottom."""

    image: str
    label: str
    given: str
    score: float
    box: tuple[float, float, float, float]


class ClassifierFigures(Stored):
    """A classifier against the truth. accuracy: with a 95 % interval that resamples images.

    commonest: the accuracy of always giving the commonest label.
    threshold: the minimum score of a label for the best F1 (`f1`), if the profile has scores.
    untold: boxes that CLASSIFY could not classify; they count as wrong. confusion: true label by given label.
    suspects: confident and different from the truth, most confident first.
    """

    images: int
    boxes: int
    untold: int
    accuracy: float
    accuracy_interval: Interval | None
    commonest: float
    threshold: float | None
    f1: float | None
    labels: list[ClassFigures]
    confusion: list[list[int]]
    suspects: list[Doubted]


def classify(executor: Serves, truths: TruthSet, tell: Callable[[int], None]) -> list[list[ClassifiedBox]]:
    """Classify each box among all labels, image by image. tell: called with the number of finished images.

    Raises PrerequisiteError if CLASSIFY can classify no box; its other errors are raised too.
    """
    found: list[list[ClassifiedBox]] = []
    told = False
    said = ""
    for number, truth in enumerate(truths.truths, start=1):
        image = load_image(truth.image)
        across, down = image.width / truth.size[0], image.height / truth.size[1]
        row: list[ClassifiedBox] = []
        for box in truth.boxes:
            own = Box(box.left * across, box.top * down, box.right * across, box.bottom * down)
            call = executor.call("CLASSIFY", (image, own, list(truths.labels)), {})
            if call.error is not None and not isinstance(call.error, UnknownName):
                raise call.error
            told, said = told or call.error is None, str(call.error or said)
            given = "" if call.error else str(call.value)
            row.append(ClassifiedBox(truth.image.name, box, given, (call.scores or {}).get(given)))
        found.append(row)
        tell(number)
    if not told:
        raise PrerequisiteError(f"The profile's CLASSIFY tells none of these labels from the others: {said}")
    return found


def measure(labels: Sequence[str], by_image: Sequence[Sequence[ClassifiedBox]]) -> ClassifierFigures:
    """All figures. by_image: the results of `classify`, with at least one box."""
    every = [one for found in by_image for one in found]
    own = Counter(one.box.label for one in every)
    pairs = Counter((one.box.label, one.given) for one in every)
    scored = [CandidateVerdict(one.given, one.score, one.right) for one in every if one.score is not None]
    threshold, f1 = best_threshold(scored, len(every)) if scored else (None, None)
    seen = [found for found in by_image if found]
    right = [float(sum(one.right for one in found)) for found in seen]
    return ClassifierFigures(
        images=len(by_image),
        boxes=len(every),
        untold=sum(not one.given for one in every),
        accuracy=sum(right) / len(every),
        accuracy_interval=clustered(right, [len(found) for found in seen]) if len(seen) > 1 else None,
        commonest=max(own.values()) / len(every),
        threshold=threshold,
        f1=f1,
        labels=[_label(label, own[label], pairs) for label in labels],
        confusion=[[pairs[true, given] for given in labels] for true in labels],
        suspects=_suspects(every, threshold),
    )


def _label(label: str, boxes: int, pairs: Counter[tuple[str, str]]) -> ClassFigures:
    given = sum(count for (_, one), count in pairs.items() if one == label)
    right = pairs[label, label]
    precision, recall = (right / count if count else None for count in (given, boxes))
    return ClassFigures(label=label, boxes=boxes, given=given, right=right, precision=precision, recall=recall)


def _suspects(every: Sequence[ClassifiedBox], threshold: float | None) -> list[Doubted]:
    sure = [(one, one.score) for one in every if not one.right and one.score is not None]
    found = [
        Doubted(
            image=one.image,
            label=one.box.label,
            given=one.given,
            score=score,
            box=(one.box.left, one.box.top, one.box.right, one.box.bottom),
        )
        for one, score in sure
        if threshold is not None and score >= threshold
    ]
    return sorted(found, key=lambda one: -one.score)
