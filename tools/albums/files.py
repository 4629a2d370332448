"""Photos of albums as images of a bounded size."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import LooksmithError, UnreadablePhoto
from ..core.values import Image
from ..pictures.formats import decode_file

SIDE = 1280
"""Pixels of the longer side with which a photo is looked at: many are in memory at once."""


def open_photo(path: Path, side: int = SIDE) -> Image:
    """A photo, made smaller until its longer side has at most `side` pixels. Raises UnreadablePhoto.

    It is an original of its own: coordinates are pixels of what is given here.
    """
    try:
        return decode_file(path, side=side)
    except (LooksmithError, OSError) as error:
        raise UnreadablePhoto(str(error)) from None
