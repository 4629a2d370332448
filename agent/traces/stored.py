"""Loads a run from its folder, which may be damaged in any way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ...tools.core.errors import InputError
from .damage import MAX_EVENTS, MAX_RECORD, plain, read_file, reading
from .image_store import SUFFIXES
from .run_record import RunRecord
from .trace import READABLE, SCHEMA_VERSION, Event, parse_event

MAX_QUESTION = 100_000
"""Characters of a question that are shown: nobody asked one as long."""


class _Versioned(BaseModel):
    """The only field common to all schema versions."""

    model_config = ConfigDict(extra="ignore")

    schema_version: int


@dataclass(frozen=True)
class StoredRun:
    """A run loaded from its folder."""

    folder: Path
    record: RunRecord
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """The folder's name, which is always a valid file name, unlike the id in an untrusted record."""
        return plain(self.folder.resolve().name)

    def image_path(self, name: str) -> Path:
        """The file of a stored image."""
        stem = self.folder / "images" / Path(name).name
        return next((p for p in map(stem.with_suffix, SUFFIXES) if p.is_file()), stem.with_suffix(SUFFIXES[0]))


def load_run(folder: Path) -> StoredRun:
    """Load the run in a folder. Raises InputError.

    A truncated last line is ignored: a killed run may end in the middle of an event.
    """
    record = read_record(folder)
    log = folder / "events.jsonl"
    with reading(folder):
        try:
            *lines, cut = read_file(log, MAX_EVENTS).split(b"\n")
        except OSError as error:
            problem = f"{log.name} cannot be read ({error.strerror})"
            raise InputError(f"The run {plain(folder)} is not complete: {problem}.") from None
        events = [_read_event(folder, number, line) for number, line in enumerate(lines, start=1)]
    if cut and record.outcome is not None:
        raise InputError(f"The run {plain(folder)} is damaged: {log.name} is truncated.")
    return StoredRun(folder, record, tuple(events))


def holds_run(folder: Path) -> bool:
    """Whether a file of a run exists; False for names that the system does not allow."""
    try:
        return any((folder / part).is_file() for part in ("run.json", "events.jsonl"))
    except (OSError, ValueError):
        return False


def read_record(folder: Path) -> RunRecord:
    """Load `run.json`. Raises InputError."""
    hint = f"This version of looksmith reads schema versions {min(READABLE)} to {SCHEMA_VERSION}."
    name = plain(folder)
    with reading(folder):
        try:
            text = read_file(folder / "run.json", MAX_RECORD)
            written_by = _Versioned.model_validate_json(text).schema_version
            if written_by not in READABLE:
                raise InputError(f"The run {name} was written in schema version {written_by}.", hint=hint)
            record = RunRecord.model_validate_json(text)
            return record.model_copy(update={"question": record.question[:MAX_QUESTION]})
        except OSError as error:
            raise InputError(f"The run {name} is not complete: run.json cannot be read ({error.strerror}).") from None
        except ValidationError as error:
            raise InputError(f"The run {name} cannot be read: run.json: {_first(error)}.", hint=hint) from None


def _read_event(folder: Path, number: int, line: bytes) -> Event:
    try:
        return parse_event(line)
    except ValidationError as error:
        raise InputError(f"The run {plain(folder)} is damaged: events.jsonl, line {number}: {_first(error)}.") from None


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    return ": ".join(filter(None, (".".join(map(str, problem["loc"])), problem["msg"])))
