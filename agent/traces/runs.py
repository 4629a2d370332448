"""Stores runs: one folder per run, written as it proceeds, so that a killed run keeps what it has.

A folder such as `20261123-234512-a1b2c3` holds

    run.json        the question, everything that can change an answer, and the outcome (null: unfinished)
    events.jsonl    the trace, one line per event, flushed immediately
    images/         every image once, by the SHA-256 of its pixels
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from ...programs.language.program import Program
from ...programs.wanted.context import ALONE, Context
from ...tools.core.errors import InputError, PrerequisiteError
from ...tools.core.values import Image, Video
from ..inputs.subject import Subject
from .damage import Unreadable, below, plain
from .encode import encode_all
from .image_store import PictureFiles, write_frame
from .run_record import ORIGINAL, Lineage, RunRecord, Timing, origin, pictured, versions
from .stored import StoredRun as StoredRun
from .stored import holds_run, load_run, read_record
from .trace import Attempt, End, Event, Step, Vote

E_ = TypeVar("E_", bound=Event)


MAX_FRAMES = 60
"""Frames of videos that a run keeps, since each has to be found in the video and decoded."""
Doing = Callable[[str], None]
"""A callback for the current activity of a run, in a few words."""


Watch = Callable[[Path, Event], None]
"""Called with a run's folder and each of its events, after the event was written."""


def tell_nobody(_doing: str) -> None:
    """Ignore an activity."""


def seen_by_nobody(_folder: Path, _event: Event) -> None:
    """Ignore an event."""


class Recorder:
    """Writes a run while it happens.

    doing: called with what comes next, before it happens; watch: called with each event after it was written.
    """

    def __init__(
        self,
        folder: Path,
        record: RunRecord,
        pictures: PictureFiles,
        doing: Doing = tell_nobody,
        watch: Watch = seen_by_nobody,
    ) -> None:
        self.folder = folder
        self.record = record
        self.doing = doing
        self._watch = watch
        self._pictures = pictures
        self._start = perf_counter()
        self._kept: set[str] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._writing: list[Future[None]] = []
        self._count = self._frames = 0
        self._spent = {"llm": 0.0, "load": 0.0, "tools": 0.0}
        self._log: TextIOWrapper = (folder / "events.jsonl").open("w", encoding="utf-8")
        self._write_record()

    def add(self, event: E_) -> E_:
        """Append an event, with its id and time, to the trace. It is on disk when this returns."""
        stamped = event.model_copy(update={"id": self._count, "at": round(perf_counter() - self._start, 6)})
        self._count += 1
        with _told(self.folder):
            self._log.write(stamped.model_dump_json() + "\n")
            self._log.flush()
        if isinstance(event, Attempt | Vote):
            self._spent["llm"] += event.seconds
        elif isinstance(event, Step):
            # Of early calls, only the time that the program waited counts.
            loading = min(event.load_seconds, event.waited) if event.ahead else event.load_seconds
            self._spent["load"] += loading
            self._spent["tools"] += event.waited - loading if event.ahead else event.seconds
        self._watch(self.folder, stamped)
        return stamped

    def keep(self, image: Image) -> str:
        """Store an image's pixels once, and return their name. A crop refers to its original without a copy.

        Images are written in the background, since encoding a large one takes longer than everything else here.
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

    def keep_frame(self, video: Video, number: int) -> str:
        """Store a frame of a whole video for people to look at, and return its name; it is decoded in the background.

        Only the first `MAX_FRAMES` frames of a run are stored.
        """
        name = sha256(f"{video.source} {number}".encode()).hexdigest()
        if name not in self._kept and self._frames < MAX_FRAMES:
            self._kept.add(name)
            self._frames += 1
            self._writing.append(self._writer.submit(write_frame, video, number, self.folder / "images" / name))
        return name

    def finish(self, end: End, model: str) -> RunRecord:
        """Write the last event and the final record."""
        self._writer.shutdown()
        # Removed first, so that an image that failed to be written does not prevent recording the failure.
        writings, self._writing = self._writing, []
        for writing in writings:
            with _told(self.folder):
                writing.result()
        self.add(end)
        self._log.close()
        total = perf_counter() - self._start
        timing = Timing(total=total, own=max(total - sum(self._spent.values()), 0.0), **self._spent)
        told = ("outcome", "answer", "message", "assumptions", "confidence", "fragile")
        ended = {**{name: getattr(end, name) for name in told}, "model": model, "timing": timing}
        self.record = self.record.model_copy(update=ended)
        self._write_record()
        return self.record

    def tell_inputs(self, values: Mapping[str, Any]) -> None:
        """Record additional inputs of the program."""
        if values:
            self.record = self.record.model_copy(update={"inputs": encode_all(values, self.keep)})
            self._write_record()

    def _write_record(self) -> None:
        staged = self.folder / "run.json.part"
        with _told(self.folder):
            staged.write_text(self.record.model_dump_json(indent=1), encoding="utf-8")
            os.replace(staged, self.folder / "run.json")


@contextmanager
def _told(folder: Path) -> Generator[None]:
    """A context that turns errors such as a full disk into a PrerequisiteError."""
    try:
        yield
    except OSError as error:
        raise PrerequisiteError(f"The run cannot be written to {folder}: {error.strerror}.") from None


class Runs:
    """The runs in a folder."""

    def __init__(self, root: Path, doing: Doing = tell_nobody) -> None:
        """doing: a callback for the activities of runs started here."""
        self.root = root
        self._doing = doing
        self._watch: Watch = seen_by_nobody
        self._pictures = PictureFiles()

    def watched(self, watch: Watch, doing: Doing | None = None) -> Runs:
        """The same folder, where `watch` also receives each event of the runs started there.

        doing: receives their activities, in place of the previous receiver.
        """
        other = copy(self)
        other._watch, other._doing = watch, doing or self._doing
        return other

    def start(
        self,
        question: str,
        subject: Subject,
        tools: list[str],
        program: Program | None = None,
        *,
        dry: bool = False,
        lineage: Lineage = ORIGINAL,
        context: Context = ALONE,
        profile: str = "",
    ) -> Recorder:
        """Create the folder of a new run and record the question.

        program: one written by hand; for another dialect, the original text is kept. profile: as in the record.
        """
        started, folder = self._new_folder()
        first, *more = pictured(subject)
        record = RunRecord(
            id=folder.name,
            started=started,
            question=question,
            expected=context.expects(question).told,
            image=first.image,
            image_name=first.name,
            image_size=first.size,
            more_images=more,
            tools=tools,
            versions=versions(),
            dry=dry,
            **origin(program),
            **asdict(lineage),
            after=context.after,
            profile=profile,
        )
        recorder = Recorder(folder, record, self._pictures, self._doing, self._watch)
        for image in subject.images:
            recorder.keep(image)
        recorder.tell_inputs(subject.values)
        return recorder

    def _new_folder(self) -> tuple[datetime, Path]:
        """The time, and a new folder for the run.

        Names sort by time (UTC) to the microsecond; the end is random.
        """
        with _told(self.root):
            self._make_root()
            while True:
                now = datetime.now(UTC)
                folder = self.root / f"{now:%Y%m%d-%H%M%S}-{now.microsecond:05x}{secrets.randbelow(16):x}"
                # Another thread or process may have the same name: try again.
                with suppress(FileExistsError):
                    folder.mkdir()
                    (folder / "images").mkdir()
                    return now.astimezone(), folder

    def _make_root(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            what = "it is a link to a folder that does not exist" if self.root.is_symlink() else "it is not a folder"
            raise OSError(error.errno, what) from None

    def list(self, limit: int = 20) -> Iterator[RunRecord | Unreadable]:
        """The latest runs, newest first, by the names of their folders. Unreadable ones are `Unreadable`."""
        try:
            folders = below(self.root)
        except InputError as error:
            yield Unreadable(self.root, str(error))
            return
        for folder in islice(reversed(folders), limit):
            try:
                yield read_record(folder)
            except InputError as error:
                yield Unreadable(folder, str(error))

    def load(self, name: str) -> StoredRun:
        """Load a run by id, prefix of an id, folder, or `last`. Raises InputError.

        A truncated last line is ignored: a killed run may end in the middle of an event.
        """
        return load_run(self.find(name))

    def find(self, name: str) -> Path:
        """The folder of a run, anywhere. Raises InputError like `load`."""
        return Path(name) if name and holds_run(Path(name)) else self.named(name)

    def named(self, name: str) -> Path:
        """The folder of a run in `root`, by id, prefix of an id, or `last`. Raises InputError."""
        hint = "`looksmith runs` lists them."
        if not name or Path(name).name != name or "\0" in name:
            raise InputError(f"There is no run {plain(name)!r:.100} in {plain(self.root)}.", hint=hint)
        if holds_run(self.root / name):
            return self.root / name
        folders = [folder for folder in below(self.root) if holds_run(folder)]
        found = folders[-1:] if name == "last" else [f for f in folders if f.name.startswith(name)]
        if len(found) != 1:
            what = "There is no run" if not found else f"{len(found)} runs start with"
            raise InputError(f"{what} {name!r:.100} in {plain(self.root)}.", hint=hint)
        return found[0]
