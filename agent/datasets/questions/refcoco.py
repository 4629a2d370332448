"""RefCOCO, RefCOCO+ (Yu et al., ECCV 2016) and RefCOCOg (Mao et al., CVPR 2016), in the form of the package `refer`.

`refs(unc).p` (or `google`, `umd`), `instances.json`, and COCO's images of 2014 below the folder. Each expression is a
question that a box answers.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, json_object, record_of
from ..scorers import Scoring


class _Plain(pickle.Unpickler):
    """Reads lists, dictionaries, texts and numbers, and runs no code."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        raise pickle.UnpicklingError(f"it names {module_name}.{global_name}")


def refcoco(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The expressions of a split: val, testA, testB, test or train."""
    folder = given.required()
    found = [folder] if folder.is_file() else sorted(folder.rglob("refs(*).p"))
    if not found:
        raise InputError(f"{folder} has no file refs(...).p.", hint="Pass the folder with it and instances.json.")
    path = next((one for one in found if one.name in ("refs(unc).p", "refs(umd).p")), found[0])
    refs, about = _refs(path), json_object(path.parent / "instances.json")
    boxes = {one["id"]: one["bbox"] for one in about.get("annotations", ())}
    images = {one["id"]: one["file_name"] for one in about.get("images", ())}
    split = given.split or "val"
    if split not in {str(ref.get("split")) for ref in refs}:
        known = " or ".join(sorted({str(ref.get("split")) for ref in refs}))
        raise InputError(f"{path} has no split {split!r}.", hint=f"Choose one: --split {known}.")

    def records() -> Iterator[Record]:
        for ref in refs:
            if ref.get("split") == split:
                yield from _records(given, f"{path}, reference {ref.get('ref_id')}", ref, boxes, images)

    return DataSet(given.name, split, ()), records()


def refcoco_row(given: Given, where: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The expressions in a row of the hub, which has the box and the image."""
    match row:
        case {"question_id": id, "answer": [*said], "bbox": [left, top, width, height], "image": image}:
            picture = given.pictures.at(where, image)
        case _:
            raise InputError(f"{where}: there is no question_id, answer, bbox or image.")
    for number, text in enumerate(said):
        box, question = [left, top, left + width, top + height], f"Find {str(text).strip(' .')}."
        yield record_of(where, f"{id}-{number}", picture, question, box, Scoring("box_iou"))


def _records(
    given: Given, where: str, ref: Mapping[str, Any], boxes: Mapping[Any, Any], images: Mapping[Any, str]
) -> Iterator[Record]:
    try:
        left, top, width, height = boxes[ref["ann_id"]]
        name, sentences = images[ref["image_id"]], ref["sentences"]
        said = [(str(one["sent_id"]), str(one["sent"]).strip(" .")) for one in sentences]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{where} is not one of RefCOCO's: {type(error).__name__}: {error}.") from None
    picture = given.pictures.at(where, name, "train2014", "images/train2014", "images/mscoco/images/train2014")
    box = [left, top, left + width, top + height]
    for id, text in said:
        yield record_of(where, id, picture, f"Find {text}.", box, Scoring("box_iou"))


def _refs(path: Path) -> list[Mapping[str, Any]]:
    try:
        with path.open("rb") as file:
            found = _Plain(file, encoding="latin1").load()  # written by Python 2
    except (OSError, pickle.UnpicklingError, EOFError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    if not isinstance(found, list):
        raise InputError(f"{path}: expected a list of references.")
    return cast("list[Mapping[str, Any]]", found)
