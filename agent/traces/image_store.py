"""Stores the images of runs: each is written once, and hard-linked into further runs that use it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Condition
from typing import Any

from cachetools import FIFOCache, cached

from ...tools.core.errors import ToolError
from ...tools.core.values import Image, Video

SUFFIXES = (".webp", ".png")
_PICTURES = 4096
"""How many stored images are remembered for further runs."""
_WEBP_SIDE = 16_383
"""Maximum side in pixels of the WebP format."""


class PictureFiles:
    """Writes pictures, of which several runs may have the same: that is one file with several names, where it can be.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._files: FIFOCache[Any, Path] = FIFOCache(_PICTURES)
        self._turn = Condition()
        self._write = cached(self._files, key=_source, condition=self._turn)(_write_picture)

    def link(self, source: str, stem: Path) -> bool:
        """Hard-link an image that was written before; returns whether that worked."""
        with self._turn:
            known = self._files.get(source)
        return known is not None and _link(known, stem)

    def write(self, image: Image, stem: Path) -> None:
        """Write an image losslessly and atomically; waits if another thread is writing it."""
        file = self._write(image, stem)
        if file != stem.with_suffix(file.suffix) and not _link(file, stem):
            written = _write_picture(image, stem)
            with self._turn:
                self._files[image.source] = written


def _source(image: Image, _stem: Path) -> str:
    return image.source


def write_frame(video: Video, number: int, stem: Path) -> None:
    """Store a frame of a whole video, smaller than the images of a question because people only look at it.

    A frame that can no longer be decoded is left out.
    """
    from ...tools.media.seek import picture

    with suppress(ToolError):
        staged = stem.with_suffix(".part")
        picture(video, number).pixels.convert("RGB").save(staged, "WEBP", quality=88, method=0)
        os.replace(staged, stem.with_suffix(SUFFIXES[0]))


def _link(file: Path, stem: Path) -> bool:
    """Hard-link a file; returns whether that worked."""
    # Its run may be deleted, and not every file system supports hard links.
    with suppress(OSError):
        os.link(file, stem.with_suffix(file.suffix))
        return True
    return False


def _write_picture(image: Image, stem: Path) -> Path:
    """WebP is half the size of PNG in half the time, and releases the GIL while encoding."""
    staged = stem.with_suffix(".part")
    is_small = max(image.width, image.height) <= _WEBP_SIDE
    file = stem.with_suffix(SUFFIXES[0] if is_small else SUFFIXES[1])
    if is_small:
        image.pixels.save(staged, "WEBP", lossless=True, quality=0, method=0)
    else:
        image.pixels.save(staged, "PNG", compress_level=1)
    os.replace(staged, file)
    return file
