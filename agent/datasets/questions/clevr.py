"""CLEVR (Johnson et al., CVPR 2017): `CLEVR_SPLIT_questions.json`, `images/SPLIT/`; `scenes/` for --oracle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, json_object, record_of
from ..scorers import Scoring
from .clevr_scenes import clevr_scenes

_ENDS = "_questions.json"
_KINDS = (
    ("query_", "query attribute"),
    ("equal_integer", "compare numbers"),
    ("greater_than", "compare numbers"),
    ("less_than", "compare numbers"),
    ("equal_", "compare attribute"),
    ("count", "count"),
    ("exist", "exist"),
)
"""The kinds of the paper's tables, by the last function of a question's program."""


def clevr(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions of a split, with its scenes as scene graphs."""
    files = given.splits(f"CLEVR_*{_ENDS}", _ENDS)
    path = given.pick({name.removeprefix("CLEVR_"): file for name, file in files.items()}, "val")
    split = path.name.removesuffix(_ENDS).removeprefix("CLEVR_")
    folder = path.parent if given.required().is_file() else given.required()
    scenes = next(iter(sorted(folder.rglob(f"CLEVR_{split}_scenes.json"))), None)

    def records() -> Iterator[Record]:
        for number, row in enumerate(json_object(path).get("questions", ()), start=1):
            where = f"{path}, question {number}"
            match row:
                case {"image_filename": str(image), "question": str(question), "answer": answer, **more}:
                    picture = given.pictures.at(where, image, f"images/{split}", split)
                    kind, id = _kind(more.get("program") or ()), str(more.get("question_index", number))
                    yield record_of(where, id, picture, question, _plain(answer), Scoring("exact"), kind=kind)
                case _:
                    raise InputError(f"{where}: there is no image_filename, question or answer.")

    return DataSet("clevr", split, (), scenes=scenes, read_scenes=clevr_scenes), records()


def _plain(answer: Any) -> Any:
    """Numbers come as texts too."""
    return int(answer) if isinstance(answer, str) and answer.isdigit() else answer


def _kind(program: Sequence[Any]) -> str:
    last: Mapping[str, Any] = program[-1] if program else {}
    name = str(last.get("function") or last.get("type") or "")
    return next((kind for start, kind in _KINDS if name.startswith(start)), "")
