"""Reads runs from their folders into rows of the index."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ...reading.said import record_text
from ...reading.view import view
from ...traces.damage import below, plain, reading
from ...traces.run_record import RunRecord
from ...traces.runs import StoredRun
from ...traces.stored import load_run
from ...traces.tidy import size_on_disk
from ...traces.trace import Step, in_utf8
from ...traces.verdicts import FILE as VERDICTS
from ...traces.verdicts import Verdict, read_verdicts


@dataclass(frozen=True)
class ListedRun:
    """A run in the list. id: unique, the folder's name if possible; name: the folder's name.

    folder: as bytes, since not every name is valid text. outcome: may be `unreadable`, with the reason in `answer`.
    collection: the evaluation it belongs to, or ""; kind: of its question there. tools: seconds by tool.
    score: 0 to 1, None if there is no expected answer. size: bytes on disk.
    verdict: of a person: `right`, `wrong`, `wrong label`, or ""; note: theirs.
    changed, judged: tokens that change when its files, or its verdicts do.
    """

    id: str
    folder: bytes
    name: str
    collection: str
    question: str
    program: str
    answer: str
    outcome: str
    model: str
    tools: dict[str, float]
    seconds: float
    score: float | None
    expected: str
    kind: str
    image: str
    changed: str
    parent: str
    size: int
    verdict: str
    note: str
    judged: str

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(os.fsdecode(self.folder))


@dataclass(frozen=True)
class RunLocation:
    """The location of a run. within: a folder that distinguishes copies; problem: why it cannot be a run."""

    folder: Path
    collection: str
    within: str
    problem: str = ""


def places(root: Path, collection: str, within: str) -> Iterator[RunLocation]:
    """The folders in a folder of runs; a problem if it cannot be listed."""
    try:
        yield from (RunLocation(folder, collection, within) for folder in below(root))
    except InputError as error:
        yield RunLocation(root, collection, within, str(error))


def is_stale(known: tuple[str, str, str] | None, place: RunLocation) -> bool:
    """Whether a run must be read again: one that has not ended may change, and any may be judged.

    known: its `changed`, `outcome` and `judged` in the index, None if it is new.
    """
    if known is None:
        return True
    changed, outcome, judged = known
    return judged != _judged(place) or (outcome in ("interrupted", "unreadable") and changed != _changed(place))


def row(place: RunLocation) -> dict[str, Any]:
    """A row of the index, without its id; for an unreadable run, with the reason."""
    changed, judged, name = _changed(place), _judged(place), plain(place.folder.name)
    lies = {"folder": os.fsencode(place.folder), "name": name, "collection": place.collection, "within": place.within}
    try:
        if place.problem:
            raise InputError(place.problem)
        with reading(place.folder):
            told = _told(load_run(place.folder))
    except InputError as error:
        told = {**_NOTHING, "outcome": "unreadable", "answer": str(error)}
    told |= {"size": size_on_disk(place.folder), **(_verdict(place.folder) if judged else {})}
    texts = {key: in_utf8(value) for key, value in {**_NOTHING, **told, **lies}.items()}
    return {**texts, "score": None, "expected": "", "kind": "", "changed": changed, "judged": judged}


def _stamp(path: Path) -> str:
    """Changes whenever the file is rewritten, regardless of the clock; "" if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _changed(place: RunLocation) -> str:
    return "/".join([place.problem, *(_stamp(place.folder / name) for name in ("run.json", "events.jsonl"))])


def _judged(place: RunLocation) -> str:
    return _stamp(place.folder / VERDICTS)


_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("question", "program", "answer", "outcome", "model", "image", "parent", "verdict", "note"), ""),
    **{"tools": "{}", "seconds": 0.0},
}


def _told(run: StoredRun) -> dict[str, Any]:
    """The fields from a run's record."""
    shown, record = view(run), run.record
    spent: dict[str, float] = {}
    for event in run.events:
        if isinstance(event, Step):
            spent[event.tool] = spent.get(event.tool, 0.0) + event.seconds
    return {
        "question": record.question,
        "program": "\n".join(line.code for line in shown.lines),
        "answer": _said(record),
        "outcome": shown.outcome,
        "model": record.model,
        "tools": json.dumps(spent),
        "seconds": record.timing.total,
        "image": record.image,
        "parent": record.parent,
    }


def _said(record: RunRecord) -> str:
    return record_text(record) if record.outcome == "ok" else record.message


def _verdict(folder: Path) -> dict[str, str]:
    """The verdict that counts; nothing if the file cannot be read, as the run's page tells."""
    try:
        latest = read_verdicts(folder).latest
    except InputError:
        return {}
    return {"verdict": verdict_word(latest), "note": latest.note} if latest else {}


def verdict_word(verdict: Verdict) -> str:
    """The verdict in a word: `wrong label` if the data set's answer is wrong, "" if it is undecided."""
    if verdict.label_is_wrong:
        return "wrong label"
    return "" if verdict.right is None else "right" if verdict.right else "wrong"
