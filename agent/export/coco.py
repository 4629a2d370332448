"""Exports the detections of runs as a COCO data set: `annotations.json`, and the stored images in `images/`.

Includes the boxes and masks that steps of the final program returned or based their results on, without duplicates per
image. COCO cannot represent points. Masks are stored as run-length encodings, which are lossless and keep holes and
separate parts. Annotations have the additional fields `score`, `run` and `step`; images have `name`, the user's file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...tools.core.values import Mask
from ..answers.drawing import mask_of, require_supervision
from ..pages.marks import Mark, Part, Picture
from ..reading.view import RunView
from .files import make_folder, written
from .marked import cards
from .pick import Picked, Tell

if TYPE_CHECKING:
    import supervision as sv

NO_LABEL = "object"
"""The category of detections without a label."""


@dataclass(frozen=True)
class Detection:
    """A box or mask that a step found. part: as JSON, in pixels of the stored image; step: its number, from 1."""

    part: Part
    run: str
    step: int

    @property
    def label(self) -> str:
        """The category."""
        return self.part["label"] or NO_LABEL

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        if self.part["type"] == "box":
            return self.part["left"], self.part["top"], self.part["right"], self.part["bottom"]
        box = mask_of(self.part).box
        return box.left, box.top, box.right, box.bottom

    @property
    def segmentation(self) -> Any:
        """COCO's run-length encoding; empty for a box."""
        if self.part["type"] == "box":
            return []
        return {"counts": list(self.part["counts"]), "size": [self.part["height"], self.part["width"]]}

    @property
    def area(self) -> float:
        """Square pixels."""
        left, top, right, bottom = self.sides
        return (right - left) * (bottom - top) if self.part["type"] == "box" else float(self.part["area"])


@dataclass
class _Gathered:
    """Images by name, each with its file, display name, and detections."""

    files: dict[str, Path] = field(default_factory=dict[str, Path])
    names: dict[str, str] = field(default_factory=dict[str, str])
    found: dict[str, dict[str, Detection]] = field(default_factory=dict[str, "dict[str, Detection]"])

    def add(self, run: RunView, found: list[tuple[Picture, Mark, int]]) -> None:
        """Add the detections of a run."""
        for pictured in run.run.record.pictures:
            self._picture(run, pictured.image)
            self.names.setdefault(pictured.image, pictured.name)
        for picture, mark, step in found:
            self._picture(run, picture.photo.name)
            part = _placed(mark.part, picture)
            if part is not None:
                self.found[picture.photo.name].setdefault(mark.key, Detection(part, run.run.name, step))

    def _picture(self, run: RunView, name: str) -> None:
        self.files.setdefault(name, run.run.image_path(name))
        self.found.setdefault(name, {})


def coco_folder(picked: Picked, path: Path, tell: Tell) -> tuple[Path, int, int]:
    """Write the data set into a new folder; returns the annotation file, and the numbers of images and annotations.

    Raises PrerequisiteError if supervision is not installed, InputError if the folder is not empty or not writable.
    """
    require_supervision()
    make_folder(path)
    gathered = _Gathered()
    for run, found in picked.each(_found, tell):
        gathered.add(run, found)
    labels = sorted({one.label for found in gathered.found.values() for one in found.values()})
    annotations = path / "annotations.json"
    with written(path):
        dataset = _dataset(gathered, labels)
        dataset.as_coco(images_directory_path=str(path / "images"), annotations_path=str(annotations))
        _tell_more(annotations, gathered)
    return annotations, len(gathered.files), sum(map(len, gathered.found.values()))


def _found(run: RunView) -> list[tuple[Picture, Mark, int]]:
    """Each box and mask that a step found, with its image and the step's number."""
    return [
        (picture, mark, card.number)
        for card in cards(run)
        for picture in card.pictures
        for mark in picture.marks
        if mark.role == "found" and mark.kind in ("box", "mask")
    ]


def _placed(part: Part, picture: Picture) -> Part | None:
    """Convert a part to pixels of the stored image, which may be a crop of its original; None if outside of it."""
    left, top, photo = picture.photo_left, picture.photo_top, picture.photo
    if part["type"] == "box":
        moved = {"left": left, "right": left, "top": top, "bottom": top}
        return {**part, **{side: part[side] - offset for side, offset in moved.items()}}
    if not part["area"]:
        return None
    if (part["width"], part["height"]) == (photo.width, photo.height):
        return part
    x, y = int(left), int(top)
    cut = Mask.from_array(mask_of(part).array()[y : y + photo.height, x : x + photo.width])
    if not cut.area or (cut.width, cut.height) != (photo.width, photo.height):
        return None
    return {**part, "width": cut.width, "height": cut.height, "area": cut.area, "counts": list(cut.counts)}


def _dataset(gathered: _Gathered, labels: list[str]) -> sv.DetectionDataset:
    import supervision as sv

    files = {name: str(file) for name, file in gathered.files.items()}
    annotations = {file: _detections(list(gathered.found[name].values()), labels) for name, file in files.items()}
    return sv.DetectionDataset(classes=labels, images=list(files.values()), annotations=annotations)


def _detections(found: list[Detection], labels: list[str]) -> sv.Detections:
    import numpy as np
    import supervision as sv
    from supervision.config import AREA_DATA_FIELD, COCO_RAW_SEGMENTATION, ISCROWD_DATA_FIELD

    if not found:
        return sv.Detections(xyxy=np.empty((0, 4)), class_id=np.empty(0, dtype=int))
    segmentations = np.empty(len(found), dtype=object)
    for number, one in enumerate(found):
        segmentations[number] = one.segmentation
    return sv.Detections(
        xyxy=np.array([one.sides for one in found], dtype=np.float64),
        confidence=np.array([one.part["score"] for one in found]),
        class_id=np.array([labels.index(one.label) for one in found]),
        data={
            COCO_RAW_SEGMENTATION: segmentations,
            AREA_DATA_FIELD: np.array([one.area for one in found]),
            ISCROWD_DATA_FIELD: np.zeros(len(found), dtype=int),
        },
    )


def _tell_more(path: Path, gathered: _Gathered) -> None:
    """Add our own fields; relies on supervision keeping the order of images and of their annotations."""
    written_down: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    written_down["licenses"] = []  # supervision claims CC BY 4.0 for all images, which are the user's
    images: list[dict[str, Any]] = written_down["images"]
    more: list[Mapping[str, Any]] = [
        {"score": one.part["score"], "run": one.run, "step": one.step}
        for found in gathered.found.values()
        for one in found.values()
    ]
    for image, name in zip(images, gathered.files, strict=True):
        image["name"] = gathered.names.get(name, name)
        del image["license"]
    for annotation, told in zip(written_down["annotations"], more, strict=True):
        annotation.update(told)
    path.write_text(json.dumps(written_down, ensure_ascii=False), encoding="utf-8")
