"""NLVR (Suhr et al., ACL 2017): `dev.json` and `images/dev-IDENTIFIER-0.png`, or images in numbered folders.

All images of a sentence are consecutive. Only the first of an example's six permutations is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given, only
from ..records import Record, record_of, rows_of


def nlvr(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The sentences of a split."""
    path = given.pick(_files(given.required()), "dev")
    return DataSet("nlvr", path.stem, ()), _records(path)


def _records(path: Path) -> Iterator[Record]:
    images = _images(path)
    groups: dict[str, list[Record]] = {}
    for where, row in rows_of(path):
        record = _record(where, row, path.stem, images)
        groups.setdefault(record.group, []).append(record)
    for group in groups.values():
        yield from group


def _files(given: Path) -> dict[str, Path]:
    """The sentence files, by split."""
    if given.is_file():
        return {given.stem: given}
    return {p.stem: p for p in sorted([*given.glob("*/*.json"), *given.glob("*.json")]) if _has_sentences(p)}


def _has_sentences(path: Path) -> bool:
    with path.open("rb") as file:
        return b'"sentence"' in file.read(100_000)


def _images(path: Path) -> dict[tuple[str, str], Path]:
    """The first permutation of each image, by split and identifier."""
    folder = path.parent / "images"
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", hint="The images folder must be next to the sentences.")
    found: dict[tuple[str, str], Path] = {}
    names = sorted((name, place) for place, _, files in os.walk(folder, followlinks=True) for name in files)
    for name, place in names:
        match = re.fullmatch(r"(.+)-(\d+-\d+)-\d+\.png", name)
        if match:
            found.setdefault((match[1], match[2]), Path(place, name))
    return found


def _record(where: str, row: Mapping[str, Any], split: str, images: Mapping[tuple[str, str], Path]) -> Record:
    identifier, sentence, label = (str(row.get(key, "")).strip() for key in ("identifier", "sentence", "label"))
    if label.casefold() not in ("true", "false"):
        raise InputError(f"{where}: the label must be true or false, not {label!r}.")
    # A file such as test_public.json belongs to images named test-..., or to whatever images there are.
    named = (images.get((name, identifier)) for name in (split, split.partition("_")[0]))
    image = next(filter(None, named), None) or only(path for (_, id), path in images.items() if id == identifier)
    if image is None:
        raise InputError(f"{where}: there is no image {split}-{identifier}-0.png below images/.")
    truth, label = row.get("structured_rep"), label.casefold() == "true"
    return record_of(where, identifier, image, sentence, label, truth=truth)
