"""V* (Wu and Xie, CVPR 2024): `test_questions.jsonl`, and its images in `direct_attributes/`, `relative_position/`."""

from __future__ import annotations

from collections.abc import Iterator

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of, rows_of
from ..scorers import Scoring
from .given_choices import lettered, offered, options_of


def vstar(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Questions about small things in large photos."""
    path = given.pick(given.splits("*_questions.jsonl", "_questions.jsonl"), "test")

    def records() -> Iterator[Record]:
        for number, (where, row) in enumerate(rows_of(path), start=1):
            match row:
                case {"image": image, "text": str(text), "label": label, **more}:
                    question, choices = options_of(text)
                    right = lettered(label, choices)
                    if right is None or len(choices) < 2:
                        raise InputError(f"{where}: the label {label!r:.20} is none of the options.")
                    kind, id = str(more.get("category") or ""), str(more.get("question_id", number))
                    expected, picture = {"choices": choices, "answer": right}, given.pictures.at(where, image)
                    asked = offered(question, choices)
                    yield record_of(where, id, picture, asked, expected, Scoring("choice"), kind=kind)
                case _:
                    raise InputError(f"{where}: there is no image, text or label.")

    return DataSet("vstar", path.name.removesuffix("_questions.jsonl"), ()), records()
