"""The values of programs about albums: photos in a folder, of which a program only sees the number. Imports only the
standard library, because the sandbox's worker loads this module as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from .values import Image, opaque_schema


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo on disk, which is opened when needed and closed afterwards.

    name: its path relative to the album's folder, with "/".
    stamp: its size in bytes and modification time in nanoseconds; with another stamp it is another photo.
    """

    name: str
    stamp: str


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """Photos of a folder, in order: all, or a selection. `len(album)` is their number.

    folder: absolute. source: SHA-256 of the names and stamps of the photos.
    whole: for a selection, the number of photos of the whole album; None for a whole album.
    sheet: a contact sheet of the first photos, with their names.
    """

    folder: Path
    photos: tuple[Photo, ...] = field(repr=False)
    source: str
    whole: int | None = None
    sheet: Image | None = field(default=None, repr=False)

    visible: ClassVar[dict[str, type]] = {"count": int}

    @classmethod
    def of(cls, folder: Path, photos: Iterable[Photo]) -> Album:
        """A whole album."""
        every = tuple(photos)
        return cls(folder, every, _digest(folder, every))

    def part(self, photos: Iterable[Photo]) -> Album:
        """A selection of its photos, in this order."""
        some = tuple(photos)
        whole = len(self.photos) if self.whole is None else self.whole
        return Album(self.folder, some, _digest(self.folder, some), whole)

    def with_sheet(self, sheet: Image | None) -> Album:
        """The same album with another contact sheet."""
        return replace(self, sheet=sheet)

    @property
    def count(self) -> int:
        """The number of photos."""
        return len(self.photos)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each photo."""
        return tuple(photo.name for photo in self.photos)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The file of each photo."""
        return tuple(self.path(photo) for photo in self.photos)

    def path(self, photo: Photo) -> Path:
        """The file of a photo."""
        return self.folder / photo.name

    def __len__(self) -> int:
        return len(self.photos)

    def __bool__(self) -> bool:
        return bool(self.photos)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Album) and (self.source, self.whole) == (other.source, other.whole)

    def __hash__(self) -> int:
        return hash((self.source, self.whole))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let pydantic only check the class, because the sandbox uses handles."""
        return opaque_schema(cls)


def _digest(folder: Path, photos: tuple[Photo, ...]) -> str:
    digest = sha256(str(folder).encode("utf-8", "surrogateescape"))
    for photo in photos:
        digest.update(f"\0{photo.name}\0{photo.stamp}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
