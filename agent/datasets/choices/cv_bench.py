"""CV-Bench (Tong et al., NeurIPS 2024): `test_2d.jsonl` and `test_3d.jsonl` with `img/`, or their Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of
from ..scorers import Scoring
from ..tables import rows_in, tables
from .given_choices import lettered, offered


def cv_bench(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Counting and relations (2D), depth order and distance (3D): by task, and by source as the authors weigh them."""
    files = tables(given, "test*")
    chosen = {given.split: given.pick(files)} if given.split or len(files) < 2 else files
    if not chosen:
        given.pick(files)

    def records() -> Iterator[Record]:
        for path in chosen.values():
            for where, row in rows_in(path):
                yield from cv_bench_row(given, where, row)

    return DataSet("cv-bench", given.split or "test", ()), records()


def cv_bench_row(given: Given, where: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The question of a row."""
    match row:
        case {"idx": id, "question": str(question), "choices": [_, _, *_] as choices, "answer": label, **more}:
            right = lettered(label, choices)
            image = more.get("image") or more.get("filename")
        case _:
            raise InputError(f"{where}: there is no idx, question, choices or answer.")
    if right is None or not image:
        raise InputError(f"{where}: the answer {label!r:.20} is none of the choices, or there is no image.")
    facets = {name: str(more[name]) for name in ("type", "task", "source") if more.get(name)}
    key, expected = f"{more.get('type', '')}{id}", {"choices": choices, "answer": right}
    picture, asked = given.pictures.at(where, image, "img"), offered(question, choices)
    yield record_of(where, key, picture, asked, expected, Scoring("choice"), facets=facets)
