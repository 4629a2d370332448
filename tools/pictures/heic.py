"""HEIC photos, as phones take them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..core.errors import InputError
from ..core.packages import require
from ..core.values import Image
from ..media.images import from_pixels


def read_heic(data: bytes, name: str) -> Image:
    """The image in a HEIC file, upright. Raises InputError, PrerequisiteError without pillow-heif."""
    require("heic", "pillow_heif")
    try:
        library: Any = import_module("pillow_heif")  # its types are incomplete
        pixels = library.open_heif(data).to_pillow()
    except Exception as error:  # the decoder raises all kinds of errors for damaged files
        raise InputError(f"{name} is damaged: {error}.", hint="Save or download it again.") from None
    return from_pixels(pixels, name)
