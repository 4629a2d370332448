"""Saves an answer as a picture, with its boxes drawn, and converts them for supervision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools.core.errors import InputError
from ...tools.core.values import Box, Image
from ..pages.run_pictures import subject_picture
from ..reading.view import RunView
from ..traces.decode import StoredImages
from ..traces.encode import encode
from .drawing import draw, require_supervision
from .steps import Step, masks_in

if TYPE_CHECKING:
    import supervision as sv
    from PIL.Image import Image as Pixels

FORMATS = (".png", ".jpg", ".jpeg", ".webp")


def save_annotated(run: RunView, steps: Sequence[Step], boxes: Sequence[Box], path: Path) -> Path:
    """Write the run's first image with the boxes in it drawn; returns the path.

    Raises InputError for a suffix not in FORMATS or a file that cannot be written, PrerequisiteError without
    supervision.
    """
    require_supervision()
    _check_suffix(path)
    first = _on_first(run, steps, boxes)
    drawn = draw(subject_picture(run.run, [encode(box, _no_image) for box in first]), StoredImages(run.run))
    return _write(drawn, path)


def save_image(image: Image, path: Path) -> Path:
    """Write an image that is the answer, without drawing on it; returns the path. Raises InputError as above."""
    _check_suffix(path)
    return _write(image.pixels, path)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"A picture cannot be saved as {path.name}.", hint=f"End the name in {', '.join(FORMATS)}.")


def _write(picture: Pixels, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None
    return path


def _on_first(run: RunView, steps: Sequence[Step], boxes: Sequence[Box]) -> Sequence[Box]:
    """The boxes without those in other images of the question."""
    record = run.run.record
    elsewhere = {box for step in steps if step.picture and step.picture.source != record.image for box in step.boxes}
    here = {box for step in steps if step.picture and step.picture.source == record.image for box in step.boxes}
    return [box for box in boxes if box in here or box not in elsewhere]


def detections(value: Any, boxes: Sequence[Box]) -> sv.Detections:
    """Boxes as `Detections` of supervision, with masks if each box belongs to a mask of the value."""
    require_supervision()
    import numpy as np
    import supervision as sv

    masks = list(masks_in(value))
    whole = np.stack([mask.array() for mask in masks]) if masks and len(masks) == len(boxes) else None
    return sv.Detections(
        xyxy=np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], dtype=float).reshape(-1, 4),
        confidence=np.array([box.score for box in boxes], dtype=float),
        class_id=np.array(_classes(boxes), dtype=int),
        mask=whole,
        data={"class_name": np.array([box.label for box in boxes], dtype=str)},
    )


def _classes(boxes: Sequence[Box]) -> list[int]:
    """A number for each label, in order of first appearance."""
    labels = list(dict.fromkeys(box.label for box in boxes))
    return [labels.index(box.label) for box in boxes]


def _no_image(_image: Any) -> str:
    raise AssertionError("a box holds no image")
