"""Questions with known answers, as they are read from the files of data sets."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...programs.prompt import MAX_QUESTION
from ...tools.core.errors import InputError
from ..traces.trace import in_utf8
from .scorers import Scoring, usual_scorer


@dataclass(frozen=True)
class Record:
    """A question about an image.

    answer: what is expected, as `scoring` reads it; scoring: None when nothing is.
    kind: what kind of question it is, in the data set's own word; "" where it has none.
    truth: what is known about the image besides, for an oracle; None when nothing is.
    """

    id: str
    image: Path
    question: str
    answer: Any = None
    scoring: Scoring | None = None
    truth: Any = None
    kind: str = ""

    @property
    def group(self) -> str:
        """Records that ask the same: consistency is being right on all of them."""
        return " ".join(self.question.split())


def record_of(
    where: str, id: str, image: Path, question: str, answer: Any, scoring: Scoring | None = None, truth: Any = None
) -> Record:
    """A record that can be asked and scored. Raises InputError."""
    # Half of a pair of surrogates is no text: it could neither be sent nor stored.
    id, question, answer = in_utf8([id, question.strip(), answer])
    if not 0 < len(question) <= MAX_QUESTION:
        raise InputError(f"{where}: the question has {len(question):,} characters; 1 to {MAX_QUESTION:,} can be asked.")
    scoring = scoring or Scoring(usual_scorer(answer))
    try:
        scoring.require(answer)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return Record(id, image, question, answer, scoring, truth)


def image_at(where: str, path: Path) -> Path:
    """The image file. Raises InputError where there is none."""
    if not path.is_file():
        raise InputError(f"{where}: there is no image {path}.")
    return path


def rows_of(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a file that has one on each line, or that is a JSON list, with where each stands."""
    if starts_list(path):
        for number, row in enumerate(json_list(path), start=1):
            where = f"{path}, line {number}"
            yield where, _object(where, row)
        return
    for number, _, line in lines_of(path):
        where = f"{path}, line {number}"
        yield where, object_in(where, line)


def lines_of(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """The lines of a file with something on them, one by one: number, from 1, and the byte at which each begins."""
    start = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, start, line
                start += len(line)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def starts_list(path: Path) -> bool:
    """Is it one JSON list, and not an object on each line?"""
    first = next(lines_of(path), None)
    return first is not None and first[2].removeprefix(BOM_UTF8).lstrip().startswith(b"[")


def object_in(where: str, line: bytes) -> Mapping[str, Any]:
    """The object on a line. Raises InputError."""
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{where} cannot be read as text: {error}.") from None
    return _object(where, _parsed(where, text))


def _object(where: str, row: Any) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise InputError(f"{where}: an object in braces is expected, not {row!r:.100}.")
    return cast("dict[str, Any]", row)


def json_list(path: Path) -> list[Any]:
    """The items of a file that is a JSON list. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}.") from None
    found = _parsed(str(path), text)
    if not isinstance(found, list):
        raise InputError(f"{path}: a list is expected.")
    return cast("list[Any]", found)


def _parsed(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: this is not JSON: {error}.") from None
