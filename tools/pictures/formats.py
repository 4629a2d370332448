"""Detects formats by their first bytes: PDF and HEIC need extra packages, all others are left to Pillow."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from ..core.errors import InputError
from ..core.values import Image
from ..media.images import MAX_BYTES, decode_image, decode_small, require_file

HEAD = 1024
"""The number of first bytes that must contain the PDF signature."""
_HEIC = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))


def decode_file(path: Path, page: int = 0, *, side: int = 0) -> Image:
    """The image in a file. page: of a PDF, from 1; 0 for the first.

    side: scale the image down to this longer side in pixels; 0 for its own size. Raises InputError, PrerequisiteError.
    """
    require_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000:,} MB.", hint="Make it smaller first.")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if is_pdf(head) or is_heic(head):
            return _smaller(decode_bytes(path.read_bytes(), str(path), page), side)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    _require_no_page(page, str(path))
    return decode_small(path, str(path), side) if side else decode_image(path, str(path))


def decode_bytes(data: bytes, name: str, page: int = 0) -> Image:
    """The image in the bytes of a file. name: for messages. Raises InputError, PrerequisiteError."""
    if not data:
        raise InputError(f"{name} is empty: it has 0 bytes.")
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES // 1_000_000:,} MB.", hint="Make it smaller first.")
    if is_pdf(data):
        from .pdf import read_page

        return read_page(data, page or 1, name)
    _require_no_page(page, name)
    if is_heic(data):
        from .heic import read_heic

        return read_heic(data, name)
    return decode_image(BytesIO(data), name)


def _smaller(image: Image, side: int) -> Image:
    if not side or max(image.width, image.height) <= side:
        return image
    pixels = image.pixels.copy()
    pixels.thumbnail((side, side))
    return Image.of(pixels)


def is_pdf(head: bytes) -> bool:
    """Is it the start of a PDF file? Some have a few bytes before the signature."""
    return b"%PDF-" in head[:HEAD]


def is_heic(head: bytes) -> bool:
    """Is it the start of a HEIC file? AVIF has the same container, but Pillow reads it."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC and b"avif" not in head[8:32]


def _require_no_page(page: int, name: str) -> None:
    if page:
        raise InputError(f"{name} has no pages: it is not a PDF.", hint=f"Leave out #{page}.")
