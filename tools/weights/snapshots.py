"""Weights as whole repositories of the Hugging Face hub, or as folders of the same layout.

`repositories.toml` names them. What is in one is not written down here, but when it arrives: the commit, and every
file's size and SHA-256, are kept in `pulled.json` beside the files. What the hub itself says about a file's hash is
checked then, and all of it whenever the weights are verified. Nothing in a repository is run.
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
"""Files that libraries load from: no code, no pickles."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Repo = Annotated[str, Field(pattern=r"^\w[\w.-]*/\w[\w.-]*$")]

# One metadata request first: it says at once that there is no network, which commit a revision is, and what the large
# files' hashes are.
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


class Part(Frozen):
    """One repository, or files of it.

    revision: a branch, tag, or commit. files: patterns of their paths. into: the folder that they are put in.
    """

    repo: Repo
    revision: Annotated[str, Field(pattern=r"^\w[\w./-]*$")] = "main"
    files: tuple[str, ...] = USUAL
    into: Annotated[str, Field(pattern=r"^[\w.-]*$")] = ""


class Repository(Frozen):
    """The weights of one model. size: bytes, about; licence: SPDX expression, or what the model card calls it."""

    name: Name
    task: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    licence_note: str = ""
    size: PositiveInt
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


class Pulled(Frozen):
    """What arrived: the commit of each part ("" from a folder), and size and SHA-256 of each file by path."""

    commits: tuple[str, ...]
    files: dict[str, tuple[int, str]]

    @property
    def weights(self) -> dict[str, tuple[int, str]]:
        """The files but for this list, which older pulls sometimes listed in itself."""
        return {path: told for path, told in self.files.items() if path != LOCK}


@dataclass(frozen=True)
class Snapshots:
    """Repositories below a folder `root`. mirror: a folder that has them by name, tried before the network."""

    root: Path
    mirror: Path | None = None
    offline: bool = False

    def path(self, repository: Repository) -> Path:
        """The folder with the files. Raises WeightsError when they are not here, or one has another size."""
        if not self.present(repository):
            raise WeightsError(
                f"The weights of {repository.name} are not here.", hint=f"Run: looksmith models pull {repository.name}"
            )
        return self.root / repository.name

    def present(self, repository: Repository) -> bool:
        """Are all the files there that arrived, with their sizes?"""
        folder = self.root / repository.name
        pulled = _read(folder / LOCK)
        return pulled is not None and all(
            (folder / path).is_file() and (folder / path).stat().st_size == size
            for path, (size, _) in pulled.weights.items()
        )

    def verify(self, repository: Repository) -> tuple[str, ...]:
        """A sentence for each file that is missing or is not the one that arrived; empty when all is right."""
        folder = self.root / repository.name
        pulled = _read(folder / LOCK)
        if pulled is None:
            return ("it has not been pulled.",)
        return tuple(
            f"{path} is not the file that was pulled."
            for path, (_, digest) in pulled.weights.items()
            if not (folder / path).is_file() or _sha256(folder / path) != digest
        )

    def pull(self, repository: Repository, report: Callable[[str, int], None]) -> Path:
        """Get all parts, unless they are here. The folder appears in one rename, with every file, or not at all.

        A pull that was interrupted goes on with the files that it lacks.

        report: is told where from, and how many bytes have arrived. Raises WeightsError.
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
                said = f"The weights of {repository.name} could not be had. {error}."
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
        # A pull that was killed before its last step left the list behind, which is none of the files.
        (ready / LOCK).unlink(missing_ok=True)
        files = {str(path.relative_to(ready)): (path.stat().st_size, _sha256(path)) for path in _files(ready)}
        if not files:
            raise SourceError("There are no files")
        (ready / LOCK).write_text(Pulled(commits=commits, files=files).model_dump_json(indent=1))


def read_repositories(path: Path) -> Mapping[str, Repository]:
    """The repositories of a TOML file, by name. Raises WeightsError that names the key at fault."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        found = {name: Repository.model_validate({**table, "name": name}) for name, table in tables.items()}
    except ValidationError as error:
        first = error.errors()[0]
        raise WeightsError(f"{path.name} is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{path.name} cannot be read as a list of repositories: {error}.") from error
    return MappingProxyType(found)


def unlisted(repo: str) -> Repository:
    """A repository that a profile names as "owner/name". Raises WeightsError for another form."""
    try:
        part = Part(repo=repo)
    except ValidationError:
        raise WeightsError(f"{repo!r} is no repository of the hub.", hint="It is owner/name.") from None
    return Repository(
        name=repo.replace("/", "--"), task="named by a profile", licence="see its model card", size=1, parts=(part,)
    )


def _copy(mirrored: Path, ready: Path) -> tuple[str, ...]:
    """Copy a folder of a mirror; the commits, where the mirror is a weights folder that knows them.

    Raises SourceError when a file is not what such a mirror says that it is.
    """
    shutil.rmtree(ready, ignore_errors=True)  # what another source began is not what the mirror has
    shutil.copytree(mirrored, ready)
    told = _read(ready / LOCK)
    if told is None:
        return ()
    for path, (_, digest) in told.weights.items():
        if not (ready / path).is_file() or _sha256(ready / path) != digest:
            shutil.rmtree(ready)
            raise SourceError(f"{path} in {mirrored} is not the file that was pulled there")
    return told.commits


def _fetch(part: Part, folder: Path, staging: Path, report: Callable[[str, int], None]) -> str:
    """Download a part with the hub's own client; gives the commit. Raises SourceError."""
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
            raise SourceError(f"{path} of {part.repo} is not what the hub says it is")
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
