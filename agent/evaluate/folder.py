"""The folders of evaluations, and the fingerprint that must match for an evaluation to be resumed.

A folder such as `nlvr-dev-20261124-031500-a1b2` holds

    eval.json       what is evaluated, and when it was started
    results.jsonl   a line per finished question
    begun.jsonl     which questions are in progress
    replies.jsonl   cached replies of the language model
    report.json     the report, written at the end or on interruption
    runs/           the run of each question
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import Field, ValidationError

from ...tools.core.errors import InputError, PrerequisiteError
from ..datasets.data_set import DataSet
from ..datasets.records import Record
from ..inputs.digest import digest
from ..traces.journal import lines
from ..traces.runs import Runs
from ..traces.trace import Stored

Mode = Literal["auto", "resume", "fresh"]
"""Resume an interrupted evaluation if there is one; resume or fail; or start over."""

_SOURCES = Path(__file__).resolve().parents[2]
_PICTURES = 4096
"""Cache size for the hashes of image files; questions about the same image are usually consecutive."""
_OURS = ("eval.json", "results.jsonl", "begun.jsonl", "replies.jsonl", "report.json")


class Plan(Stored):
    """Everything that can change a result. data, tools, code: SHA-256 of the questions, the tools, our sources."""

    dataset: str
    split: str
    n: int
    oracle: bool
    model: str
    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    data: str
    tools: str
    code: str

    def differences(self, other: Plan) -> list[str]:
        """The names of the parts that differ."""
        mine, theirs = self.model_dump(), other.model_dump()
        return [name for name in mine if mine[name] != theirs[name]]


class EvalRecord(Stored):
    """The contents of `eval.json`."""

    started: datetime
    command: str
    commit: str
    versions: dict[str, str]
    plan: Plan


@dataclass(frozen=True)
class EvalFolder:
    """One evaluation's folder."""

    path: Path
    record: EvalRecord

    @property
    def results(self) -> Path:
        """The file with a line per finished question."""
        return self.path / "results.jsonl"

    @property
    def begun(self) -> Path:
        """The file that records which questions are in progress."""
        return self.path / "begun.jsonl"

    @property
    def replies(self) -> Path:
        """The file that caches the language model's replies."""
        return self.path / "replies.jsonl"

    @property
    def runs(self) -> Runs:
        """The folder with the runs of the questions."""
        return Runs(self.path / "runs")

    @contextmanager
    def locked(self, replies: Path | None = None) -> Generator[None]:
        """Lock the folder and the file of replies. Raises InputError while another process writes to them."""
        from filelock import FileLock, Timeout

        paths = [self.path] if replies is None else [self.path, replies]
        with ExitStack() as stack:
            for path in paths:
                lock = path / "lock" if path.is_dir() else path.with_name(f"{path.name}.lock")
                lock.parent.mkdir(parents=True, exist_ok=True)
                try:
                    stack.enter_context(FileLock(lock).acquire(timeout=0))
                except Timeout:
                    hint = "Wait for it, or start another one with --fresh and a different --out."
                    raise InputError(f"Another evaluation is writing to {path}.", hint=hint) from None
            yield


def open_folder(
    root: Path, record: EvalRecord, out: Path | None, mode: Mode, tell: Callable[[str], None]
) -> EvalFolder:
    """The folder of the evaluation to resume, or a new one.

    root: the folder of all evaluations; out: the folder that the user chose.
    tell: a callback for the notice that an interrupted evaluation cannot be resumed.
    Raises InputError if there is nothing to resume, or if it was started with other options or data.
    """
    if out is not None:
        return _open_named(out, record, mode)
    plan, stopped = record.plan, ""
    for folder in _earlier(root, plan) if mode != "fresh" else ():
        done = _done(folder.results) >= folder.record.plan.n
        changed = folder.record.plan.differences(plan)
        if not changed and (mode == "resume" or not done):
            return folder
        if changed and not done and not stopped:
            stopped = f"{folder.path} was started with other {' and '.join(changed)}"
    if mode == "resume":
        raise InputError(f"There is no evaluation to resume in {root}.", hint=stopped and f"{stopped}.")
    if stopped:
        tell(f"{stopped}: it is left unchanged, and all questions are asked.")
    parts = (plan.dataset, plan.split, f"{record.started:%Y%m%d-%H%M%S}", secrets.token_hex(2))
    return _make(root / "-".join(filter(None, parts)), record)


def _done(results: Path) -> int:
    """How many questions are finished; the latest row of each counts."""
    last: dict[str, bool] = {}
    for _, line in lines(results):
        row = cast("dict[str, Any]", line) if isinstance(line, dict) else {}
        if isinstance(row.get("id"), str):
            last[row["id"]] = row.get("outcome") != "llm_error"
    return sum(last.values())


def data_digest(data: DataSet) -> str:
    """SHA-256 of the questions, the answers and the image files. Raises InputError for a file that cannot be read."""
    of_file = lru_cache(_PICTURES)(_file_digest)

    def told(record: Record) -> bytes:
        pictures = [one if isinstance(one, str) else of_file(one) for one in record.pictures]
        picture = pictures[0] if len(pictures) == 1 else pictures
        return repr((record.id, record.question, record.answer, record.scoring, picture)).encode()

    return digest(told(record) for record in data.records)


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:  # which may be larger than the memory
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def code_digest() -> str:
    """SHA-256 of looksmith's own sources."""
    folders = (_SOURCES / name for name in ("agent", "tools", "programs", "sandbox"))
    files = sorted(p for folder in folders for kind in ("*.py", "*.toml") for p in folder.rglob(kind))
    return digest(part for p in files for part in (str(p.relative_to(_SOURCES)).encode(), p.read_bytes()))


def _open_named(path: Path, record: EvalRecord, mode: Mode) -> EvalFolder:
    if not (path / "eval.json").exists():
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise InputError(f"{path} exists but is not an evaluation.", hint="Choose a new folder: --out FOLDER.")
        if mode == "resume":
            raise InputError(f"There is no evaluation to resume in {path}.")
        return _make(path, record)
    if mode == "fresh":
        _clear(path)
        return _make(path, record)
    found = EvalFolder(path, read_record(path))
    changed = found.record.plan.differences(record.plan)
    if changed:
        hint = "Use --fresh to start over, or another --out to keep it."
        raise InputError(f"{path} was started with other {' and '.join(changed)}.", hint=hint)
    return found


def _make(path: Path, record: EvalRecord) -> EvalFolder:
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "eval.json").write_text(record.model_dump_json(indent=1), encoding="utf-8")
    except OSError as error:
        raise PrerequisiteError(f"{path} cannot be written: {error.strerror}.") from None
    return EvalFolder(path, record)


def _clear(path: Path) -> None:
    with EvalFolder(path, read_record(path)).locked():
        shutil.rmtree(path / "runs", ignore_errors=True)
        for name in _OURS:
            (path / name).unlink(missing_ok=True)


def _earlier(root: Path, plan: Plan) -> Iterator[EvalFolder]:
    """Evaluations of the same split, latest first. Unreadable folders are skipped."""
    found: list[EvalFolder] = []
    for path in root.glob("*/eval.json"):
        try:
            folder = EvalFolder(path.parent, read_record(path.parent))
        except InputError:
            continue
        if (folder.record.plan.dataset, folder.record.plan.split) == (plan.dataset, plan.split):
            found.append(folder)
    yield from sorted(found, key=lambda folder: folder.record.started, reverse=True)


def read_record(path: Path) -> EvalRecord:
    """Read the `eval.json` of a folder. Raises InputError."""
    try:
        return EvalRecord.model_validate_json((path / "eval.json").read_bytes())
    except (OSError, ValidationError) as error:
        hint = "Start over in another folder: --out FOLDER."
        raise InputError(f"{path / 'eval.json'} cannot be read: {error}", hint=hint) from None
