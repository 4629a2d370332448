"""VQA v2 (Goyal et al., CVPR 2017) and OK-VQA (Marino et al., CVPR 2019), in the form of the VQA challenge.

`*OpenEnded_mscoco_SPLIT_questions.json`, `*mscoco_SPLIT_annotations.json`, and COCO's images, such as
`val2014/COCO_val2014_000000000042.jpg`. The split is such as `val2014`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, json_object, record_of
from ..scorers import Scoring

_QUESTIONS, _ANNOTATIONS = "_questions.json", "_annotations.json"


def vqa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions of a split, each with the answers of ten people."""
    path = given.pick({_split(p): p for p in given.splits(f"*{_QUESTIONS}", "").values()}, "val2014")
    split = _split(path)
    found = json_object(_annotations(path, split))
    answers = {str(row["question_id"]): row for row in found.get("annotations", ())}
    kinds = found.get("question_types")
    read = partial(_record, given, split, answers, kinds if isinstance(kinds, Mapping) else {})
    rows = json_object(path).get("questions", ())
    return DataSet(given.name, split, ()), (read(f"{path}, question {n}", row) for n, row in enumerate(rows, start=1))


def vqa_row(given: Given, where: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The question in a row of the hub, which has its answers and its image."""
    match row:
        case {"question_id": id, "question": str(question), "answers": [*humans], "image": image, **about}:
            said = [human["answer"] for human in humans]
            facets = {"answer type": str(about["answer_type"])} if about.get("answer_type") else {}
            picture = given.pictures.at(where, image)
            yield record_of(where, str(id), picture, question, said, Scoring("vqa"), facets=facets)
        case _:
            raise InputError(f"{where}: there is no question_id, question, answers or image.")


def _record(
    given: Given, split: str, answers: Mapping[str, Any], kinds: Mapping[str, Any], where: str, row: Any
) -> Record:
    match row:
        case {"question_id": id, "image_id": int(image), "question": str(question)}:
            name = f"COCO_{split}_{image:012}.jpg"
            picture = given.pictures.at(where, name, split, f"images/{split}", "images")
        case _:
            raise InputError(f"{where}: there is no question_id, image_id or question.")
    match answers.get(str(id)):
        case {"answers": [*humans], **about}:
            said = [human["answer"] for human in humans]
        case _:
            raise InputError(f"{where}: there are no answers to question {id}.", hint="Its split may have none.")
    facets = {"answer type": about.get("answer_type"), "category": kinds.get(str(about.get("question_type")))}
    given_facets = {name: str(value) for name, value in facets.items() if value}
    return record_of(where, str(id), picture, question, said, Scoring("vqa"), facets=given_facets)


def _split(path: Path) -> str:
    """`val2014` of `v2_OpenEnded_mscoco_val2014_questions.json`."""
    return path.name.removesuffix(_QUESTIONS).rpartition("mscoco_")[2]


def _annotations(path: Path, split: str) -> Path:
    found = next(iter(sorted(path.parent.rglob(f"*mscoco_{split}{_ANNOTATIONS}"))), None)
    if found is None:
        raise InputError(f"There is no *mscoco_{split}{_ANNOTATIONS} beside {path}.", hint="Unpack the answers there.")
    return found
