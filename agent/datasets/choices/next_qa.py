"""NExT-QA (Xiao et al., "NExT-QA: Next Phase of Question-Answering to Explaining Temporal Actions", CVPR 2021).

Its multiple-choice part as published: `val.csv` with video, frame_count, width, height, question, answer, qid, type and
a0 to a4, and the videos as `ID.mp4` anywhere below the folder, or as `map_vid_vidorID.json` names them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ....tools.core.errors import InputError
from ..data_set import DataSet
from ..folder import Given
from ..records import Record, record_of
from ..scorers import Scoring
from .given_choices import offered

CHOICES = ("a0", "a1", "a2", "a3", "a4")
_COLUMNS = frozenset(("question", "answer", "qid", "type", *CHOICES))
_MAP = "map_vid_vidorID.json"


def next_qa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """Questions about videos, each with five answers of which one is right."""
    path = given.pick(given.splits("*.csv", ".csv"), "val")

    def records() -> Iterator[Record]:
        videos = _videos(given.pictures.root)
        for where, row in _rows(path):
            yield _record(where, row, videos, path.stem)

    return DataSet("next-qa", path.stem, ()), records()


def _record(where: str, row: Mapping[str, str], videos: Mapping[str, Path], split: str) -> Record:
    name = row.get("video") or row.get("video_id") or ""
    if name not in videos:
        raise InputError(f"{where}: there is no video {name!r}.", hint="Put the videos beside the questions.")
    answers, number = [row[column].strip() for column in CHOICES], row["answer"].strip()
    if number not in ("0", "1", "2", "3", "4"):
        raise InputError(f"{where}: the answer is 0 to 4, not {number!r:.50}.")
    question = offered(row["question"].strip().capitalize(), answers)
    expected, id = {"choices": answers, "answer": answers[int(number)]}, f"{split}-{name}-{row['qid']}"
    return record_of(where, id, videos[name], question, expected, Scoring("choice"), kind=row["type"].strip())


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = sorted(_COLUMNS - set(reader.fieldnames or ()))
            if missing:
                raise InputError(
                    f"{path} has no column {missing[0]}.", hint="Expected the file of NExT-QA's multiple choice."
                )
            for row in reader:
                if None in row.values() or None in row:
                    raise InputError(f"{path}, line {reader.line_num}: it has another number of columns.")
                yield f"{path}, line {reader.line_num}", row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None


def _videos(folder: Path) -> dict[str, Path]:
    """The video files, by the identifier that questions have."""
    found = {path.stem: path for path in sorted(folder.rglob("*.mp4"))}
    mapped = folder / _MAP
    if not mapped.is_file():
        return found
    try:
        names: dict[str, str] = json.loads(mapped.read_text(encoding="utf-8"))
        return found | {name: found[Path(there).stem] for name, there in names.items() if Path(there).stem in found}
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{mapped} is not a table of names: {error}.") from None
