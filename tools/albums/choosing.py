"""Selects photos of an album by what they show: PHOTOS_WITH, PHOTO_WITH_MOST, TOTAL and so on; EITHER and OPEN."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TypeVar

from ..core.albums import Album, Photo
from ..core.errors import ToolError
from ..core.tool import Scored, tool
from ..core.values import Image
from ..pictures.formats import decode_file
from .desk import Looked, PhotoDesk, every
from .sheet import MOST, Shown, contact_sheet, sheet_of

T = TypeVar("T")
DAY = 86_400.0
"""Time limit of a call, in seconds."""


class PhotoChooser:
    """The tools that select photos by their contents, using LOOK_AT. They occupy no device themselves."""

    backend = "photos"
    occupies = ()

    def __init__(self, desk: PhotoDesk) -> None:
        self.desk = desk

    @tool(timeout=DAY)
    def PHOTOS_WITH(
        self, album: Album, name: str, which: str = "", least: int = 1, most: int | None = None
    ) -> Scored[Album]:
        """The photos that show the thing, `least` to `most` of it.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".
        least, most: numbers; without `most`, any number above will do.

        Raises UnknownName for a thing that no model has learnt.
        """
        looked = self.desk.see(album, name, which)
        top = len(album) + 1_000_000 if most is None else most
        chosen = [photo for photo, sight in looked.sights.items() if least <= len(sight.boxes) <= top]
        return _told(_shown(album, chosen, looked), looked, chosen)

    @tool(timeout=DAY)
    def PHOTOS_WITHOUT(self, album: Album, name: str, which: str = "") -> Scored[Album]:
        """The photos that do not show the named thing.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Photos that cannot be opened are left out. Raises UnknownName for a thing that no model has learnt.
        """
        looked = self.desk.see(album, name, which)
        chosen = [photo for photo, sight in looked.sights.items() if not sight.boxes]
        return _told(_shown(album, chosen, looked), looked, chosen)

    @tool(timeout=DAY)
    def PHOTO_WITH_MOST(self, album: Album, name: str, which: str = "") -> Scored[Album]:
        """The photo that shows the most of the named things.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Of photos that show as many, the first ones; none where no photo shows any. Raises UnknownName for a thing that
        no model has learnt.
        """
        return self._extreme(album, name, which, sign=1)

    @tool(timeout=DAY)
    def PHOTO_WITH_FEWEST(self, album: Album, name: str, which: str = "") -> Scored[Album]:
        """The photo that shows the fewest of the named things.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Of photos that show as few, all. Raises UnknownName for a thing that no model has learnt.
        """
        return self._extreme(album, name, which, sign=-1)

    @tool(timeout=DAY)
    def TOTAL(self, album: Album, name: str, which: str = "") -> Scored[int]:
        """How many of the named things all photos show together.

        name: a noun, "cup". which: a condition in words, such as "in red" or "on the table".

        Raises UnknownName for a thing that no model has learnt.
        """
        looked = self.desk.see(album, name, which)
        return _told(sum(len(sight.boxes) for sight in looked.sights.values()), looked, list(looked.sights))

    @tool
    def EITHER(self, a: Album, b: Album) -> Album:
        """The photos that are in one of two albums, or in both."""
        photos = set(every((*a.photos, *b.photos)))
        return shown(a, sorted(photos, key=lambda photo: photo.name))

    @tool
    def OPEN(self, album: Album, file: str = "") -> Image:
        """The first photo as an image, or the one of that name.

        file: such as "beach.jpg".

        Raises ToolError where there is none.
        """
        return decode_file(album.path(_named(album, file)))

    def _extreme(self, album: Album, name: str, which: str, *, sign: int) -> Scored[Album]:
        looked = self.desk.see(album, name, which)
        counts = {photo: len(sight.boxes) for photo, sight in looked.sights.items()}
        best = max(counts.values(), key=lambda count: sign * count, default=0)
        chosen = [photo for photo, count in counts.items() if count == best and (best or sign < 0)]
        return _told(_shown(album, chosen, looked), looked, chosen)


def shown(album: Album, photos: Iterable[Photo]) -> Album:
    """Some photos of an album, with a contact sheet of them."""
    part = album.part(photos)
    return part.with_sheet(sheet_of(part))


def _shown(album: Album, photos: Iterable[Photo], looked: Looked) -> Album:
    """The same, with the detections in them."""
    part = album.part(photos)
    tiles = [Shown(part.path(photo), photo.name, looked.sights[photo].boxes) for photo in part.photos[:MOST]]
    return part.with_sheet(contact_sheet(tiles, len(part)))


def _told(value: T, looked: Looked, chosen: list[Photo]) -> Scored[T]:
    """A value with its assumptions, and the confidence of the detections on which it is based."""
    rested = [looked.sights[photo] for photo in chosen] or list(looked.sights.values())
    sure = [sight.confidence for sight in rested if sight.confidence is not None]
    confidence = sum(sure) / len(sure) if sure else None
    return Scored(value, assumptions=looked.assumptions, confidence=confidence)


def _named(album: Album, file: str) -> Photo:
    """The photo of that name: with its folders, without them, or without the suffix."""
    if not album.photos:
        raise ToolError("There is no photo to open: the album is empty.")
    if not file:
        return album.photos[0]
    wanted = file.strip().lower()
    for place in range(3):  # a whole name takes precedence over a part of one
        for photo in album.photos:
            path = PurePosixPath(photo.name)
            if (photo.name, path.name, path.stem)[place].lower() == wanted:
                return photo
    near = get_close_matches(file, album.names, n=1)
    raise ToolError(f"There is no photo {file!r} in the album.", hint=f"Did you mean {near[0]!r}?" if near else "")
