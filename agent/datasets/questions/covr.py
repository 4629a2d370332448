"""COVR (Bogin et al., EMNLP 2021): `val.jsonl`, with images of Visual Genome and imSitu somewhere below its folder.

Each question is about up to five images, its `scenes`; programs get them as `images`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of, rows_of
from ..scorers import Scoring

_SUFFIXES = (".jpg", ".png", ".jpeg")


class _ByStem:
    """Image files by name without extension, which is the name of a scene."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {path.stem: path for path in self._root.rglob("*") if path.suffix.lower() in _SUFFIXES}

    def at(self, where: str, scene: Any) -> Path:
        """The image of a scene. Raises InputError."""
        name = str(scene).rpartition("/")[2]
        path = self._files.get(name) or self._files.get(Path(name).stem)
        if path is None:
            raise InputError(f"{where}: there is no image of scene {scene} below {self._root}.")
        return path


def covr(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """The questions of a split."""
    path = given.pick(given.splits("*.jsonl", ".jsonl"), "val")
    images = _ByStem(path.parent if given.required().is_file() else given.required())

    def records() -> Iterator[Record]:
        for where, row in rows_of(path):
            match row:
                case {"qid": id, "utterance": str(question), "scenes": [_, *_] as scenes, "answer": answer, **more}:
                    first, *others = (images.at(where, scene) for scene in scenes)
                    kind = str(more.get("pattern_name") or "")
                    yield record_of(
                        where, str(id), first, question, _plain(answer), Scoring("exact"), more=tuple(others), kind=kind
                    )
                case _:
                    raise InputError(f"{where}: qid, utterance, answer or scenes is missing.")

    return DataSet("covr", path.stem, ()), records()


def _plain(answer: Any) -> Any:
    """Truth values and numbers may also be strings."""
    if isinstance(answer, str) and answer.lower() in ("true", "false"):
        return answer.lower() == "true"
    return int(answer) if isinstance(answer, str) and answer.isdigit() else answer
