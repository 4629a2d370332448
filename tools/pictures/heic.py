"""HEIC photos, as phones take them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import InputError
from ..images import from_pixels
from ..packages import require
from ..values import Image


def read_heic(data: bytes, name: str) -> Image:
    """The image in a HEIC file, upright. Raises InputError, PrerequisiteError without pillow-heif."""
    require("heic", "pillow_heif")
    try:
        library: Any = import_module("pillow_heif")  # whose types are not all there
        pixels = library.open_heif(data).to_pillow()
    except Exception as error:  # damage makes the decoder raise anything
        raise InputError(f"{name} is damaged: {error}.", hint="Save or download it again.") from None
    return from_pixels(pixels, name)
