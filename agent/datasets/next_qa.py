"""NExT-QA (Xiao et al., "NExT-QA: Next Phase of Question-Answering to Explaining Temporal Actions", CVPR 2021).

Its multiple-choice part as published: `val.csv` with video, frame_count, width, height, question, answer, qid, type and
a0 to a4, and the videos as `videos/ID.mp4`, in folders below it, or as `map_vid_vidorID.json` names them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ...tools.core.errors import InputError
from .records import Record, record_of

CHOICES = ("a0", "a1", "a2", "a3", "a4")
_COLUMNS = frozenset(("question", "answer", "qid", "type", *CHOICES))
_MAP = "map_vid_vidorID.json"


def csv_files(given: Path) -> dict[str, Path]:
    """The files of questions, by split."""
    if given.is_file():
        return {given.stem: given}
    return {path.stem: path for path in sorted(given.glob("*.csv")) if set(_header(path)) >= _COLUMNS}


def read_next_qa(path: Path) -> tuple[Record, ...]:
    """The questions of a file. The question names its five answers, of which one is right.

    Raises InputError with file and line for a malformed row, or a video that is not there.
    """
    missing = sorted(_COLUMNS - set(_header(path)))
    if missing:
        raise InputError(f"{path} has no column {missing[0]}.", hint="Expected the file of NExT-QA's multiple choice.")
    videos = _videos(path.parent)
    return tuple(_record(where, row, videos, path.stem) for where, row in _rows(path))


def _record(where: str, row: Mapping[str, str], videos: Mapping[str, Path], split: str) -> Record:
    name = row.get("video") or row.get("video_id") or ""
    if name not in videos:
        raise InputError(
            f"{where}: there is no video {name!r}.", hint="Put the videos into a folder `videos` beside it."
        )
    answers = [row[column].strip() for column in CHOICES]
    number = row["answer"].strip()
    if number not in ("0", "1", "2", "3", "4"):
        raise InputError(f"{where}: the answer is 0 to 4, not {number!r:.50}.")
    asked = row["question"].strip().rstrip("?").capitalize()
    question = f"{asked}: {', '.join(answers[:-1])} or {answers[-1]}?"
    made = record_of(where, f"{split}-{name}-{row['qid']}", videos[name], question, answers[int(number)])
    return replace(made, kind=row["type"].strip())


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                if None in row.values() or None in row:
                    raise InputError(f"{path}, line {reader.line_num}: it has another number of columns.")
                yield f"{path}, line {reader.line_num}", row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), list[str]())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None


def _videos(folder: Path) -> dict[str, Path]:
    """The video files, by the identifier that questions have."""
    found = {path.stem: path for path in sorted((folder / "videos").rglob("*.mp4"))}
    mapped = folder / _MAP
    if not mapped.is_file():
        return found
    try:
        names: dict[str, str] = json.loads(mapped.read_text(encoding="utf-8"))
        return found | {name: found[Path(there).stem] for name, there in names.items() if Path(there).stem in found}
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{mapped} is not a table of names: {error}.") from None
