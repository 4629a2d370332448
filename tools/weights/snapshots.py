"""Weights as complete repositories of the Hugging Face hub, or as folders with the same layout.

`repositories.toml` lists them. Their contents are recorded on download: the commit, and every file's size and SHA-256,
are stored in `pulled.json` next to the files. Hashes given by the hub are checked on download, and all hashes whenever
the weights are verified. Code in a repository is never run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Annotated

from filelock import FileLock
from pydantic import Field, PositiveInt, ValidationError

from ..core.errors import WeightsError
from ..core.frozen import Frozen
from .sources import CHUNK_BYTES, Room, SourceError, run_client

LOCK = "pulled.json"
USUAL = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
"""The files that libraries load: no code, no pickles."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Repo = Annotated[str, Field(pattern=r"^\w[\w.-]*/\w[\w.-]*$")]

# The first metadata request fails fast without a network, and returns the commit and the hashes of large files.
SCRIPT = """
import json, sys
from fnmatch import fnmatch
from huggingface_hub import HfApi, hf_hub_download
repo, revision, folder, told, *patterns = sys.argv[1:]
try:
    info = HfApi().model_info(repo, revision=revision, files_metadata=True, timeout=10)
    wanted = [f for f in info.siblings if any(fnmatch(f.rfilename, p) for p in patterns) and f.rfilename[-3:] != ".py"]
    hashes = {f.rfilename: f.lfs.sha256 for f in wanted if f.lfs}
    for file in wanted:
        hf_hub_download(repo, file.rfilename, revision=info.sha, local_dir=folder)
    with open(told, "w") as out:
        json.dump({"commit": info.sha, "hashes": hashes}, out)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")
"""


class SnapshotPart(Frozen):
    """A repository, or some files of it.

    revision: a branch, tag, or commit. files: path patterns. into: the destination folder.
    """

    repo: Repo
    revision: Annotated[str, Field(pattern=r"^\w[\w./-]*$")] = "main"
    files: tuple[str, ...] = USUAL
    into: Annotated[str, Field(pattern=r"^[\w.-]*$")] = ""


class Repository(Frozen):
    """The weights of a model. size: approximate bytes; licence: SPDX expression, or the model card's name for it."""

    name: Name
    task: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    licence_note: str = ""
    size: PositiveInt
    parts: Annotated[tuple[SnapshotPart, ...], Field(min_length=1)]


class Pulled(Frozen):
    """A record of a download: commit of each part ("" for a folder), size and SHA-256 of each file by path."""

    commits: tuple[str, ...]
    files: dict[str, tuple[int, str]]

    @property
    def weights(self) -> dict[str, tuple[int, str]]:
        """The files, without the record itself, which older downloads sometimes included."""
        return {path: told for path, told in self.files.items() if path != LOCK}


@dataclass(frozen=True)
class Snapshots:
    """Repositories in the folder `root`. mirror: a folder with repositories by name, tried before the network."""

    root: Path
    mirror: Path | None = None
    offline: bool = False

    def path(self, repository: Repository) -> Path:
        """The folder with the files. Raises WeightsError if they are missing, or a size is wrong."""
        if not self.present(repository):
            raise WeightsError(
                f"The weights of {repository.name} are not downloaded.",
                hint=f"Run: looksmith models pull {repository.name}",
            )
        return self.root / repository.name

    def present(self, repository: Repository) -> bool:
        """Whether all recorded files exist with the right sizes."""
        folder = self.root / repository.name
        pulled = _read(folder / LOCK)
        return pulled is not None and all(
            (folder / path).is_file() and (folder / path).stat().st_size == size
            for path, (size, _) in pulled.weights.items()
        )

    def verify(self, repository: Repository) -> tuple[str, ...]:
        """A sentence for each missing or changed file; empty if there is none."""
        folder = self.root / repository.name
        pulled = _read(folder / LOCK)
        if pulled is None:
            return ("it has not been pulled.",)
        return tuple(
            f"{path} has changed since it was pulled."
            for path, (_, digest) in pulled.weights.items()
            if not (folder / path).is_file() or _sha256(folder / path) != digest
        )

    def pull(self, repository: Repository, report: Callable[[str, int], None]) -> Path:
        """Download all parts, unless they exist. The folder is created atomically.

        An interrupted pull resumes with the missing files.

        report: a callback for the source and the number of bytes received. Raises WeightsError.
        """
        final = self.root / repository.name
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / f".{repository.name}.lock"):
            if self.present(repository):
                return final
            staging = self.root / f".{repository.name}.part"
            staging.mkdir(exist_ok=True)
            try:
                self._fill(repository, staging, report)
                shutil.rmtree(final, ignore_errors=True)
                os.replace(staging / "ready", final)
                shutil.rmtree(staging)
            except SourceError as error:
                said = f"The weights of {repository.name} could not be downloaded. {error}."
                raise WeightsError(said, hint=error.hint) from None
            except OSError as error:
                raise WeightsError(f"The weights of {repository.name} could not be pulled: {error}.") from error
            finally:
                if staging.exists() and not any(_files(staging)):
                    shutil.rmtree(staging)
        return final

    def _fill(self, repository: Repository, staging: Path, report: Callable[[str, int], None]) -> None:
        ready = staging / "ready"
        mirrored = self.mirror / repository.name if self.mirror else None
        if mirrored is not None and mirrored.is_dir():
            report(f"folder {mirrored}", 0)
            commits = _copy(mirrored, ready) or ("",) * len(repository.parts)
        elif self.offline:
            raise SourceError("The network was not tried (--offline)", hint="Leave out --offline.")
        else:
            ready.mkdir(exist_ok=True)
            commits = tuple(_fetch(part, ready / part.into, staging, report) for part in repository.parts)
        # An interrupted pull may have left the record, which is not one of the files.
        (ready / LOCK).unlink(missing_ok=True)
        files = {str(path.relative_to(ready)): (path.stat().st_size, _sha256(path)) for path in _files(ready)}
        if not files:
            raise SourceError("There are no files")
        (ready / LOCK).write_text(Pulled(commits=commits, files=files).model_dump_json(indent=1))


def read_repositories(path: Path) -> Mapping[str, Repository]:
    """Load the repositories of a TOML file, by name. Raises WeightsError that names the invalid key."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        found = {name: Repository.model_validate({**table, "name": name}) for name, table in tables.items()}
    except ValidationError as error:
        first = error.errors()[0]
        raise WeightsError(f"{path.name} is invalid at {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{path.name} cannot be read as a list of repositories: {error}.") from error
    return MappingProxyType(found)


def unlisted(repo: str) -> Repository:
    """A repository given as "owner/name" in a profile. Raises WeightsError for any other form."""
    try:
        part = SnapshotPart(repo=repo)
    except ValidationError:
        raise WeightsError(f"{repo!r} is not a repository of the hub.", hint="Write it as owner/name.") from None
    return Repository(
        name=repo.replace("/", "--"), task="named by a profile", licence="see its model card", size=1, parts=(part,)
    )


def _copy(mirrored: Path, ready: Path) -> tuple[str, ...]:
    """Copy a folder of a mirror; returns the commits, if the mirror has a record of them.

    Raises SourceError if a file does not match the mirror's record.
    """
    shutil.rmtree(ready, ignore_errors=True)  # partial downloads from another source may differ from the mirror
    shutil.copytree(mirrored, ready)
    told = _read(ready / LOCK)
    if told is None:
        return ()
    for path, (_, digest) in told.weights.items():
        if not (ready / path).is_file() or _sha256(ready / path) != digest:
            shutil.rmtree(ready)
            raise SourceError(f"{path} in {mirrored} has changed since it was pulled")
    return told.commits


def _fetch(part: SnapshotPart, folder: Path, staging: Path, report: Callable[[str, int], None]) -> str:
    """Download a part with the hub's own client; returns the commit. Raises SourceError."""
    folder.mkdir(parents=True, exist_ok=True)
    room = Room(folder, Path(mkdtemp(dir=staging)), lambda: report(f"Hugging Face {part.repo}", room.arrived))
    told = room.work / "told.json"
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    arguments = [part.repo, part.revision, str(folder), str(told), *part.files]
    try:
        run_client([sys.executable, "-c", SCRIPT, *arguments], room, quiet)
        said = json.loads(told.read_text())
    finally:
        shutil.rmtree(room.work, ignore_errors=True)
    for path, digest in said["hashes"].items():
        if _sha256(folder / path) != digest:
            (folder / path).unlink()
            raise SourceError(f"{path} of {part.repo} does not match the hub's hash")
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return str(said["commit"])


def _read(path: Path) -> Pulled | None:
    try:
        return Pulled.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
