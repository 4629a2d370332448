"""Damaged messages: what a worker could send that has forgotten its manners."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import Any

import msgpack

BOX, POINT, TUPLE, SET, IMAGE, MASK, VIDEO = range(1, 8)
packb: Any = msgpack.packb

_STRANGE = (
    b"\xc1",
    b"\xdd\xff\xff\xff\xff",  # a list of four thousand million values
    b"\xdf\x00\x0f\xff\xff",  # a large map
    b"\xc6\x7f\xff\xff\xff",  # two gigabytes of binary
    b"\xc7\x00\x04",  # an empty set
    b"\xd4\xff\x00",  # a timestamp with a part missing
    b"\xd6\xff\x00\x00\x00\x00",  # a timestamp
    b"\x81\x90",
    b"\x91" * 40,
    b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00",  # infinity
    b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xa1\xff",  # a text that is no UTF-8
)


def ext(code: int, payload: Any) -> msgpack.ExtType:
    return msgpack.ExtType(code, payload if isinstance(payload, bytes) else packb(payload, strict_types=False))


def frame(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body


def good_messages() -> list[list[Any]]:
    """One of each kind that a worker sends."""
    box = ext(BOX, [1.0, 2.0, 3.5, 4.0, "dog", 0.5])
    several = [box, ext(SET, [1, "a"]), ext(TUPLE, [ext(POINT, [1, 2.5, "", 1.0]), None])]
    return [
        ["call", 1, "LOC", [ext(IMAGE, [0]), "boat"], {"margin": 0.5}, 3, 9],
        ["done", several, {"x": -1, "y": box}, "text"],
        ["raised", "ValueError", "wörd", 2, {"deep": [[[{"a": [1.5, True]}]]]}, ""],
        ["ready", ["process", "rlimit_as"]],
    ]


def damaged(chance: random.Random) -> Iterator[bytes]:
    """Frames for ever: bytes changed, cut, doubled, swapped, and strange ones put in; some with a wrong length."""
    bodies = [packb(message) for message in good_messages()]
    while True:
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 4)):
            _damage(body, chance)
        whole = frame(bytes(body))
        if chance.random() < 0.1:
            whole = struct.pack("<I", chance.choice([0, 1, len(body) + 1, len(body) // 2, 1 << 20, 0xFFFFFFFF])) + body
        yield bytes(whole)


def _damage(body: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(body)) if body else 0
    match chance.randrange(5):
        case 0:
            body[at : at + 1] = bytes([chance.randrange(256)])
        case 1:
            del body[at : at + chance.randint(1, 8)]
        case 2:
            body[at:at] = body[at : at + chance.randint(1, 8)]
        case 3:
            body[at:at] = chance.choice(_STRANGE)
        case _:
            body[at : at + 1] = bytes([body[at] ^ (1 << chance.randrange(8))]) if body else b""
