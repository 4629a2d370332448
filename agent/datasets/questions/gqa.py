"""GQA (Hudson and Manning, CVPR 2019): `SPLIT_questions.json`, and beside or below it the images `IMAGEID.jpg`.

Optional: `SPLIT_choices.json` (valid and plausible answers, from the folder `eval`), and `SPLIT_sceneGraphs.json` for
--oracle. A split `val_balanced` uses the files of `val`, as published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, json_object, record_of
from ..scorers import Scoring
from .gqa_figures import GqaFigures, QuestionFacts

_ENDS = "_questions.json"
_SEMANTIC = {"obj": "object", "attr": "attribute", "cat": "category", "rel": "relation", "global": "global"}
"""Semantic types, in the words of the paper's tables."""


def gqa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions of a split, and what its choices and scene graphs are."""
    path = given.pick(given.splits("*questions.json", _ENDS), "testdev_balanced")
    split, rows = path.name.removesuffix(_ENDS), json_object(path)
    choices = _beside(given, split, "_choices.json")
    figures = GqaFigures(json_object(choices) if choices else {})
    scenes = _beside(given, split, "_sceneGraphs.json")
    return DataSet("gqa", split, (), scenes=scenes, figures=figures), _records(given, path, rows, figures)


def _records(given: Given, path: Path, rows: Mapping[str, Any], figures: GqaFigures) -> Iterator[Record]:
    for id, row in rows.items():
        where = f"{path}, question {id}"
        match row:
            case {"question": str(question), "answer": str(answer), "imageId": str() | int() as image, **more}:
                picture = given.pictures.at(where, f"{image}.jpg", "images")
                facets = _facets(more.get("types") or {})
                groups: Mapping[str, Any] = more.get("groups") or {}
                figures.asked[id] = QuestionFacts(answer, groups.get("global"), tuple(more.get("entailed") or ()))
                scoring = Scoring("exact")
                yield record_of(where, id, picture, question, answer, scoring, facets=facets)
            case _:
                raise InputError(f"{where}: there is no question, answer (a text) or imageId.")


def _facets(types: Mapping[str, Any]) -> dict[str, str]:
    semantic = types.get("semantic")
    found = {"structural": types.get("structural"), "semantic": _SEMANTIC.get(str(semantic), semantic)}
    return {name: str(value) for name, value in found.items() if value}


def _beside(given: Given, split: str, ends: str) -> Path | None:
    """The file of a split that goes with its questions: `val_choices.json` for `val_balanced` too."""
    folder = given.required()
    folder = folder.parent if folder.is_file() else folder
    names = (split, split.removesuffix("_balanced").removesuffix("_all"))
    found = (path for name in names for path in sorted(folder.rglob(f"{name}{ends}")))
    return next(found, None)
