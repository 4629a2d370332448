"""The store of model weights: a manifest, and downloads from several sources.

`weights.toml` lists the files of each entry with their SHA-256, and several sources in order of preference. An entry's
folder is created atomically, after all files were verified.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Annotated, Literal, Self

from filelock import FileLock, Timeout
from pydantic import Field, PositiveInt, ValidationError, model_validator

from ..core.errors import WeightsError
from ..core.frozen import Frozen
from .snapshots import Repository, Snapshots, read_repositories, unlisted
from .sources import FolderSource, NetworkSource, PlainPath, Room, Source, SourceError, tree_size

FOLDER_VARIABLE = "LOOKSMITH_WEIGHTS_FOLDER"

State = Literal["absent", "partial", "present"]


class File(Frozen):
    """A file of an entry: path relative to the entry's folder, bytes, SHA-256 in lower-case hexadecimal."""

    path: PlainPath
    size: PositiveInt
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestEntry(Frozen):
    """The weights of a model.

    task: what the model does.
    licence: SPDX expression of the weights.
    licence_note: differences between upstream and the package that contains them.
    sources: where to download them, in order of preference.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    task: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    licence_note: str = ""
    files: Annotated[tuple[File, ...], Field(min_length=1)]
    sources: Annotated[tuple[NetworkSource, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _every_source_gives_every_file(self) -> Self:
        paths = {file.path for file in self.files}
        for source in self.sources:
            if set(source.gives) != paths:
                raise ValueError(f"{source} gives {sorted(source.gives)}, the entry's files are {sorted(paths)}")
        return self

    @property
    def size(self) -> int:
        """Total bytes of the files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Progress:
    """Progress of a pull: entry, current source, bytes done, bytes total."""

    entry: str
    source: str
    done: int
    total: int


ReportProgress = Callable[[Progress], None]


def ignore(progress: Progress) -> None:
    """Ignore progress."""


class Weights:
    """The entries of a manifest, stored in subfolders of `root`.

    offline: do not use sources that need the network.
    folder: a folder with `<entry>/<file path>`, tried first; by default, from LOOKSMITH_WEIGHTS_FOLDER.
    manifest: a TOML file to use instead of the built-in one.

    Raises WeightsError if the manifest is invalid.
    """

    def __init__(
        self, root: Path, *, offline: bool = False, folder: Path | None = None, manifest: Path | None = None
    ) -> None:
        self.root = root
        self.offline = offline
        named = os.environ.get(FOLDER_VARIABLE)
        self.folder = folder or (Path(named) if named else None)
        self.entries = read_manifest(manifest or Path(__file__).with_name("weights.toml"))
        self.repositories = read_repositories(Path(__file__).with_name("repositories.toml"))

    def repository(self, name: str) -> Repository | None:
        """The hub repository of that name: a listed one, or "owner/name"; None for an entry or a path."""
        if name in self.entries or name.startswith(("/", ".", "~")):
            return None
        return unlisted(name) if "/" in name else self.repositories.get(name)

    def identity(self, name: str | Path) -> str:
        """A fingerprint of weights: the hashes of an entry, else paths, sizes and modification times of files.

        "" if they are missing.
        """
        if isinstance(name, str) and name in self.entries:
            return " ".join(file.sha256 for file in self.entries[name].files)
        try:
            root = self.path(name) if isinstance(name, str) else name
            files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
            told = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
        except (OSError, WeightsError):
            return ""
        return repr(told) if told else ""

    @property
    def snapshots(self) -> Snapshots:
        """The store of hub repositories."""
        return Snapshots(self.root, self.folder, self.offline)

    def licence(self, name: str) -> str:
        """The licence of the weights, with notes."""
        found = self.repository(name) or self.get(name)
        return f"{found.licence}. {found.licence_note}" if found.licence_note else found.licence

    def get(self, name: str) -> ManifestEntry:
        """The entry of that name. Raises WeightsError, with the nearest known name."""
        if name not in self.entries:
            known = [*self.entries, *self.repositories]
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
            raise WeightsError(f"There are no weights called {name}.", hint=hint)
        return self.entries[name]

    def path(self, name: str) -> Path:
        """The folder with the entry's files.

        Raises WeightsError if a file is missing or has the wrong size; `verify` checks the hashes.
        """
        if repository := self.repository(name):
            return self.snapshots.path(repository)
        state = self.state(name)
        if state != "present":
            missing = "not here" if state == "absent" else "not complete"
            raise WeightsError(f"The weights of {name} are {missing}.", hint=f"Run: looksmith models pull {name}")
        return self.root / name

    def state(self, name: str) -> State:
        """Whether the files exist, judged by their sizes; "partial" also after an interrupted pull."""
        if repository := self.repository(name):
            return "present" if self.snapshots.present(repository) else "absent"
        entry = self.get(name)
        folder = self.root / name
        if all(_size(folder / file.path) == file.size for file in entry.files):
            return "present"
        return "partial" if folder.exists() or self._staging(name).exists() else "absent"

    def verify(self, name: str) -> tuple[str, ...]:
        """A sentence for each file that is missing or has the wrong size or hash; empty if all are valid."""
        if repository := self.repository(name):
            return self.snapshots.verify(repository)
        return tuple(_problems(self.get(name), self.root / name))

    def pull(self, name: str, report: ReportProgress = ignore) -> Path:
        """Get the entry's files from the first source that has them, and give their folder.

        Existing files are verified first: a valid entry is kept, a damaged one is replaced. Concurrent pulls of the
        same entry wait for each other. Raises WeightsError with the failure of each source.
        """
        if repository := self.repository(name):
            size = repository.size
            return self.snapshots.pull(
                repository, lambda source, done: report(Progress(name, source, min(done, size), size))
            )
        entry = self.get(name)
        try:
            with self._lock(entry, report):
                if self.state(name) != "present" or self.verify(name):
                    self._pull(entry, report)
        except OSError as error:
            raise WeightsError(f"The weights of {name} could not be pulled: {error}.") from error
        return self.root / name

    def _pull(self, entry: ManifestEntry, report: ReportProgress) -> None:
        reasons: list[str] = []
        hints: list[str] = []
        for number, source in enumerate(self._sources(entry), start=0 if self.folder else 1):
            try:
                self._try(entry, source, self._staging(entry.name) / str(number), report)
                return
            except SourceError as error:
                reasons.append(f"{source}: {str(error).rstrip('.')}.")
                hints.append(error.hint)
        if self.offline:
            reasons.append("The network was not tried (--offline).")
            hints.append(f"Leave out --offline, or set {FOLDER_VARIABLE} to a folder that contains {entry.name}/.")
        said = " ".join([f"The weights of {entry.name} could not be downloaded.", *reasons])
        raise WeightsError(said, hint=" ".join(hint for hint in dict.fromkeys(hints) if hint))

    def _sources(self, entry: ManifestEntry) -> Iterator[Source]:
        if self.folder is not None:
            paths = tuple(file.path for file in entry.files)
            yield FolderSource(self.folder / entry.name, paths, entry.size)
        if not self.offline:
            yield from entry.sources

    def _try(self, entry: ManifestEntry, source: Source, staging: Path, report: ReportProgress) -> None:
        """Download, take out, check, put in place. What arrived whole is kept for the next try, unless it is wrong."""
        try:
            self._check_disk(entry, source, staging)
            kept = self._fetch(entry, source, staging, report)
            report(Progress(entry.name, f"{source}, checking", source.size, source.size))
            self._unpack(entry, source, kept)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise self._disk_full(entry, _disk_needed(entry, source, staging)) from error
            raise
        report(Progress(entry.name, str(source), source.size, source.size))

    def _fetch(self, entry: ManifestEntry, source: Source, staging: Path, report: ReportProgress) -> Path:
        reached = 0

        def tick() -> None:
            nonlocal reached
            reached = max(reached, min(room.arrived, source.size))
            report(Progress(entry.name, str(source), reached, source.size))

        kept = staging / "kept"
        kept.mkdir(parents=True, exist_ok=True)
        for abandoned in staging.glob("work-*"):
            shutil.rmtree(abandoned)
        room = Room(kept, Path(mkdtemp(prefix="work-", dir=staging)), tick)
        try:
            source.fetch(room)
        finally:
            shutil.rmtree(room.work)
            _remove_empty(kept, staging, staging.parent)
        return kept

    def _unpack(self, entry: ManifestEntry, source: Source, kept: Path) -> None:
        staging, ready = kept.parent, kept.parent / "ready"
        shutil.rmtree(ready, ignore_errors=True)
        ready.mkdir()
        try:
            source.unpack(kept, ready)
            if problems := list(_problems(entry, ready)):
                raise SourceError("refused: " + " ".join(problems))
        except SourceError:
            shutil.rmtree(staging)
            _remove_empty(staging.parent)
            raise
        except BaseException:
            shutil.rmtree(ready)
            raise
        final = self.root / entry.name
        if final.exists():
            os.replace(final, staging / "replaced")
        os.replace(ready, final)
        shutil.rmtree(self._staging(entry.name))

    def _check_disk(self, entry: ManifestEntry, source: Source, staging: Path) -> None:
        needed = _disk_needed(entry, source, staging)
        if shutil.disk_usage(self.root).free < needed:
            raise self._disk_full(entry, needed)

    def _disk_full(self, entry: ManifestEntry, needed: int) -> WeightsError:
        free = shutil.disk_usage(self.root).free
        return WeightsError(
            f"The disk is too full for {entry.name}: {needed / 1e9:.2f} GB needed, {free / 1e9:.2f} GB free.",
            hint=f"Free some space on the disk of {self.root}.",
        )

    def _staging(self, name: str) -> Path:
        return self.root / ".staging" / name

    @contextmanager
    def _lock(self, entry: ManifestEntry, report: ReportProgress) -> Generator[None]:
        staging = self._staging(entry.name)
        staging.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{staging}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(Progress(entry.name, "waiting for another pull", 0, entry.size))
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def read_manifest(path: Path) -> Mapping[str, ManifestEntry]:
    """Load the entries of a TOML file, by name. Raises WeightsError that names the invalid key."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = {name: ManifestEntry.model_validate({**table, "name": name}) for name, table in tables.items()}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WeightsError(f"{path.name} is invalid at {where or 'an entry'}: {first['msg']}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{path.name} cannot be read as a manifest of weights: {error}.") from error
    return MappingProxyType(entries)


def _problems(entry: ManifestEntry, folder: Path) -> Iterator[str]:
    for file in entry.files:
        size = _size(folder / file.path)
        if size is None:
            yield f"{file.path} is missing."
        elif size != file.size:
            yield f"{file.path} has {size} bytes, expected {file.size}."
        else:
            with (folder / file.path).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if digest != file.sha256:
                yield f"{file.path} has SHA-256 {digest}, expected {file.sha256}."


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _disk_needed(entry: ManifestEntry, source: Source, staging: Path) -> int:
    """Disk space needed to finish a pull, given what the staging folder already holds."""
    return max(entry.size + source.disk - tree_size(staging), 0)


def _remove_empty(*folders: Path) -> None:
    """Remove empty folders, innermost first."""
    for folder in folders:
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
