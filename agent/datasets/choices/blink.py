"""BLINK (Fu et al., ECCV 2024): a folder for each task with its Parquet files, `Counting/val-00000-of-00001.parquet`.

Up to four images a question; `Relative_Depth` and others mark points in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of
from ..scorers import Scoring
from ..tables import rows_in
from .given_choices import lettered, offered

_MOST = 4


def blink(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions of a split, of all tasks that are there."""
    split = given.split or "val"
    folder = given.required()
    files = [folder] if folder.is_file() else sorted(folder.rglob(f"{split}*.parquet"))
    if not files:
        raise InputError(f"{folder} has no file {split}*.parquet.", hint="Choose another one: --split val or test.")

    def records() -> Iterator[Record]:
        for path in files:
            for where, row in rows_in(path):
                yield from blink_row(given, where, row)

    return DataSet("blink", split, ()), records()


def blink_row(given: Given, where: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The question of a row."""
    match row:
        case {"idx": str(id), "question": str(question), "choices": [_, _, *_] as choices, "answer": label, **more}:
            right = lettered(label, choices)
        case _:
            raise InputError(f"{where}: there is no idx, question, choices or answer.")
    if right is None:
        raise InputError(f"{where}: the answer {label!r:.20} is hidden.", hint="Only --split val has answers.")
    images = [more[key] for key in (f"image_{n}" for n in range(1, _MOST + 1)) if more.get(key)]
    if not images:
        raise InputError(f"{where}: there is no image_1.")
    first, *others = (given.pictures.at(where, image) for image in images)
    kind = str(more.get("sub_task") or "")
    expected, asked = {"choices": list(choices), "answer": right}, offered(question, choices)
    yield record_of(where, id, first, asked, expected, Scoring("choice"), more=tuple(others), kind=kind)
