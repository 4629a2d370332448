"""SugarCrepe (Hsieh et al., NeurIPS 2023): `swap_obj.json` and its like, with COCO's images `val2017/`.

Each image has a caption and a hard negative one. As in Winoground a program judges each; the text score, which its
authors report as accuracy, is the share of images whose own caption scores higher. With one image an example there is
no image score and no group score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet, Graded
from ..folder import Given
from ..records import Record, json_object, record_of
from ..scorers import Scoring
from .caption_scores import better, question_about, scores

_KINDS = ("add_att", "add_obj", "replace_att", "replace_obj", "replace_rel", "swap_att", "swap_obj")


def sugarcrepe(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Two questions an image, for one kind of negative (a split) or for all of them."""
    files = {name: path for name, path in given.splits("*.json", ".json").items() if name in _KINDS}
    chosen = {given.split: given.pick(files)} if given.split or len(files) < 2 else files
    if not chosen or not files:
        given.pick(files)

    def records() -> Iterator[Record]:
        for path in chosen.values():
            for key, row in json_object(path).items():
                yield from _records(given, f"{path}, entry {key}", f"{path.stem}-{key}", row, path.stem)

    return DataSet("sugarcrepe", given.split or "all", (), figures=figures), records()


def _records(given: Given, where: str, id: str, row: Any, kind: str) -> Iterator[Record]:
    match row:
        case {"filename": name, "caption": str(caption), "negative_caption": str(negative)}:
            picture = given.pictures.at(where, name, "val2017", "images/val2017", "images")
        case _:
            raise InputError(f"{where}: there is no filename, caption or negative_caption.")
    for part, text in (("right", caption), ("wrong", negative)):
        holds = part == "right"
        yield record_of(where, f"{id}-{part}", picture, question_about(text), holds, Scoring("yes_no"), kind=kind)


def figures(rows: Iterable[Graded]) -> Mapping[str, float]:
    """The text score. Ties are wrong."""
    found = scores(rows, 1)
    return {"text": sum(better(one, "right", "wrong") for one in found.values()) / len(found)} if found else {}
