"""Loads photos of albums as images of limited size."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import LooksmithError, UnreadablePhoto
from ..core.values import Image
from ..pictures.formats import decode_file

SIDE = 1280
"""Maximum longer side of a loaded photo, in pixels, since many are in memory at once."""


def open_photo(path: Path, side: int = SIDE) -> Image:
    """Load a photo, scaled down so that its longer side has at most `side` pixels. Raises UnreadablePhoto.

    The result counts as an original: coordinates are pixels of the scaled photo.
    """
    try:
        return decode_file(path, side=side)
    except (LooksmithError, OSError) as error:
        raise UnreadablePhoto(str(error)) from None
