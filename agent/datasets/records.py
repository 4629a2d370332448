"""Records: questions with known answers, and how to read them from files."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ...programs.prompt import MAX_QUESTION
from ...tools.core.errors import InputError
from ...tools.media.video import is_video
from ...tools.pictures.door import is_address, name_of_address, page_of
from ..traces.trace import in_utf8
from .scorers import Scoring, usual_scorer


@dataclass(frozen=True)
class Record:
    """A question about an image.

    answer: what is expected, as `scoring` reads it; scoring: None when nothing is.
    kind: what kind of question it is, in the data set's own word; "" where it has none.
    more: the further images of a question about several.
    facets: what else the report is grouped by, such as GQA's structural and semantic type: by facet its value.
    address: what the image is read from where that is no file of its own: an http or https address, a data URL, or a
        page (`report.pdf#2`); "" for the file.
    truth: what is known about the image besides, for an oracle; None when nothing is.
    """

    id: str
    image: Path
    question: str
    answer: Any = None
    scoring: Scoring | None = None
    truth: Any = None
    kind: str = ""
    address: str = ""
    more: tuple[Path, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def given(self) -> Path | str:
        """The first image, as the door for pictures takes it."""
        return self.address or self.image

    @property
    def pictures(self) -> tuple[Path | str, ...]:
        """All images, as the door for pictures takes them."""
        return (self.given, *self.more)

    @property
    def shown(self) -> str:
        """The names of the image files: what questions about the same images share."""
        return " ".join(path.name for path in (self.image, *self.more))

    @property
    def is_about_video(self) -> bool:
        """Is it about a video?"""
        return not self.address and is_video(self.image)

    @property
    def group(self) -> str:
        """A key that is equal for records with the same question; consistency means being right on all of them."""
        return " ".join(self.question.split())


def record_of(
    where: str, id: str, image: Path, question: str, answer: Any, scoring: Scoring | None = None, **more: Any
) -> Record:
    """Make a valid record. more: the other fields of a record. Raises InputError."""
    # Lone surrogates cannot be encoded, so they could neither be sent nor stored.
    id, question, answer = in_utf8([id, question.strip(), answer])
    if not 0 < len(question) <= MAX_QUESTION:
        raise InputError(f"{where}: the question must have 1 to {MAX_QUESTION:,} characters, not {len(question):,}.")
    scoring = scoring or Scoring(usual_scorer(answer))
    try:
        scoring.require(answer)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return Record(id, image, question, answer, scoring, **more)


def image_at(where: str, path: Path) -> Path:
    """The image file. Raises InputError if it does not exist."""
    if not path.is_file():
        raise InputError(f"{where}: there is no image {path}.")
    return path


def picture_at(where: str, folder: Path, text: str) -> tuple[Path, str]:
    """The image file that a row names, relative to its folder; or a name for it, and its address.

    Raises InputError where there is no such file.
    """
    if is_address(text):
        return Path(name_of_address(text)), text
    path, page = page_of(str(folder / text))
    image_at(where, path)
    return path, f"{path}#{page}" if page else ""


def rows_of(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a JSONL file, or of a file with one JSON list, each with its location."""
    if starts_list(path):
        for number, row in enumerate(json_list(path), start=1):
            where = f"{path}, line {number}"
            yield where, object_of(where, row)
        return
    for number, _, line in lines_of(path):
        where = f"{path}, line {number}"
        yield where, object_in(where, line)


def lines_of(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """The non-empty lines of a file, with line number (from 1) and byte offset."""
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
    """Whether it is one JSON list rather than JSONL."""
    first = next(lines_of(path), None)
    return first is not None and first[2].removeprefix(BOM_UTF8).lstrip().startswith(b"[")


def object_in(where: str, line: bytes) -> Mapping[str, Any]:
    """Parse the object on a line. Raises InputError."""
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{where} cannot be read as text: it is not in UTF-8.") from None
    return object_of(where, _parsed(where, text))


def object_of(where: str, row: Any) -> Mapping[str, Any]:
    """A value that has to be a JSON object. Raises InputError."""
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected a JSON object, not {row!r:.100}.")
    return cast("dict[str, Any]", row)


def json_list(path: Path) -> list[Any]:
    """Parse a file that holds one JSON list. Raises InputError."""
    found = _json_file(path)
    if not isinstance(found, list):
        raise InputError(f"{path}: expected a list.")
    return cast("list[Any]", found)


def json_object(path: Path) -> Mapping[str, Any]:
    """Parse a file that holds one JSON object. Raises InputError."""
    return object_of(str(path), _json_file(path))


def _json_file(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read as text: it is not in UTF-8.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    return _parsed(str(path), text)


def _parsed(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: invalid JSON: {error}.") from None
