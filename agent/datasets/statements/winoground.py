"""Winoground (Thrush et al., CVPR 2022): `examples.jsonl` and `images/`, each example two captions and two images.

A program says whether a caption holds for an image, and how sure it is: that is the score s(caption, image), from 1
(surely yes) to 0 (surely no). A failure has no score, and is never the better one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet, Graded
from ..folder import Given
from ..records import Record, record_of, rows_of
from ..scorers import Scoring
from .caption_scores import better, question_about, scores


def winoground(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Four questions an example, `ID-c0-i0` to `ID-c1-i1`."""
    path = given.pick(given.splits("*.jsonl", ".jsonl"), "examples")

    def records() -> Iterator[Record]:
        for where, row in rows_of(path):
            yield from winoground_row(given, where, row)

    return DataSet("winoground", path.stem, (), figures=figures), records()


def winoground_row(given: Given, where: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The four questions of an example."""
    match row:
        case {"id": id, "image_0": one, "image_1": other, "caption_0": str(first), "caption_1": str(second), **more}:
            kind = str(more.get("collapsed_tag") or "")
        case _:
            raise InputError(f"{where}: there is no id, image_0, image_1, caption_0 or caption_1.")
    for image, named in enumerate((one, other)):
        name = f"{named}.png" if isinstance(named, str) and "." not in named else named
        picture = given.pictures.at(where, name, "images")
        for caption, text in enumerate((first, second)):
            key, holds = f"{id}-c{caption}-i{image}", caption == image
            yield record_of(where, key, picture, question_about(text), holds, Scoring("yes_no"), kind=kind)


def figures(rows: Iterable[Graded]) -> Mapping[str, float]:
    """Text, image and group score: the share of examples where the right caption has the better score for each image,
    the right image for each caption, and both (section 3.2 of the paper). Ties are wrong.
    """
    found = scores(rows, 2)
    text: list[bool] = []
    image: list[bool] = []
    for score in found.values():
        text.append(better(score, "c0-i0", "c1-i0") and better(score, "c1-i1", "c0-i1"))
        image.append(better(score, "c0-i0", "c0-i1") and better(score, "c1-i1", "c1-i0"))
    if not found:
        return {}
    group = sum(a and b for a, b in zip(text, image, strict=True))
    return {"text": sum(text) / len(text), "image": sum(image) / len(image), "group": group / len(text)}
