"""A data set as it is evaluated: its questions, what is known about its images, and the metrics of its authors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ...tools.core.errors import InputError
from ...tools.pictures.door import LOCAL
from ...tools.scenes.graph import SceneGraph, load_scene_graphs
from .records import Record

SCENES = "scene_graphs.json"
DOMAINS = "looksmith.domains"
"""Entry points: by data set, the module with tools for it."""


class Graded(Protocol):
    """An answered question, as a row of `results.jsonl`. answer: as JSON; outcome: "ok" if there is an answer."""

    id: str
    answer: Any
    confidence: float | None
    outcome: Any
    score: float


Figures = Callable[[Iterable[Graded]], Mapping[str, float]]
"""The metrics of a data set's authors besides accuracy, by name, from the answers to its questions."""
ReadScenes = Callable[[Path], Mapping[str, SceneGraph]]


def no_figures(rows: Iterable[Graded]) -> Mapping[str, float]:
    """For data sets whose metric is accuracy alone."""
    return {}


@dataclass(frozen=True)
class DataSet:
    """A data set. A limit takes the first records; the records of a large file may be read again on each iteration.

    scenes: the file that says what is in its images, if any; read_scenes: reads it, by image file without extension.
    figures: its authors' metrics besides accuracy.
    """

    name: str
    split: str
    records: Sequence[Record]
    scenes: Path | None = None
    read_scenes: ReadScenes = load_scene_graphs
    figures: Figures = no_figures

    def domain_tools(self) -> tuple[Path, ...]:
        """The installed plug-in with tools for this data set, if any (entry point group `looksmith.domains`)."""
        for point in entry_points(group=DOMAINS, name=self.name):
            spec = find_spec(point.module)
            if spec is not None and spec.origin is not None:
                return (Path(spec.origin),)
        return ()

    def scene_graphs(self) -> dict[str, SceneGraph]:
        """The scene graph of each image, by `Image.source`. Raises InputError if there are none.

        A scene graph's key is the name of the image file without extension.
        """
        if self.scenes is None:
            hint = f"Put a file {SCENES} next to the questions, or pass --scene-graphs FILE."
            raise InputError(f"{self.name} has no scene graphs for an oracle.", hint=hint)
        graphs = self.read_scenes(self.scenes)
        paths = ((path, one) for record in self.records for path, one in _named(record))
        images = dict(paths)
        for image, stem in images.items():
            if stem not in graphs:
                raise InputError(f"{self.scenes} has no scene graph {stem!r} for {image}.")
        return {LOCAL.read(image)[0].source: graphs[stem] for image, stem in images.items()}

    def truths(self) -> dict[str, Any]:
        """The ground truth of each image, by `Image.source`. Raises InputError if there is none."""
        if any(record.truth is None for record in self.records):
            raise InputError(f"{self.name} has no ground truth about its images for an oracle.")
        return {LOCAL.read(record.given)[0].source: record.truth for record in self.records}


def _named(record: Record) -> Iterable[tuple[Path | str, str]]:
    """Each image of a record, with the key of its scene graph."""
    yield record.given, record.image.stem
    yield from ((path, path.stem) for path in record.more)
