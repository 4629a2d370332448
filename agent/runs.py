"""Where runs live: a folder for each, written while it happens, so that a run that is killed keeps what it had.

A folder such as `20261123-234512-a1b2c3` holds

    run.json        the question, what can change an answer, and how it ended (outcome null: it never ended)
    events.jsonl    the trace, a line for each event, flushed as it happens
    images/         every picture once, by the SHA-256 of its pixels
"""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ..programs.program import Program
from ..programs.question import expected_answer
from ..tools.errors import InputError, PrerequisiteError
from ..tools.values import Image
from .encode import encode_all
from .record import ORIGINAL, Lineage, RunRecord, Timing, origin, pictured, versions
from .subject import Subject
from .trace import READABLE, SCHEMA_VERSION, Attempt, End, Event, Step, Vote, parse_event

_SUFFIXES = (".webp", ".png")
_PICTURES = 4096
"""Pictures whose files are remembered for the next runs."""
_WEBP_SIDE = 16_383
"""Pixels: the format has no larger side."""
E_ = TypeVar("E_", bound=Event)


class _Versioned(BaseModel):
    """The one field that every schema has."""

    model_config = ConfigDict(extra="ignore")

    schema_version: int


Doing = Callable[[str], None]
"""Is told what a run is doing now, in a few words."""


def tell_nobody(_doing: str) -> None:
    """Nobody watches."""


class Recorder:
    """Writes one run while it happens. doing: is told what comes next, before it is done and written down."""

    def __init__(self, folder: Path, record: RunRecord, pictures: Pictures, doing: Doing = tell_nobody) -> None:
        self.folder = folder
        self.record = record
        self.doing = doing
        self._pictures = pictures
        self._start = perf_counter()
        self._kept: set[str] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._writing: list[Future[None]] = []
        self._count = 0
        self._spent = {"llm": 0.0, "load": 0.0, "tools": 0.0}
        self._log: TextIOWrapper = (folder / "events.jsonl").open("w", encoding="utf-8")
        self._write_record()

    def add(self, event: E_) -> E_:
        """Append an event to the trace, with its id and time. It is on disk when this returns."""
        stamped = event.model_copy(update={"id": self._count, "at": round(perf_counter() - self._start, 6)})
        self._count += 1
        with _told(self.folder):
            self._log.write(stamped.model_dump_json() + "\n")
            self._log.flush()
        if isinstance(event, Attempt | Vote):
            self._spent["llm"] += event.seconds
        elif isinstance(event, Step):
            # Of what was computed ahead, only the time that the program waited is the run's.
            loading = min(event.load_seconds, event.waited) if event.ahead else event.load_seconds
            self._spent["load"] += loading
            self._spent["tools"] += event.waited - loading if event.ahead else event.seconds
        return stamped

    def keep(self, image: Image) -> str:
        """Store an image's pixels once; the name under which they are found. A part of the original is not copied.

        Pictures are written beside the run's work, since coding a large one takes longer than all else here.
        """
        if image.source in self._kept:
            return image.source
        whole = image if (image.width, image.height) == image.original else Image.of(image.pixels)
        if whole.source not in self._kept:
            stem = self.folder / "images" / whole.source
            if not self._pictures.link(whole.source, stem):
                self._writing.append(self._writer.submit(self._pictures.write, whole, stem))
            self._kept.add(whole.source)
        return whole.source

    def finish(self, end: End, model: str) -> RunRecord:
        """Write the last event and the final record."""
        self.add(end)
        self._log.close()
        self._writer.shutdown()
        for writing in self._writing:
            with _told(self.folder):
                writing.result()
        total = perf_counter() - self._start
        timing = Timing(total=total, own=max(total - sum(self._spent.values()), 0.0), **self._spent)
        told = ("outcome", "answer", "message", "assumptions", "confidence", "fragile")
        ended = {**{name: getattr(end, name) for name in told}, "model": model, "timing": timing}
        self.record = self.record.model_copy(update=ended)
        self._write_record()
        return self.record

    def tell_inputs(self, values: Mapping[str, Any]) -> None:
        """Write down further inputs of the program."""
        if values:
            self.record = self.record.model_copy(update={"inputs": encode_all(values, self.keep)})
            self._write_record()

    def _write_record(self) -> None:
        staged = self.folder / "run.json.part"
        with _told(self.folder):
            staged.write_text(self.record.model_dump_json(indent=1), encoding="utf-8")
            os.replace(staged, self.folder / "run.json")


class Pictures:
    """Writes pictures, of which several runs may have the same: that is one file with several names, where it can be.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._files: OrderedDict[str, Future[Path]] = OrderedDict()
        self._lock = Lock()

    def link(self, source: str, stem: Path) -> bool:
        """Give a picture that was written before a further name. Can that be done?"""
        with self._lock:
            known = self._files.get(source)
        return known is not None and known.done() and _link(known, stem)

    def write(self, image: Image, stem: Path) -> None:
        """Write a picture without loss; it appears whole or not at all. One that is being written is waited for."""
        mine: Future[Path] = Future()
        with self._lock:
            known = self._files.setdefault(image.source, mine)
        if known is not mine and _link(known, stem):
            return
        try:
            mine.set_result(_write_picture(image, stem))
        except BaseException as error:
            mine.set_exception(error)
            raise
        with self._lock:
            self._files[image.source] = mine
            if len(self._files) > _PICTURES:
                self._files.popitem(last=False)


def _link(known: Future[Path], stem: Path) -> bool:
    """Give a file a further name. Can that be done?"""
    # It may not have been written, its run may be gone, and not every disk lets a file have two names.
    with suppress(Exception):
        file = known.result()
        os.link(file, stem.with_suffix(file.suffix))
        return True
    return False


def _write_picture(image: Image, stem: Path) -> Path:
    """WebP is half the size of PNG in half the time, and does not hold Python's lock while it codes."""
    staged = stem.with_suffix(".part")
    is_small = max(image.width, image.height) <= _WEBP_SIDE
    file = stem.with_suffix(_SUFFIXES[0] if is_small else _SUFFIXES[1])
    if is_small:
        image.pixels.save(staged, "WEBP", lossless=True, quality=0, method=0)
    else:
        image.pixels.save(staged, "PNG", compress_level=1)
    os.replace(staged, file)
    return file


@contextmanager
def _told(folder: Path) -> Generator[None]:
    """Tell a full or read-only disk in one sentence."""
    try:
        yield
    except OSError as error:
        raise PrerequisiteError(f"The run cannot be written to {folder}: {error.strerror}.") from None


@dataclass(frozen=True)
class StoredRun:
    """A run read back from its folder."""

    folder: Path
    record: RunRecord
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """The folder's name, which is that of a file whatever the record, which may come from elsewhere, says."""
        return self.folder.resolve().name

    def image_path(self, name: str) -> Path:
        """The file of a stored picture."""
        stem = self.folder / "images" / Path(name).name
        return next((p for p in map(stem.with_suffix, _SUFFIXES) if p.is_file()), stem.with_suffix(_SUFFIXES[0]))

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from .notebook import show_run

        return show_run(self)


class Runs:
    """The runs below a folder."""

    def __init__(self, root: Path, doing: Doing = tell_nobody) -> None:
        """doing: is told what the runs that are started here do."""
        self.root = root
        self._doing = doing
        self._pictures = Pictures()

    def start(
        self,
        question: str,
        subject: Subject,
        tools: list[str],
        program: Program | None = None,
        *,
        dry: bool = False,
        lineage: Lineage = ORIGINAL,
    ) -> Recorder:
        """Make the folder of a new run and write down what is asked.

        program: the one that was written by hand; of a dialect's program the text is kept.
        """
        started, folder = self._new_folder()
        first, *more = pictured(subject)
        record = RunRecord(
            id=folder.name,
            started=started,
            question=question,
            expected=expected_answer(question).told,
            image=first.image,
            image_name=first.name,
            image_size=first.size,
            more_images=more,
            tools=tools,
            versions=versions(),
            dry=dry,
            **origin(program),
            parent=lineage.parent,
            changes=list(lineage.changes),
        )
        recorder = Recorder(folder, record, self._pictures, self._doing)
        for image in subject.images:
            recorder.keep(image)
        recorder.tell_inputs(subject.values)
        return recorder

    def _new_folder(self) -> tuple[datetime, Path]:
        """The time, and a folder of its own for the run that starts now.

        Names sort by time to the microsecond, so that `last` is the last; the final digit is chance.
        """
        while True:
            now = datetime.now().astimezone()
            folder = self.root / f"{now:%Y%m%d-%H%M%S}-{now.microsecond:05x}{secrets.randbelow(16):x}"
            # Another thread or process can have the same name: time goes on, and so does the search.
            with _told(folder), suppress(FileExistsError):
                (folder / "images").mkdir(parents=True)
                return now, folder

    def list(self, limit: int = 20) -> Iterator[RunRecord]:
        """The latest runs, newest first. A folder without a readable record is passed over."""
        return islice(self._readable(), limit)

    def _readable(self) -> Iterator[RunRecord]:
        for folder in reversed(self._folders()):
            try:
                yield _read_record(folder)
            except InputError:
                continue

    def load(self, name: str) -> StoredRun:
        """A run by its id, the start of its id, its folder, or `last`. Raises InputError.

        A last line that was cut off is left out: a killed run may end in half an event.
        """
        folder = self.find(name)
        record = _read_record(folder)
        log = folder / "events.jsonl"
        try:
            *lines, cut = log.read_bytes().split(b"\n")
        except OSError as error:
            problem = f"{log.name} cannot be read ({error.strerror})"
            raise InputError(f"The run {folder} is not complete: {problem}.") from None
        events = [_read_event(folder, number, line) for number, line in enumerate(lines, start=1)]
        if cut and record.outcome is not None:
            raise InputError(f"The run {folder} is damaged: {log.name} was cut after it had ended.")
        return StoredRun(folder, record, tuple(events))

    def find(self, name: str) -> Path:
        """The folder of a run. Raises InputError, as `load` does."""
        for folder in (Path(name), self.root / name):
            if name and any((folder / part).is_file() for part in ("run.json", "events.jsonl")):
                return folder
        folders = self._folders()
        found = folders[-1:] if name == "last" else [f for f in folders if f.name.startswith(name)]
        if len(found) != 1:
            what = "There is no run" if not found else f"{len(found)} runs start with"
            raise InputError(f"{what} {name!r} in {self.root}.", hint="`looksmith runs` lists them.")
        return found[0]

    def _folders(self) -> list[Path]:
        """The folders of all runs, oldest first."""
        return sorted(path.parent for path in self.root.glob("*/run.json"))


def _read_record(folder: Path) -> RunRecord:
    """What `run.json` says. Raises InputError."""
    hint = f"This looksmith reads schema versions {min(READABLE)} to {SCHEMA_VERSION}."
    try:
        text = (folder / "run.json").read_bytes()
        written_by = _Versioned.model_validate_json(text).schema_version
        if written_by not in READABLE:
            raise InputError(f"The run {folder} was written in schema version {written_by}.", hint=hint)
        return RunRecord.model_validate_json(text)
    except OSError as error:
        raise InputError(f"The run {folder} is not complete: run.json cannot be read ({error.strerror}).") from None
    except ValidationError as error:
        raise InputError(f"The run {folder} cannot be read: run.json: {_first(error)}.", hint=hint) from None


def _read_event(folder: Path, number: int, line: bytes) -> Event:
    try:
        return parse_event(line)
    except ValidationError as error:
        raise InputError(f"The run {folder} is damaged: events.jsonl, line {number}: {_first(error)}.") from None


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    return ": ".join(filter(None, (".".join(map(str, problem["loc"])), problem["msg"])))
