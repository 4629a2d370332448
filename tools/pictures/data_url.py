"""Data URLs (RFC 2397): pictures embedded in an address."""

from __future__ import annotations

import binascii
from base64 import b64decode
from urllib.parse import unquote_to_bytes

from ..core.errors import InputError


def read_data_url(url: str) -> tuple[bytes, str]:
    """The bytes, and a name from the media type. Raises InputError."""
    head, comma, body = url.partition(",")
    media, *options = head[len("data:") :].split(";")
    if not comma:
        raise InputError("The data URL has no data.", hint="It is data:image/png;base64,...")
    data = unquote_to_bytes(body)
    if any(option.strip().lower() == "base64" for option in options):
        try:
            data = b64decode(b"".join(data.split()), validate=True)
        except binascii.Error as error:
            raise InputError(f"The data URL is not base64: {error}.", hint="Was it cut?") from None
    return data, f"image.{media.rpartition('/')[2]}" if media.startswith("image/") and len(media) < 40 else "image"
