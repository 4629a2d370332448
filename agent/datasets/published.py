"""Reads data sets in their published formats."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from ...tools.pictures.door import LOCAL
from ...tools.scenes.graph import SceneGraph, load_scene_graphs
from .next_qa import csv_files, read_next_qa
from .own_file import own_questions
from .records import Record, image_at, json_list, record_of, rows_of

SCENES = "scene_graphs.json"
_SOURCES = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class DataSet:
    """A data set. A limit takes the first records; the records of a large file may be read anew on each iteration.

    domain: path of the plug-in with its tools, relative to a source checkout; "" for the built-in tools.
    scenes: the file with scene graphs of its images, if any.
    """

    name: str
    split: str
    records: Sequence[Record]
    domain: str = ""
    scenes: Path | None = None

    def domain_tools(self) -> tuple[Path, ...]:
        """The plug-in with the data set's tools. Raises InputError without a source checkout."""
        path = _SOURCES / self.domain
        if self.domain and not path.is_file():
            hint = "Pass a file with tools for it: --tools FILE."
            raise InputError(f"The tools for {self.name} are only in the source checkout ({self.domain}).", hint=hint)
        return (path,) if self.domain else ()

    def scene_graphs(self) -> dict[str, SceneGraph]:
        """The scene graph of each image, by `Image.source`. Raises InputError if there are none.

        A scene graph's key is the name of the image file without extension.
        """
        if self.scenes is None:
            hint = f"Put a file {SCENES} next to the questions, or pass --scene-graphs FILE."
            raise InputError(f"{self.name} has no scene graphs for an oracle.", hint=hint)
        graphs = load_scene_graphs(self.scenes)
        images = {record.given: record.image.stem for record in self.records}
        for image, stem in images.items():
            if stem not in graphs:
                raise InputError(f"{self.scenes} has no scene graph {stem!r} for {image}.")
        return {LOCAL.read(image)[0].source: graphs[stem] for image, stem in images.items()}

    def truths(self) -> dict[str, Any]:
        """The ground truth of each image, by `Image.source`. Raises InputError if there is none."""
        if any(record.truth is None for record in self.records):
            raise InputError(f"{self.name} has no ground truth about its images for an oracle.")
        return {LOCAL.read(record.given)[0].source: record.truth for record in self.records}


def load_data(name: str, data: Path | None, split: str = "") -> DataSet:
    """Load a data set by name: nlvr, easy-vqa, next-qa or jsonl. data: its folder or file.

    Raises InputError, with file and line, for missing or malformed data.
    """
    if data is not None and not data.exists():
        raise InputError(f"There is no folder or file {data}.", hint="Check the path in --data.")
    found = LOADERS[name](data, split)
    if not found.records:
        raise InputError(f"{data or name} has no questions.")
    _require_unique(found.records)
    return found


def nlvr(data: Path | None, split: str = "") -> DataSet:
    """NLVR (Suhr et al., ACL 2017): `dev.json` and `images/dev-IDENTIFIER-0.png`, or images in numbered folders.

    All images of a sentence are consecutive. Only the first of an example's six permutations is used.
    """
    path = _pick(_nlvr_files(_required(data, "nlvr")), split, "dev", data)
    images = _nlvr_images(path)
    groups: dict[str, list[Record]] = {}
    for where, row in rows_of(path):
        record = _nlvr_record(where, row, path.stem, images)
        groups.setdefault(record.group, []).append(record)
    records = tuple(record for group in groups.values() for record in group)
    return DataSet("nlvr", path.stem, records, "tests/domains/nlvr.py")


def easy_vqa(data: Path | None, split: str = "") -> DataSet:
    """easy-VQA: `SPLIT/questions.json` and `SPLIT/images/NUMBER.png`, by default the test split.

    data: that folder, or None for the one in the installed package `easy-vqa`.
    """
    root = (data or _easy_vqa_package()).resolve()
    roots = [root, root / "data", root / "easy_vqa" / "data"]
    files = {p.parent.name: p for r in roots for p in (*r.glob("*/questions.json"), *r.glob("questions.json"))}
    path = _pick(files, split, "test", root)
    folder, records = path.parent, list[Record]()
    for number, row in enumerate(json_list(path)):
        where = f"{path}, question {number}"
        match row:
            case [str(question), answer, int() | str() as image]:
                picture = image_at(where, folder / "images" / f"{image}.png")
                records.append(record_of(where, f"{folder.name}-{number}", picture, question, answer))
            case _:
                raise InputError(f"{where}: expected [question, answer, image number], not {row!r:.100}.")
    return DataSet("easy-vqa", folder.name, tuple(records), "tests/domains/easy_vqa.py")


def jsonl(data: Path | None, split: str = "") -> DataSet:
    """A JSONL file of your own: each line is an object with `image`, `question` and `answer`.

    image: a path, relative to the file, a page (`report.pdf#2`), an http or https address, or a data URL.
    `answers` instead of `answer`: several that are right; four or more are those of different people, for VQA accuracy.
    Optional: `id`, `scorer` (exact, yes_no, number, vqa, box_iou), `margin`, `kind`. A file `scene_graphs.json` beside
    it says what is in the images (tools/scenes/graph.py).
    """
    given = _required(data, "jsonl")
    files = {p.stem: p for p in given.glob("*.jsonl")} if given.is_dir() else {given.stem: given}
    path = _pick(files, split, "", given)
    scenes = path.with_name(SCENES)
    return DataSet("jsonl", path.stem, own_questions(path), scenes=scenes if scenes.is_file() else None)


def next_qa(data: Path | None, split: str = "") -> DataSet:
    """NExT-QA's multiple choice (Xiao et al., CVPR 2021): `SPLIT.csv` and `videos/`, by default the split `val`."""
    given = _required(data, "next-qa")
    path = _pick(csv_files(given), split, "val", given)
    return DataSet("next-qa", path.stem, read_next_qa(path))


LOADERS: Mapping[str, Callable[[Path | None, str], DataSet]] = {
    "nlvr": nlvr,
    "easy-vqa": easy_vqa,
    "jsonl": jsonl,
    "next-qa": next_qa,
}


def _nlvr_files(given: Path) -> dict[str, Path]:
    """The sentence files, by split."""
    if given.is_file():
        return {given.stem: given}
    return {p.stem: p for p in sorted([*given.glob("*/*.json"), *given.glob("*.json")]) if _is_nlvr(p)}


def _is_nlvr(path: Path) -> bool:
    with path.open("rb") as file:
        return b'"sentence"' in file.read(100_000)


def _nlvr_images(path: Path) -> dict[tuple[str, str], Path]:
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


def _nlvr_record(where: str, row: Mapping[str, Any], split: str, images: Mapping[tuple[str, str], Path]) -> Record:
    identifier, sentence, label = (str(row.get(key, "")).strip() for key in ("identifier", "sentence", "label"))
    if label.casefold() not in ("true", "false"):
        raise InputError(f"{where}: the label must be true or false, not {label!r}.")
    # A file such as test_public.json belongs to images named test-..., or to whatever images there are.
    named = (images.get((name, identifier)) for name in (split, split.partition("_")[0]))
    image = next(filter(None, named), None) or _only(path for (_, id), path in images.items() if id == identifier)
    if image is None:
        raise InputError(f"{where}: there is no image {split}-{identifier}-0.png below images/.")
    truth, label = row.get("structured_rep"), label.casefold() == "true"
    return record_of(where, identifier, image, sentence, label, truth=truth)


def _only(found: Iterable[Path]) -> Path | None:
    """The only item; None if there are several."""
    several = list(found)
    return several[0] if len(several) == 1 else None


def _easy_vqa_package() -> Path:
    spec = find_spec("easy_vqa")
    if spec is None or spec.origin is None:
        hint = "Install it (`pip install easy-vqa`), or pass its data folder: --data DIR."
        raise InputError("The package easy-vqa is not installed.", hint=hint)
    return Path(spec.origin).parent / "data"


def _required(data: Path | None, name: str) -> Path:
    if data is None:
        raise InputError(f"{name} needs its data folder.", hint="Pass it with --data DIR.")
    return data


def _pick(files: Mapping[str, Path], split: str, usual: str, data: Path | None) -> Path:
    """The file of a split: the requested one, the only one, or the default one. Raises InputError."""
    if split and split in files:
        return files[split]
    if not split and len(files) == 1:
        return next(iter(files.values()))
    if not split and usual in files:
        return files[usual]
    if not files:
        raise InputError(f"{data} has no files of this data set.", hint="`looksmith eval -h` describes the formats.")
    asked = f"no split {split!r}" if split else "several splits"
    raise InputError(f"{data} has {asked}.", hint=f"Choose one: --split {' or '.join(sorted(files))}.")


def _require_unique(records: Iterable[Record]) -> None:
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise InputError(f"Two questions have the id {record.id!r}.", hint="Ids must be unique.")
        seen.add(record.id)
