"""The folder of a published data set: the file of a split, and its images wherever they lie below it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from ...tools.core.errors import InputError


@dataclass(frozen=True)
class Given:
    """What a loader is given. folder: the data set's, or one file of it; None if none was named.

    keep: where images are put that do not come as files.
    """

    name: str
    folder: Path | None
    split: str = ""
    keep: Path | None = None

    def required(self) -> Path:
        """The folder. Raises InputError."""
        if self.folder is None:
            raise InputError(f"{self.name} needs its data folder.", hint="Pass it with --data DIR.")
        return self.folder

    def pick(self, files: Mapping[str, Path], usual: str = "") -> Path:
        """The file of the split: the requested one, the only one, or the usual one. Raises InputError."""
        if self.split and self.split in files:
            return files[self.split]
        if not self.split and len(files) == 1:
            return next(iter(files.values()))
        if not self.split and usual in files:
            return files[usual]
        if not files:
            hint = f"`looksmith eval --list` says where to get {self.name}, and which files of it are read."
            raise InputError(f"{self.folder} has no files of {self.name}.", hint=hint)
        asked = f"no split {self.split!r}" if self.split else "several splits"
        raise InputError(f"{self.folder} has {asked}.", hint=f"Choose one: --split {' or '.join(sorted(files))}.")

    def splits(self, pattern: str, ends: str) -> dict[str, Path]:
        """The files that match a pattern here or below, by name without `ends`; a file that was named stands alone."""
        folder = self.required()
        found = [folder] if folder.is_file() else sorted(folder.rglob(pattern))
        return {path.name.removesuffix(ends): path for path in found}

    @cached_property
    def pictures(self) -> ImageFolder:
        """The images."""
        folder = self.folder or Path()
        return ImageFolder(folder.parent if folder.is_file() else folder, self.keep)


@dataclass(frozen=True)
class ImageFolder:
    """The images below a folder. keep: where those are put that come as bytes."""

    root: Path
    keep: Path | None = None

    def at(self, where: str, image: Any, *likely: str) -> Path:
        """The file of an image. Raises InputError if there is none.

        image: its path or name, or `{"bytes": ..., "path": ...}` as in Parquet files; likely: folders to look into.
        """
        if isinstance(image, Mapping):
            return self._kept(where, cast("Mapping[str, Any]", image))
        name = str(image)
        for folder in ("", *likely):
            path = self.root / folder / name
            if path.is_file():
                return path
        path = self._by_name.get(Path(name).name)
        if path is None:
            why = "there is no image" if Path(name).name not in self._by_name else "there are several images"
            raise InputError(f"{where}: {why} {name} below {self.root}.", hint="Put the images beside the questions.")
        return path

    @cached_property
    def _by_name(self) -> dict[str, Path | None]:
        """Every file below the folder by its name; None where there are several of that name."""
        found: dict[str, Path | None] = {}
        for place, _, files in os.walk(self.root, followlinks=True):
            for name in files:
                found[name] = None if name in found else Path(place, name)
        return found

    def _kept(self, where: str, image: Mapping[str, Any]) -> Path:
        data = image.get("bytes")
        if not isinstance(data, bytes) or self.keep is None:
            raise InputError(f"{where}: the image has no bytes.")
        suffix = Path(str(image.get("path") or "")).suffix or ".png"
        path = self.keep / f"{sha256(data).hexdigest()[:24]}{suffix}"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return path


def only(found: Iterable[Path]) -> Path | None:
    """The only item; None if there are several."""
    several = list(found)
    return several[0] if len(several) == 1 else None
