"""easy-VQA (Zhou, 2019): `SPLIT/questions.json` and `SPLIT/images/NUMBER.png`, by default the test split."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, image_at, json_list, record_of


def easy_vqa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions in that folder, or where none is named in the installed package `easy-vqa`."""
    root = (given.folder or _package()).resolve()
    roots = [root, root / "data", root / "easy_vqa" / "data"]
    files = {p.parent.name: p for r in roots for p in (*r.glob("*/questions.json"), *r.glob("questions.json"))}
    path = given.pick(files, "test")
    folder = path.parent

    def records() -> Iterator[Record]:
        for number, row in enumerate(json_list(path)):
            where = f"{path}, question {number}"
            match row:
                case [str(question), answer, int() | str() as image]:
                    picture = image_at(where, folder / "images" / f"{image}.png")
                    yield record_of(where, f"{folder.name}-{number}", picture, question, answer)
                case _:
                    raise InputError(f"{where}: expected [question, answer, image number], not {row!r:.100}.")

    return DataSet("easy-vqa", folder.name, ()), records()


def _package() -> Path:
    spec = find_spec("easy_vqa")
    if spec is None or spec.origin is None:
        hint = "Install it (`pip install easy-vqa`), or pass its data folder: --data DIR."
        raise InputError("The package easy-vqa is not installed.", hint=hint)
    return Path(spec.origin).parent / "data"
