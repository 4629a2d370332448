"""Pages of PDF files."""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Any

from ..core.errors import InputError
from ..core.packages import require
from ..core.values import Image
from ..media.images import MAX_PIXELS, from_pixels

DPI = 150
"""Pixels per inch: small print is legible, and an A4 page has two million pixels."""
_POINTS = 72
_LOCK = Lock()  # PDFium is not thread-safe


def read_page(data: bytes, page: int, name: str) -> Image:
    """A page as a picture, at DPI or less for very large pages. page: from 1.

    Raises InputError for a damaged or locked file, or a page that it does not have; PrerequisiteError without
    pypdfium2.
    """
    require("pdf", "pypdfium2")
    library: Any = import_module("pypdfium2")  # it has no types
    with _LOCK:
        try:
            document = library.PdfDocument(data)
        except library.PdfiumError as error:
            locked = "assword" in str(error)
            hint = "Save it without a password." if locked else "Save or download it again."
            raise InputError(f"{name} {'is locked' if locked else 'is damaged'}: {error}.", hint=hint) from None
        try:
            return _rendered(document, page, name)
        except library.PdfiumError as error:
            raise InputError(f"Page {page} of {name} cannot be drawn: {error}.") from None
        finally:
            document.close()


def _rendered(document: Any, page: int, name: str) -> Image:
    count = len(document)
    if not 1 <= page <= count:
        pages = f"{count} page{'s' * (count != 1)}"
        raise InputError(f"{name} has no page {page}: it has {pages}.")
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = min(DPI / _POINTS, (MAX_PIXELS * 0.99 / max(width * height, 1)) ** 0.5)
    return from_pixels(sheet.render(scale=scale).to_pil(), f"page {page} of {name}")
