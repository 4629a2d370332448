"""The protocol with isolated processes: msgpack of plain values, images and boxes."""

from __future__ import annotations

import struct
from typing import IO, Any, cast

import msgpack as _msgpack  # pyright: ignore[reportMissingTypeStubs]

from ..core.values import Box, Image

_IMAGE, _BOX = 1, 2
msgpack: Any = _msgpack
MAX_BYTES = 1 << 30


def send(pipe: IO[bytes], value: Any) -> None:
    """Write one value. Raises OSError if the other side is gone, TypeError for unsupported values."""
    try:
        body = msgpack.packb(value, default=_encode)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise TypeError(f"a value cannot be sent to another process: {error}") from None
    pipe.write(struct.pack("<Q", len(body)) + body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one value. Raises EOFError if the other side is gone, ValueError for an invalid message."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (length,) = struct.unpack("<Q", head)
    if length > MAX_BYTES:
        raise ValueError(f"a message of {length} bytes")
    body = pipe.read(length)
    if len(body) < length:
        raise EOFError
    return msgpack.unpackb(body, ext_hook=_decode)


def _encode(value: Any) -> Any:
    if isinstance(value, Image):
        place = [value.source, value.left, value.top, list(value.original), list(value.pixels.size)]
        return msgpack.ExtType(_IMAGE, msgpack.packb([*place, value.pixels.tobytes()]))
    if isinstance(value, Box):
        return msgpack.ExtType(
            _BOX, msgpack.packb([value.left, value.top, value.right, value.bottom, value.label, value.score])
        )
    if isinstance(value, tuple):
        return list(cast("tuple[Any, ...]", value))
    raise TypeError(f"{type(value).__name__} cannot be sent to another process")


def _decode(code: int, body: bytes) -> Any:
    parts = msgpack.unpackb(body)
    if code == _BOX:
        return Box(*parts)
    if code == _IMAGE:
        from PIL import Image as pillow

        source, left, top, original, size, pixels = parts
        return Image(pillow.frombytes("RGB", tuple(size), pixels), source, left, top, tuple(original))
    raise ValueError(f"a value of kind {code}")
