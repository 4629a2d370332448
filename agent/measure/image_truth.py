"""The ground truth of images: a COCO file, or scene graphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError, ToolError
from ...tools.core.values import Box
from ...tools.scenes.graph import SceneGraph, load_scene_graphs
from ..datasets.folder import ImageFolder
from ..datasets.records import json_object

_ENDINGS = (".jpg", ".jpeg", ".png")
FEWEST = 5
"""Minimum number of boxes of a measured label, if no labels are named."""

_SHOWN = 10
"""How many of a file's own labels an error message lists."""


@dataclass(frozen=True)
class ImageTruth:
    """An image and what is in it: boxes in its pixels, with labels. crowds: boxes that hold several things.

    size: width and height of the image that the boxes were drawn on.
    """

    image: Path
    size: tuple[int, int]
    boxes: tuple[Box, ...]
    crowds: tuple[Box, ...] = ()


@dataclass(frozen=True)
class TruthSet:
    """Images with their ground truth, and the labels that are measured. Only boxes with one of these are kept."""

    labels: tuple[str, ...]
    truths: tuple[ImageTruth, ...]


def load_truths(path: Path, images: Path | None, labels: Sequence[str] = (), limit: int | None = None) -> TruthSet:
    """Read a COCO file or scene graphs, whichever it is.

    images: the folder with the images, below that of the file by default. labels: which to measure; by default those
        with at least `FEWEST` boxes. limit: only the first images.
    Raises InputError for a damaged file, a missing image, or where no label is left.
    """
    pictures = ImageFolder(images or path.parent)
    found = json_object(path)
    is_coco = "annotations" in found
    read = _coco(path, found, pictures) if is_coco else _scenes(load_scene_graphs(path), labels, pictures)
    truths = tuple(islice(read, limit))
    counted = Counter(box.label for truth in truths for box in truth.boxes)
    chosen = tuple(labels) or tuple(label for label, n in counted.most_common() if n >= FEWEST)
    every = counted + Counter(box.label for truth in truths for box in truth.crowds)
    missing = [label for label in chosen if label not in every]
    if missing or not chosen:
        told = ", ".join(missing) or "any label often enough"
        own = [label for label, _ in every.most_common(_SHOWN)]
        hint = f"Pass labels that it has: --labels {','.join(own)}." if own else "It has no boxes."
        raise InputError(f"{path} does not have {told}.", hint=hint)
    return TruthSet(chosen, tuple(_only(truth, set(chosen)) for truth in truths))


def _only(truth: ImageTruth, labels: Collection[str]) -> ImageTruth:
    boxes, crowds = ([box for box in one if box.label in labels] for one in (truth.boxes, truth.crowds))
    return replace(truth, boxes=tuple(boxes), crowds=tuple(crowds))


def _coco(path: Path, found: Mapping[str, Any], pictures: ImageFolder) -> Iterator[ImageTruth]:
    try:
        names = {one["id"]: str(one["name"]) for one in found["categories"]}
        boxes, crowds = defaultdict[Any, list[Box]](list), defaultdict[Any, list[Box]](list)
        for one in found["annotations"]:
            left, top, width, height = one["bbox"]
            box = Box(left, top, left + max(width, 1), top + max(height, 1), names[one["category_id"]])
            (crowds if one.get("iscrowd") else boxes)[one["image_id"]].append(box)
        listed = found["images"]
        images = [(one["id"], str(one["file_name"]), (int(one["width"]), int(one["height"]))) for one in listed]
    except (KeyError, TypeError, ValueError, ToolError) as error:
        raise InputError(f"{path} is not a COCO file: {type(error).__name__}: {error}.") from None
    for id, name, size in images:
        yield ImageTruth(pictures.at(str(path), name, "images"), size, tuple(boxes[id]), tuple(crowds[id]))


def _scenes(graphs: Mapping[str, SceneGraph], labels: Sequence[str], pictures: ImageFolder) -> Iterator[ImageTruth]:
    """A thing counts under its own name, or under a label that is named and is one of its other words."""
    for name, graph in graphs.items():
        found: tuple[list[Box], list[Box]] = [], []
        for one in graph.objects.values():
            label = next((word for word in one.names if word in labels), one.name)
            found[one.count > 1].append(replace(one.box, label=label))
        yield ImageTruth(_image(pictures, name), (graph.width, graph.height), tuple(found[0]), tuple(found[1]))


def _image(pictures: ImageFolder, name: str) -> Path:
    for ending in _ENDINGS:
        try:
            return pictures.at("scene graphs", f"{name}{ending}", "images", "photos")
        except InputError:
            continue
    raise InputError(f"There is no image {name}.jpg below {pictures.root}.", hint="Pass its folder: --images DIR.")
