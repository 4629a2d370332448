"""A-OKVQA (Schwenk et al., ECCV 2022): `aokvqa_v1p0_SPLIT.json`, with COCO's images `train2017/`, `val2017/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, json_list, object_of, record_of
from ..scorers import Scoring
from .given_choices import offered

_STARTS = "aokvqa_v1p0_"


def a_okvqa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Direct answers, without the questions marked as too difficult for them, as the paper says."""
    return _read(given, direct=True)


def a_okvqa_choice(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The same questions with four choices each."""
    return _read(given, direct=False)


def _read(given: Given, *, direct: bool) -> tuple[DataSet, Iterator[Record]]:
    files = given.splits("*.json", ".json")
    path = given.pick({name.removeprefix(_STARTS): file for name, file in files.items()}, "val")
    split = path.stem.removeprefix(_STARTS)

    def records() -> Iterator[Record]:
        for number, found in enumerate(json_list(path), start=1):
            where = f"{path}, question {number}"
            row = object_of(where, found)
            if not direct or not row.get("difficult_direct_answer"):
                yield _record(given, where, row, split, direct=direct)

    return DataSet(given.name, split, ()), records()


def _record(given: Given, where: str, row: Mapping[str, Any], split: str, *, direct: bool) -> Record:
    match row:
        case {"question_id": str(id), "image_id": int(image), "question": str(question)}:
            picture = given.pictures.at(where, f"{image:012}.jpg", f"{split}2017", f"coco/{split}2017", "images")
        case _:
            raise InputError(f"{where}: there is no question_id, image_id or question.")
    match row:
        case {"direct_answers": [*answers]} if direct:
            return record_of(where, id, picture, question, answers, Scoring("three_agree"))
        case {"choices": [*choices], "correct_choice_idx": int(right)} if not direct and 0 <= right < len(choices):
            expected = {"choices": choices, "answer": choices[right]}
            return record_of(where, id, picture, offered(question, choices), expected, Scoring("choice"))
        case _:
            raise InputError(f"{where}: there is no answer.", hint="The test split has none; use val.")
