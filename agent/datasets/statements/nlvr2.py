"""NLVR2 (Suhr et al., ACL 2019): `dev.json`, and for each pair `dev-SET-PAIR-img0.png` and `-img1.png` below it.

The images of the training split have no split in their name, as published. Consistency is the share of sentences that
are judged right for all of their pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of, rows_of
from ..scorers import Scoring


def nlvr2(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The sentences of a split, each about a left and a right image: `images[0]` and `images[1]`."""
    path = given.pick(given.splits("*.json", ".json"), "dev")

    def records() -> Iterator[Record]:
        for where, row in rows_of(path):
            match row:
                case {"identifier": str(id), "sentence": str(sentence), "label": label}:
                    pair = id.rpartition("-")[0]
                    left, right = (_image(given, where, pair, side) for side in (0, 1))
                    answer = str(label).casefold() == "true"
                    yield record_of(where, id, left, sentence, answer, Scoring("yes_no"), more=(right,))
                case _:
                    raise InputError(f"{where}: there is no identifier, sentence or label.")

    return DataSet("nlvr2", path.stem, ()), records()


def _image(given: Given, where: str, pair: str, side: int) -> Path:
    return given.pictures.at(where, f"{pair}-img{side}.png", "images", pair.partition("-")[0])
