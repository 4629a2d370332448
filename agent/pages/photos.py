"""Stored images and masks, encoded for HTML pages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from ...tools.core.errors import InputError
from ...tools.core.values import Image, Mask
from ..traces.damage import plain
from ..traces.runs import StoredRun

MAX_SIDE = 1600
"""Maximum longer side of embedded images, in pixels."""
MAX_PIXELS = 100_000_000
"""Maximum pixels of a mask; larger images are not accepted."""
_MASK_COLORS = {"found": (255, 40, 120), "given": (60, 130, 255), "rejected": (245, 158, 11)}


@dataclass(frozen=True)
class PagePhoto:
    """A stored image: name, size of the original in pixels, and the embedded data."""

    name: str
    width: int
    height: int
    href: str

    def shows(self, width: int, height: int) -> bool:
        """Whether it is a whole original of this size, not a part."""
        return (self.width, self.height) == (width, height)


def mask_png(part: dict[str, Any], role: str) -> str:
    """The mask as a translucent PNG of the original's size. role: `found`, `given` or `rejected`.

    Raises InputError for one that no picture could have.
    """
    import numpy as np
    from PIL import Image as Pillow

    if part["width"] * part["height"] > MAX_PIXELS:
        raise InputError(f"There is a mask of {part['width']:,} x {part['height']:,} pixels.")
    inside = Mask(part["width"], part["height"], tuple(part["counts"])).array()
    image = Pillow.fromarray(np.ascontiguousarray(inside, dtype=np.uint8))
    image.putpalette([0, 0, 0, *_MASK_COLORS[role]])
    return _saved(image, "PNG", transparency=bytes([0, 140]))


def read_photo(run: StoredRun, name: str) -> PagePhoto:
    """A stored image. Raises InputError if its file is missing or damaged."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(run.image_path(name)) as stored:
            width, height = stored.size
            stored.thumbnail((MAX_SIDE, MAX_SIDE))
            return PagePhoto(name, width, height, _saved(stored.convert("RGB"), "JPEG", quality=88))
    except Exception as error:  # damage makes Pillow raise anything, and a page may ask for any name
        raise _unreadable(run, name, error) from None


def image_photo(image: Image, name: str) -> PagePhoto:
    """An image that is in no run."""
    shown = image.pixels.convert("RGB")
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    return PagePhoto(name, image.width, image.height, _saved(shown, "JPEG", quality=88))


def link_photo(run: StoredRun, name: str, link: Callable[[str], str]) -> PagePhoto:
    """A stored image served by URL. Raises InputError if its file is missing or damaged."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(run.image_path(name)) as stored:
            return PagePhoto(name, *stored.size, link(name))
    except Exception as error:  # damage makes Pillow raise anything, and a page may ask for any name
        raise _unreadable(run, name, error) from None


def served_photo(run: StoredRun, name: str, longest: int = MAX_SIDE) -> bytes:
    """A stored image as JPEG, with a maximum longer side in pixels. Raises InputError."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(run.image_path(name)) as stored:
            stored.thumbnail((longest, longest))
            buffer = BytesIO()
            stored.convert("RGB").save(buffer, "JPEG", quality=88)
            return buffer.getvalue()
    except Exception as error:  # damage makes Pillow raise anything, and a page may ask for any name
        raise _unreadable(run, name, error) from None


def embedded_photo(run: StoredRun, name: str, longest: int = MAX_SIDE) -> str:
    """What `served_photo` returns, as a data URL. Raises InputError."""
    return _data_url(served_photo(run, name, longest), "jpeg")


def _unreadable(run: StoredRun, name: str, error: Exception) -> InputError:
    return InputError(f"The picture {name!r:.80} of the run {plain(run.folder)} cannot be read: {error!s:.200}.")


def _saved(image: Any, form: str, **options: Any) -> str:
    """An image in a format of Pillow, as a data URL."""
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return _data_url(buffer.getvalue(), form.lower())


def _data_url(data: bytes, form: str) -> str:
    return f"data:image/{form};base64,{b64encode(data).decode()}"
