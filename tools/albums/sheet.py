"""A contact sheet: the first photos of an album as thumbnails, with their names and what was found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.albums import Album
from ..core.errors import UnreadablePhoto
from ..core.values import Box, Image
from .files import SIDE, open_photo

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels

COLUMNS, MOST = 5, 30
"""Tiles in a row, and on a sheet."""
TILE, LINE, GAP = 200, 20, 8
"""Pixels of a tile's side, of the line with its name, and between tiles."""
_NAME = 30
_GROUND, _INK, _MARK = (250, 250, 250), (40, 40, 40), (230, 60, 40)


@dataclass(frozen=True)
class Shown:
    """A photo on a sheet. boxes: in pixels of the result of `open_photo`."""

    path: Path
    name: str
    boxes: Sequence[Box] = ()


def sheet_of(album: Album) -> Image | None:
    """The sheet of an album, without detections."""
    return contact_sheet([Shown(album.path(photo), photo.name) for photo in album.photos[:MOST]], len(album))


def contact_sheet(photos: Sequence[Shown], total: int) -> Image | None:
    """The sheet; None if there are no photos. total: the number of photos; those that do not fit are counted."""
    from PIL import Image as pillow
    from PIL import ImageDraw

    if not photos:
        return None
    first = photos[:MOST]
    rows = -(-len(first) // COLUMNS)
    columns = min(COLUMNS, len(first))
    more = LINE if total > len(first) else 0
    width, height = columns * (TILE + GAP) + GAP, rows * (TILE + LINE + GAP) + GAP + more
    sheet = pillow.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(sheet)
    for place, photo in enumerate(first):
        row, column = divmod(place, COLUMNS)
        left, top = GAP + column * (TILE + GAP), GAP + row * (TILE + LINE + GAP)
        tile = _tile(photo)
        sheet.paste(tile, (left + (TILE - tile.width) // 2, top + (TILE - tile.height) // 2))
        draw.text((left + 2, top + TILE + 3), _short(photo.name), fill=_INK)
    if more:
        draw.text((GAP + 2, height - LINE), f"and {total - len(first):,} more", fill=_INK)
    return Image.of(sheet)


def _tile(photo: Shown) -> Pixels:
    """The thumbnail of a photo, with its boxes."""
    from PIL import Image as pillow
    from PIL import ImageDraw

    try:
        looked = _longer_side(photo.path)
        small = open_photo(photo.path, TILE).pixels
    except UnreadablePhoto:
        return pillow.new("RGB", (TILE, TILE), (225, 225, 225))
    scale = max(small.size) / looked
    draw = ImageDraw.Draw(small)
    for box in photo.boxes:
        draw.rectangle(
            [round(side * scale) for side in (box.left, box.top, box.right, box.bottom)], outline=_MARK, width=2
        )
    return small


def _longer_side(path: Path) -> int:
    """The longer side of the loaded photo in pixels, from the head of its file if Pillow can read that."""
    from PIL import Image as pillow

    try:
        with pillow.open(path) as head:
            return min(max(head.size), SIDE)
    except (OSError, ValueError):
        photo = open_photo(path)
        return max(photo.width, photo.height)


def _short(name: str) -> str:
    """The end of a name, which distinguishes photos, in characters of Pillow's built-in font."""
    plain = name.encode("ascii", "replace").decode()
    return plain if len(plain) <= _NAME else f"...{plain[-_NAME + 3 :]}"
