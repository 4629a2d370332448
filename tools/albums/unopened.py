"""Photos whose pixels are only read when they are needed, using Pillow's own lazy loading."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ..core.values import Image
from .files import open_photo


def unopened(path: Path, source: str, size: tuple[int, int]) -> Image:
    """A photo whose size is known. Reading its pixels may raise UnreadablePhoto.

    source: identifies the photo, as the hash of the pixels does for images. size: that of the result of `open_photo`.
    """
    return Image(_lazy()(path, size), source, 0, 0, size)


@cache
def _lazy() -> Any:
    from PIL.Image import Image as Pixels

    class LatePixels(Pixels):
        """Pixels that are decoded by `load`, which every operation of Pillow calls first."""

        def __init__(self, path: Path, size: tuple[int, int]) -> None:
            super().__init__()
            self._mode, self._size, self._path = "RGB", size, path

        def load(self) -> Any:
            if self._im is None:
                self._im = open_photo(self._path).pixels.im
            return super().load()

    return LatePixels
