"""Asks a profile's DETECT for every label in every image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ...tools.core.errors import PrerequisiteError, UnknownName
from ...tools.core.values import Box, Image
from ...tools.engine.executor import Serves
from ...tools.media.images import load_image
from .image_truth import ImageTruth, TruthSet


@dataclass(frozen=True)
class ImageDetections:
    """What was found in an image, in the truth's pixels. boxes: from DETECT; rejected: its other candidates."""

    truth: ImageTruth
    boxes: tuple[Box, ...]
    rejected: tuple[Box, ...]

    @property
    def every(self) -> tuple[Box, ...]:
        """All candidates, whatever their scores."""
        return (*self.boxes, *self.rejected)


@dataclass(frozen=True)
class Detected:
    """The images with what was found. unknown: labels that the profile cannot find, with the reason."""

    labels: tuple[str, ...]
    seen: tuple[ImageDetections, ...]
    unknown: dict[str, str]


def detect(executor: Serves, truths: TruthSet, tell: Callable[[int], None]) -> Detected:
    """Look for every label in every image. tell: called with the number of finished images.

    Raises PrerequisiteError if no label can be looked for; other errors of DETECT are raised too, except unknown names.
    """
    unknown: dict[str, str] = {}
    seen: list[ImageDetections] = []
    for number, truth in enumerate(truths.truths, start=1):
        image = load_image(truth.image)
        boxes: list[Box] = []
        rejected: list[Box] = []
        for label in truths.labels:
            if label in unknown:
                continue
            call = executor.call("DETECT", (image, label), {})
            if isinstance(call.error, UnknownName):
                unknown[label] = str(call.error)
                continue
            if call.error is not None:
                raise call.error
            boxes += [_scaled(box, label, image, truth) for box in call.value]
            rejected += [_scaled(box, label, image, truth) for box in call.rejected]
        seen.append(ImageDetections(truth, tuple(boxes), tuple(rejected)))
        tell(number)
    known = tuple(label for label in truths.labels if label not in unknown)
    if not known:
        told = "; ".join(dict.fromkeys(unknown.values()))
        raise PrerequisiteError(f"The profile's DETECT knows none of the labels: {told}")
    return Detected(known, tuple(seen), unknown)


def _scaled(box: Box, label: str, image: Image, truth: ImageTruth) -> Box:
    """The box in the truth's pixels, with the label that was looked for."""
    across, down = truth.size[0] / image.width, truth.size[1] / image.height
    return replace(
        box, left=box.left * across, right=box.right * across, top=box.top * down, bottom=box.bottom * down, label=label
    )
