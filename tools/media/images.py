"""Image files: any that Pillow reads becomes RGB as a person would see it, or an InputError says why not."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.values import Image

if TYPE_CHECKING:
    from PIL import Image as pillow

MAX_PIXELS = 64_000_000
"""The largest image that is decoded, width times height."""
MAX_BYTES = 1_000_000_000
"""The largest file that is read: decoders take in a whole part of a file at once, whatever stands in it."""

# Not all that Pillow knows: its EPS reader, for one, runs Ghostscript on the file.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2", ".avif")
)
"""What the names of image files end in, in lower case."""
_READABLE = "JPEG, PNG, GIF, WebP, BMP, TIFF, PPM, JPEG 2000 and AVIF files can be read."


def load_image(path: Path) -> Image:
    """The image in a file: turned upright by its EXIF orientation, over white where it is transparent.

    Of an animation the first frame counts. 16-bit greys are scaled to 8 bits; integers of 32 bits and floating point
    numbers from the smallest of the ranges 0-1 (floating point only), 0-255 and 0-65535 that holds them all, otherwise
    from their own smallest and largest value.

    Raises InputError for a file that is missing, empty, no image, damaged, or larger than MAX_PIXELS or MAX_BYTES.
    """
    require_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000:,} MB.", hint="Make it smaller first.")
    with warnings.catch_warnings():
        from PIL import Image as pillow

        # Pillow's limits lie above MAX_PIXELS, so whatever trips them is too large here.
        warnings.simplefilter("error", pillow.DecompressionBombWarning)
        try:
            return Image.of(_decode(path))
        except (pillow.DecompressionBombWarning, pillow.DecompressionBombError):
            raise _too_large(path) from None
        except pillow.UnidentifiedImageError:
            raise InputError(f"{path} is not an image that can be read.", hint=_READABLE) from None
        except InputError:
            raise
        except Exception as error:  # damage makes Pillow's decoders raise anything, RuntimeError and TypeError too
            raise InputError(f"{path} is damaged: {error}.", hint="Save or download it again.") from error


def encode_png(image: Image) -> bytes:
    """The image as a PNG file."""
    buffer = BytesIO()
    image.pixels.save(buffer, "PNG")
    return buffer.getvalue()


def require_file(path: Path) -> None:
    """Raises InputError for a path with no file to read."""
    if path.is_dir():
        raise InputError(f"{path} is a folder.", hint="Name a file in it.")
    if not path.exists():
        raise InputError(f"There is no file {path}.", hint="Check the path for a typing error.")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file.", hint="Name another file.")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty: it has 0 bytes.", hint="Save or download it again.")


def _too_large(path: Path, size: tuple[int, int] | None = None) -> InputError:
    shown = f"{size[0]} x {size[1]} pixels" if size else "too many pixels"
    return InputError(
        f"{path} has {shown}; at most {MAX_PIXELS:,} pixels (width times height) are read.",
        hint="Make it smaller first.",
    )


def _decode(path: Path) -> pillow.Image:
    """The file's first frame in mode RGB."""
    from PIL import Image as pillow
    from PIL import ImageOps

    with pillow.open(path, formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_large(path, opened.size)
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        if opened.mode.startswith("I;16"):
            return _scaled(upright, 0, 65535)
        if opened.mode in ("I", "F"):
            # Pillow gives every PGM with more than 8 bits as 32-bit integers from 0 to 65535.
            is_pgm = opened.mode == "I" and opened.format == "PPM"
            return _scaled(upright, *((0, 65535) if is_pgm else _value_range(path, upright)))
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    rgba = upright.convert("RGBA")
    white = pillow.new("RGBA", rgba.size, "white")
    return pillow.alpha_composite(white, rgba).convert("RGB")


def _value_range(path: Path, image: pillow.Image) -> tuple[float, float]:
    """Which values mean black and white in an image whose mode does not say."""
    import numpy as np

    values = np.asarray(image)
    if not np.isfinite(values).all():
        raise InputError(f"{path} holds values that are not finite numbers.", hint="Replace them before asking.")
    low, high = float(values.min()), float(values.max())
    for usual in [1] * (image.mode == "F") + [255, 65535]:
        if low >= 0 and high <= usual:
            return 0, usual
    return low, high


def _scaled(image: pillow.Image, black: float, white: float) -> pillow.Image:
    """A grey image in mode RGB, with `black` at 0 and `white` at 255."""
    import numpy as np
    from PIL import Image as pillow

    share = (np.asarray(image, np.float64) - black) / (white - black or 1)
    return pillow.fromarray(np.rint(share * 255).astype(np.uint8)).convert("RGB")
