"""Questions with the answers that people gave, as a file that `looksmith eval` reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError
from ..export.files import written
from .queue import QueuedRun
from .right_answer import RIGHT, RightAnswer, truth_of


def write_judged(path: Path, items: Iterable[QueuedRun]) -> tuple[int, list[str]]:
    """Write a line for each run that somebody judged, and copy the images to a folder beside the file.

    Returns the number of lines, and why runs were left out. Raises InputError if the file cannot be written.
    """
    lines: list[str] = []
    left_out: list[str] = []
    folder = path.with_name(f"{path.stem}_images")
    with written(path):
        for item in items:
            if item.verdict is None:
                continue
            try:
                lines.append(json.dumps(_line(item, folder), ensure_ascii=False))
            except InputError as error:
                left_out.append(f"{item.run.name} is left out: {error}")
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines), left_out


def _line(item: QueuedRun, folder: Path) -> dict[str, Any]:
    record, row = item.run.record, item.row
    if len(record.pictures) > 1:
        raise InputError("It is about several images.")
    truth = _truth(item)
    if truth is None:
        raise InputError("No right answer is known.")
    kind = {"kind": row.kind} if row and row.kind else {}
    margin = {"margin": truth.scoring.margin} if truth.scoring.margin is not None else {}
    told = {"question": record.question, "answer": truth.answer, "scorer": truth.scoring.name, **margin, **kind}
    return {"id": row.id if row else record.id, "image": f"{folder.name}/{_copied(item, folder)}", **told}


def _truth(item: QueuedRun) -> RightAnswer | None:
    """The right answer according to the person; the data set's answer if they confirmed or did not correct it."""
    verdict, row = item.verdict, item.row
    if verdict is not None and verdict.right and verdict.answer is None and row and row.score >= RIGHT:
        verdict = verdict.model_copy(update={"right": None})
    return truth_of(item.run, verdict, row)


def _copied(item: QueuedRun, folder: Path) -> str:
    """The name of the copy of the run's image, which keeps the stem of the user's file if no other image has it."""
    source = item.run.image_path(item.run.record.image)
    stem = Path(item.run.record.image_name.replace("\\", "/")).stem or "image"
    folder.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    for name in (f"{stem}{source.suffix}", f"{stem}-{sha256(content).hexdigest()[:12]}{source.suffix}"):
        copy = folder / name
        if not copy.exists():
            shutil.copyfile(source, copy)
        if copy.read_bytes() == content:
            return name
    raise InputError(f"{folder / stem} is another image.")
