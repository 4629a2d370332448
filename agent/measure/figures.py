"""Precision, recall, AP, the confusion matrix and the best threshold of a detector, and labels that look wrong.

AP and the confusion matrix are those of the package `supervision` (COCO's definition of AP).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...tools.core.packages import require
from ...tools.core.values import Box
from ...tools.media.geometry import AREA, OVERLAP
from ..evaluate.intervals import Interval, clustered
from ..traces.trace import Stored
from .detections import Detected, ImageDetections
from .image_truth import ImageTruth

IOU = 0.5
"""Intersection over union from which a box counts as found."""
_SURE_ALIKE, _LOOSE = 0.7, 0.2


class LabelFigures(Stored):
    """A label's figures at the profile's own thresholds. ap: at IoU 0.5, over all scores."""

    label: str
    boxes: int
    found: int
    wrong: int
    precision: float | None
    recall: float
    ap: float | None
    threshold: float | None
    f1: float | None


class Suspect(Stored):
    """A label that may be wrong. kind: a detection without a box, another label, or a box without any detection.

    box: left, top, right, bottom; score: of the detector.
    """

    image: str
    kind: Literal["missing", "other label", "unseen"]
    label: str
    seen: str
    score: float
    box: tuple[float, float, float, float]


class DetectorFigures(Stored):
    """A detector against the truth, over all labels and by label.

    precision, recall, with 95 % intervals that resample images: at the profile's own thresholds, IoU 0.5.
    map50, map50_95: mean AP over the labels. threshold: the score from which candidates should be accepted for the best
        F1 (`f1`) on these images. confusion: true label by found label; the last row and column are "nothing".
    suspects: what to check, most confident first.
    """

    images: int
    boxes: int
    precision: float | None
    precision_interval: Interval | None
    recall: float | None
    recall_interval: Interval | None
    map50: float
    map50_95: float
    threshold: float | None
    f1: float | None
    labels: list[LabelFigures]
    confusion: list[list[int]]
    unknown: dict[str, str]
    suspects: list[Suspect]


@dataclass(frozen=True)
class CandidateVerdict:
    """A candidate: its label and score, whether it is on a thing, and whether the profile gives it."""

    label: str
    score: float
    right: bool
    given: bool = True


def measure(found: Detected) -> DetectorFigures:
    """All figures. Raises PrerequisiteError without `supervision`."""
    require("export", "supervision")
    by_image = [list(_judged(seen)) for seen in found.seen]
    verdicts = [one for verdicts in by_image for one in verdicts]
    truths = [sum(box.label in found.labels for box in seen.truth.boxes) for seen in found.seen]
    given = [[one.right for one in verdicts if one.given] for verdicts in by_image]
    right = [float(sum(rights)) for rights in given]
    sizes, total = [len(rights) for rights in given], sum(truths)
    ap, map50, map50_95 = _average_precisions(found)
    threshold, f1 = best_threshold(verdicts, total)
    return DetectorFigures(
        images=len(found.seen),
        boxes=total,
        precision=sum(right) / sum(sizes) if sum(sizes) else None,
        precision_interval=_interval(right, sizes),
        recall=sum(right) / total if total else None,
        recall_interval=_interval(right, truths),
        map50=map50,
        map50_95=map50_95,
        threshold=threshold,
        f1=f1,
        labels=[_label(label, found, verdicts, ap) for label in found.labels],
        confusion=_confusion(found),
        unknown=found.unknown,
        suspects=sorted(_suspects(found), key=lambda one: -one.score),
    )


def _interval(sums: Sequence[float], sizes: Sequence[int]) -> Interval | None:
    """The interval over the images that have something to count."""
    pairs = [(part, size) for part, size in zip(sums, sizes, strict=True) if size]
    return clustered([part for part, _ in pairs], [size for _, size in pairs]) if len(pairs) > 1 else None


def best_threshold(verdicts: Iterable[CandidateVerdict], total: int) -> tuple[float | None, float | None]:
    """The score that candidates should reach for the best F1, and that F1; of equal ones the highest score."""
    threshold: float | None = None
    most: float | None = None
    right = taken = 0
    ranked = sorted(verdicts, key=lambda one: -one.score)
    for place, one in enumerate(ranked):
        taken, right = taken + 1, right + one.right
        if place + 1 < len(ranked) and ranked[place + 1].score == one.score:
            continue  # a threshold takes all candidates of a score
        f1 = 2 * right / (taken + total)
        if most is None or f1 > most:
            threshold, most = one.score, f1
    return threshold, most


def _label(label: str, found: Detected, verdicts: Sequence[CandidateVerdict], ap: Mapping[str, float]) -> LabelFigures:
    own = [one for one in verdicts if one.label == label]
    boxes = sum(box.label == label for seen in found.seen for box in seen.truth.boxes)
    right, wrong = (sum(one.given and one.right is is_right for one in own) for is_right in (True, False))
    threshold, f1 = best_threshold(own, boxes)
    return LabelFigures(
        label=label,
        boxes=boxes,
        found=right,
        wrong=wrong,
        precision=right / (right + wrong) if right + wrong else None,
        recall=right / boxes if boxes else 0.0,
        ap=ap.get(label),
        threshold=threshold,
        f1=f1,
    )


def _judged(seen: ImageDetections) -> Iterator[CandidateVerdict]:
    """Each candidate, best first, matched to the things of its label; those within a crowd are not judged."""
    left = list(seen.truth.boxes)
    given = {id(box) for box in seen.boxes}
    for box in sorted(seen.every, key=lambda box: -box.score):
        fitting = [thing for thing in left if thing.label == box.label and OVERLAP(box, thing) >= IOU]
        if fitting:
            left.remove(max(fitting, key=lambda thing: OVERLAP(box, thing)))
            yield CandidateVerdict(box.label, box.score, True, id(box) in given)
        elif not _in_crowd(box, seen.truth):
            yield CandidateVerdict(box.label, box.score, False, id(box) in given)


def _in_crowd(box: Box, truth: ImageTruth) -> bool:
    shared = (box.intersection(crowd) for crowd in truth.crowds if crowd.label == box.label)
    return any(part is not None and AREA(part) > AREA(box) / 2 for part in shared)


def _suspects(found: Detected) -> Iterator[Suspect]:
    """Where a confident detection and the truth disagree, and things without any detection."""
    for seen in found.seen:
        image, truth = seen.truth.image.name, seen.truth
        for box in seen.boxes:
            if _in_crowd(box, truth):
                continue
            near = max(truth.boxes, key=lambda thing: OVERLAP(box, thing), default=None)
            overlap = 0.0 if near is None else OVERLAP(box, near)
            if near is None or overlap < _LOOSE:
                yield _suspect(image, "missing", "", box.label, box, box.score)
            elif overlap >= _SURE_ALIKE and near.label != box.label and not _has(truth, box):
                yield _suspect(image, "other label", near.label, box.label, near, box.score)
        for thing in truth.boxes:
            if thing.label in found.labels and all(OVERLAP(box, thing) < _LOOSE for box in seen.every):
                yield _suspect(image, "unseen", thing.label, "", thing, 0.0)


def _has(truth: ImageTruth, box: Box) -> bool:
    return any(thing.label == box.label and OVERLAP(box, thing) >= IOU for thing in truth.boxes)


def _suspect(image: str, kind: Any, label: str, seen: str, box: Box, score: float) -> Suspect:
    sides = (box.left, box.top, box.right, box.bottom)
    return Suspect(image=image, kind=kind, label=label, seen=seen, score=score, box=sides)


def _average_precisions(found: Detected) -> tuple[dict[str, float], float, float]:
    """AP of each label at IoU 0.5, and the means at 0.5 and over 0.5 to 0.95."""
    from supervision.metrics import MeanAveragePrecision

    metric = MeanAveragePrecision()
    for seen in found.seen:
        judged = [box for box in seen.every if not _in_crowd(box, seen.truth)]
        metric.update([_detections(judged, found)], [_detections(seen.truth.boxes, found)])
    result = metric.compute()
    rows = zip(result.matched_classes, result.ap_per_class, strict=True)
    own = {found.labels[int(place)]: float(row[0]) for place, row in rows}
    return own, float(result.map50), float(result.map50_95)


def _confusion(found: Detected) -> list[list[int]]:
    from supervision import ConfusionMatrix

    pairs = [(seen.boxes, [box for box in seen.truth.boxes if box.label in found.labels]) for seen in found.seen]
    matrix = ConfusionMatrix.from_detections(
        predictions=[_detections(boxes, found) for boxes, _ in pairs],
        targets=[_detections(things, found) for _, things in pairs],
        classes=list(found.labels),
        conf_threshold=0.0,
        iou_threshold=IOU,
    )
    return [[int(count) for count in row] for row in matrix.matrix]


def _detections(boxes: Iterable[Box], found: Detected) -> Any:
    import numpy as np
    from supervision import Detections

    kept = [box for box in boxes if box.label in found.labels]
    if not kept:
        return Detections.empty()
    return Detections(
        xyxy=np.array([(box.left, box.top, box.right, box.bottom) for box in kept], dtype=float),
        confidence=np.array([box.score for box in kept], dtype=float),
        class_id=np.array([found.labels.index(box.label) for box in kept]),
    )
