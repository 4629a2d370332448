"""Questions from a user's JSONL file, read lazily because the file may be large."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

from ...tools.core.errors import InputError
from .data_set import SCENES, DataSet
from .folder import Given
from .records import Record, lines_of, object_in, picture_at, record_of, rows_of, starts_list
from .scorers import Scoring, scorer_named, usual_scorer


class Lines(Sequence[Record]):
    """The questions of a JSONL file, read one by one; only their offsets are kept in memory.

    offsets: the byte offset of each line. Errors in a line are raised when it is read.
    """

    def __init__(self, path: Path, offsets: array[int], numbers: range) -> None:
        self._path = path
        self._offsets = offsets
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Lines: ...
    def __getitem__(self, index: int | slice) -> Record | Lines:
        if isinstance(index, slice):
            return Lines(self._path, self._offsets, self._numbers[index])
        number = self._numbers[index]
        where = f"{self._path}, question {number + 1}"
        with self._path.open("rb") as file:
            file.seek(self._offsets[number])
            row = object_in(where, file.readline())
        return _read(where, row, number + 1, self._path)


def jsonl(given: Given) -> tuple[DataSet, Sequence[Record]]:
    """A JSONL file of your own: each line is an object with `image`, `question` and `answer`.

    image: a path, relative to the file, a page (`report.pdf#2`), an http or https address, or a data URL.
    `answers` instead of `answer`: several that are right. Four or more of which some are the same are those of
    different people, for VQA accuracy.
    Optional: `id`, `scorer` (exact, yes_no, number, vqa, box_iou), `margin`, `kind`. A file `scene_graphs.json` beside
    it says what is in the images (tools/scenes/graph.py).
    """
    folder = given.required()
    files = {p.stem: p for p in folder.glob("*.jsonl")} if folder.is_dir() else {folder.stem: folder}
    path = given.pick(files)
    scenes = path.with_name(SCENES)
    return DataSet("jsonl", path.stem, (), scenes=scenes if scenes.is_file() else None), own_questions(path)


def own_questions(path: Path) -> Sequence[Record]:
    """Open a file and check all of its questions once. Raises InputError."""
    if starts_list(path):
        return tuple(_read(where, row, number, path) for number, (where, row) in enumerate(rows_of(path), start=1))
    offsets = array("Q")
    for number, start, line in lines_of(path):
        where = f"{path}, line {number}"
        _read(where, object_in(where, line), len(offsets) + 1, path)
        offsets.append(start)
    return Lines(path, offsets, range(len(offsets)))


def _read(where: str, row: Mapping[str, Any], number: int, path: Path) -> Record:
    for key in ("image", "question"):
        if not isinstance(row.get(key), str):
            raise InputError(f"{where}: there is no {key!r}.", hint="Each line needs image, question and answer.")
    answer = row.get("answer", row.get("answers"))
    if answer is None:
        raise InputError(f"{where}: there is no 'answer'.", hint="Each line needs image, question and answer.")
    name, margin = row.get("scorer"), row.get("margin")
    if margin is not None and not isinstance(margin, int | float):
        raise InputError(f"{where}: the margin must be a number, not {margin!r:.100}.")
    try:
        scoring = Scoring(scorer_named(str(name)) if name is not None else usual_scorer(answer), margin)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    image, address = picture_at(where, path.parent, row["image"])
    record = record_of(where, str(row.get("id", number)), image, row["question"], answer, scoring)
    record = replace(record, address=address)
    kind = row.get("kind")
    return replace(record, kind=kind) if isinstance(kind, str) else record
