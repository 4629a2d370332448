"""Reads image files with Pillow as RGB, the way a viewer would show them; any problem is an InputError."""

from __future__ import annotations

import stat
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.values import Image

if TYPE_CHECKING:
    from PIL import Image as pillow

MAX_PIXELS = 64_000_000
"""Maximum number of pixels (width times height) of an image."""
MAX_BYTES = 1_000_000_000
"""Maximum size of a file, because decoders may read large parts of a file at once."""

# Not all of Pillow's formats: the EPS reader, for example, runs Ghostscript on the file.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2", ".avif")
)
"""File name extensions of images, in lower case."""
_READABLE = "JPEG, PNG, GIF, WebP, BMP, TIFF, PPM, JPEG 2000 and AVIF files can be read."


def load_image(path: Path) -> Image:
    """Load an image: rotated by its EXIF orientation, with transparency over white.

    For animations, the first frame is used. 16-bit greys are scaled to 8 bits. 32-bit integers and floats are scaled
    from the smallest of the ranges 0-1 (floats only), 0-255 and 0-65535 that contains all values, otherwise from their
    own minimum and maximum.

    Raises InputError for a file that is missing, empty, not an image, damaged, or larger than MAX_PIXELS or MAX_BYTES.
    """
    require_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000:,} MB.", hint="Make it smaller first.")
    return decode_image(path, str(path))


def decode_image(file: Path | BytesIO, name: str) -> Image:
    """The image in a file, as `load_image`. name: what the file is called. Raises InputError."""
    return _decoded(file, name, 0)


def decode_small(file: Path, name: str, side: int) -> Image:
    """The same, scaled down so that its longer side has at most `side` pixels; JPEG files are decoded at reduced size.
    Raises InputError.
    """
    return _decoded(file, name, side)


def _decoded(file: Path | BytesIO, name: str, side: int) -> Image:
    """side: as in `decode_small`; 0 for the size that it has."""
    with warnings.catch_warnings():
        from PIL import Image as pillow

        # Pillow's limits are above MAX_PIXELS, so an image that exceeds them is too large here as well.
        warnings.simplefilter("error", pillow.DecompressionBombWarning)
        try:
            return Image.of(_decode(file, name, side))
        except (pillow.DecompressionBombWarning, pillow.DecompressionBombError):
            raise _too_large(name) from None
        except pillow.UnidentifiedImageError:
            raise InputError(f"{name} is not an image that can be read.", hint=_READABLE) from None
        except InputError:
            raise
        except Exception as error:  # damage makes Pillow's decoders raise anything, RuntimeError and TypeError too
            raise InputError(f"{name} is damaged: {error}.", hint="Save or download it again.") from error


def from_pixels(pixels: pillow.Image, name: str = "the picture") -> Image:
    """The same for an image that Pillow has opened or made. Raises InputError."""
    if pixels.width * pixels.height > MAX_PIXELS:
        raise _too_large(name, pixels.size)
    if not pixels.width or not pixels.height:
        raise InputError(f"{name} has no pixels: its size is {pixels.width} x {pixels.height}.")
    try:
        return Image.of(_rgb(pixels, name))
    except InputError:
        raise
    except Exception as error:  # its file is decoded only now, and may be damaged, or closed
        raise InputError(f"{name} cannot be read: {error}.") from error


def encode_png(image: Image) -> bytes:
    """Encode as PNG."""
    buffer = BytesIO()
    image.pixels.save(buffer, "PNG")
    return buffer.getvalue()


def require_file(path: Path) -> None:
    """Raise InputError unless the path is a readable file."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: no path has a null character
        raise InputError(f"There is no file {path}.", hint="Check the path.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from None
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path} is a folder.", hint="Pass a file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is not a regular file.", hint="Choose another file.")
    if found.st_size == 0:
        raise InputError(f"{path} is empty: it has 0 bytes.", hint="Save or download it again.")


def _too_large(name: str, size: tuple[int, int] | None = None) -> InputError:
    shown = f"{size[0]} x {size[1]} pixels" if size else "too many pixels"
    return InputError(
        f"{name} has {shown}; at most {MAX_PIXELS:,} pixels (width times height) are read.",
        hint="Make it smaller first.",
    )


def _decode(file: Path | BytesIO, name: str, side: int) -> pillow.Image:
    """The file's first frame in mode RGB."""
    from PIL import Image as pillow

    with pillow.open(file, formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_large(name, opened.size)
        if side:
            opened.draft("RGB", (side, side))
        rgb = _rgb(opened, name)
        if side and max(rgb.size) > side:
            rgb.thumbnail((side, side), pillow.Resampling.BICUBIC)
        return rgb


def _rgb(opened: pillow.Image, name: str) -> pillow.Image:
    """The image in mode RGB, upright, over white where it is transparent."""
    from PIL import Image as pillow
    from PIL import ImageOps

    opened.load()
    upright = ImageOps.exif_transpose(opened)
    if opened.mode.startswith("I;16"):
        return _scaled(upright, 0, 65535)
    if opened.mode in ("I", "F"):
        # Pillow gives every PGM with more than 8 bits as 32-bit integers from 0 to 65535.
        is_pgm = opened.mode == "I" and opened.format == "PPM"
        return _scaled(upright, *((0, 65535) if is_pgm else _value_range(name, upright)))
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    rgba = upright.convert("RGBA")
    white = pillow.new("RGBA", rgba.size, "white")
    return pillow.alpha_composite(white, rgba).convert("RGB")


def _value_range(name: str, image: pillow.Image) -> tuple[float, float]:
    """Which values mean black and white in an image whose mode does not say."""
    import numpy as np

    values = np.asarray(image)
    if not np.isfinite(values).all():
        raise InputError(f"{name} holds values that are not finite numbers.", hint="Replace them before asking.")
    low, high = float(values.min()), float(values.max())
    for usual in [1] * (image.mode == "F") + [255, 65535]:
        if low >= 0 and high <= usual:
            return 0, usual
    return low, high


def _scaled(image: pillow.Image, black: float, white: float) -> pillow.Image:
    """Convert a grey image to mode RGB, mapping `black` to 0 and `white` to 255."""
    import numpy as np
    from PIL import Image as pillow

    share = (np.asarray(image, np.float64) - black) / (white - black or 1)
    return pillow.fromarray(np.rint(share * 255).astype(np.uint8)).convert("RGB")
