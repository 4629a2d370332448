"""The protocol between host and worker: length-prefixed msgpack with a closed set of types. No pickle, no code.

worker -> host   ["ready", layers]
host -> worker   ["run", source, tool names, inputs, loop steps, printed characters]
worker -> host   ["call", id, tool, args, kwargs, line, column]
host -> worker   ["result", id, value] or ["failed", id, message]
worker -> host   ["done", answer, variables, printed]
                 ["raised", type, message, line, variables, printed]

Values are None, bool, int (64 bit), float, str, list, tuple, set, dict, Box, Point, Segment and Moment; images, masks,
videos and albums are sent as handles. Each side provides `pack` and `unpack` for handles.
"""

from __future__ import annotations

import math
import os
import socket
import struct
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, cast

import msgpack as _msgpack  # pyright: ignore[reportMissingTypeStubs]

from ..tools.core.times import Moment, Segment
from ..tools.core.values import Box, Point

MAX_FRAME = 1 << 20
"""Maximum bytes of a message."""
MAX_DEPTH = 16
"""Maximum nesting depth of a value."""
MAX_VALUES = 200_000
"""Maximum number of values in a message, including nested ones."""
MAX_HASHED = 1_000
"""Maximum size of a set or dictionary, since an attacker can choose keys with colliding hashes."""

msgpack: Any = _msgpack
_unpack = partial(msgpack.unpackb, strict_map_key=False, max_array_len=MAX_VALUES, max_map_len=MAX_HASHED)
_LEAVES = frozenset({str, int, float, bool, type(None)})
_CONTAINERS = frozenset({list, tuple, set, dict})

_BOX, _POINT, _TUPLE, _SET, IMAGE, MASK, VIDEO, _SEGMENT, _MOMENT, ALBUM = range(1, 11)
_HEADER = struct.Struct("<I")
_READ = 1 << 17
_TRIES = 25 if (os.cpu_count() or 1) > 1 else 0
_TICK = struct.pack("ll", 0, 20_000)


class WireError(Exception):
    """The other side sent an invalid message, or a value is too large to send."""


class WireClosed(WireError):
    """The other side closed the connection."""


class Wire:
    """One end of the connection. sent and received count bytes.

    pack: a value outside of the closed set -> (IMAGE, MASK, VIDEO or ALBUM, payload). Raises WireError for others.
    unpack: (IMAGE, MASK, VIDEO or ALBUM, payload) -> value. Raises WireError.
    """

    def __init__(
        self,
        connection: socket.socket,
        pack: Callable[[Any], tuple[int, list[Any]]],
        unpack: Callable[[int, list[Any]], Any],
    ) -> None:
        self._socket = connection
        self._unpack = unpack
        self._packer = msgpack.Packer(default=_Coder(pack), strict_types=True)
        self._unread = bytearray()
        self._ticks = False
        self.sent = self.received = 0

    def send(self, message: list[Any], seconds: float = math.inf) -> None:
        """Send one message. Raises WireError if it is too large or contains an unsupported value.

        seconds: the time limit for sending. Raises TimeoutError, WireClosed.
        """
        body = self._body(message, MAX_DEPTH)
        if len(body) > MAX_FRAME:
            raise WireError(f"cannot be sent: {len(body):,} bytes are more than {MAX_FRAME:,}")
        left = _HEADER.pack(len(body)) + body
        self.sent += len(left)
        deadline = self._deadline(seconds)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                if monotonic() > deadline:
                    raise TimeoutError from None
            except OSError as error:
                raise WireClosed(str(error)) from None

    def receive(self, seconds: float = math.inf) -> list[Any]:
        """The next message. Raises TimeoutError, WireClosed, or WireError for a malformed one.

        seconds: the time limit for the whole message.
        """
        deadline = self._deadline(seconds)
        while (body := self._whole_body()) is None:
            if monotonic() > deadline:
                raise TimeoutError
            self._unread += self._some()
        message = _bounded(self._load(body, MAX_DEPTH), MAX_DEPTH)
        if message.__class__ is not list or not message or message[0].__class__ is not str:
            raise WireError("a message is a list that starts with its name")
        return message

    def size(self, value: Any, most: int) -> int | None:
        """The encoded size of a value; None if it cannot be sent or needs more than `most` bytes."""
        try:
            body = self._body(value, MAX_DEPTH - 2)  # it will be nested in a message and its table of variables
        except (WireError, MemoryError):
            return None
        return len(body) if len(body) <= most else None

    def _body(self, value: Any, depth: int) -> bytes:
        try:
            return self._packer.pack(_bounded(value, depth))
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise WireError(f"cannot be sent: {error}") from None

    def _load(self, body: bytes, depth: int) -> Any:
        def extension(code: int, data: bytes) -> Any:
            return self._value(code, self._load(data, depth - 1))

        if depth == 0:
            raise WireError(f"values are nested more than {MAX_DEPTH} deep")
        try:
            return _unpack(body, ext_hook=extension)
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"not a message: {type(error).__name__}: {error}") from None

    def _whole_body(self) -> bytes | None:
        """The body of the next message, once complete. Further bytes are kept for the next call."""
        unread = self._unread
        if len(unread) < _HEADER.size:
            return None
        end = _HEADER.size + _HEADER.unpack_from(unread)[0]
        if end > MAX_FRAME + _HEADER.size:
            raise WireError(f"a message of {end - _HEADER.size:,} bytes is more than {MAX_FRAME:,}")
        if len(unread) < end:
            return None
        body = bytes(unread[_HEADER.size : end])
        del unread[:end]
        return body

    def _some(self) -> bytes:
        """The bytes that have arrived; empty if none arrived within a tick.

        The reply is often imminent, and polling a few times takes a third of the time for putting the process to sleep
        and waking it up.
        """
        for _ in range(_TRIES):
            try:
                return self._taken(self._socket.recv(_READ, socket.MSG_DONTWAIT))
            except BlockingIOError:
                continue
            except OSError as error:
                raise WireClosed(str(error)) from None
        try:
            return self._taken(self._socket.recv(_READ))
        except BlockingIOError:
            return b""
        except OSError as error:
            raise WireClosed(str(error)) from None

    def _taken(self, part: bytes) -> bytes:
        if not part:
            raise WireClosed("the other side closed the connection")
        self.received += len(part)
        return part

    def _deadline(self, seconds: float) -> float:
        """Set a receive timeout at the first deadline, so that deadlines are noticed.

        Polling first would cost one more system call per message. Workers have no deadlines and may not set timeouts.
        """
        if seconds == math.inf:
            return seconds
        if not self._ticks:
            for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                self._socket.setsockopt(socket.SOL_SOCKET, direction, _TICK)
            self._ticks = True
        return monotonic() + seconds

    def _value(self, code: int, payload: Any) -> Any:
        if type(payload) is not list:
            raise WireError("a coded value is not a list")
        parts = cast("list[Any]", payload)
        if code == _TUPLE:
            return tuple(parts)
        if code == _SET:
            if len(parts) > MAX_HASHED:
                raise WireError(f"a set of more than {MAX_HASHED:,} members")
            return set(parts)
        if code in _PLACED:
            return _placed(_PLACED[code], parts)
        if code == _MOMENT:
            return _moment(parts)
        return self._unpack(code, parts)


class _Coder:
    """Codes the values that msgpack does not know. pack: as in `Wire`.

    Not a method of `Wire`, whose packer holds it: images would stay in memory until the garbage collector comes.
    """

    def __init__(self, pack: Callable[[Any], tuple[int, list[Any]]]) -> None:
        self._pack = pack

    def __call__(self, value: Any) -> Any:
        code, payload = self._coded(value)
        # Called during packing, so it needs another packer.
        return msgpack.ExtType(code, msgpack.packb(payload, default=self, strict_types=True))

    def _coded(self, value: Any) -> tuple[int, list[Any]]:
        if type(value) is tuple:
            return _TUPLE, list(cast("tuple[Any, ...]", value))
        if type(value) in (set, frozenset):
            return _SET, list(cast("set[Any]", value))
        if type(value) is Box:
            return _BOX, [value.left, value.top, value.right, value.bottom, value.label, value.score]
        if type(value) is Point:
            return _POINT, [value.x, value.y, value.label, value.score]
        if type(value) is Segment:
            return _SEGMENT, [value.start, value.end, value.label, value.score]
        if type(value) is Moment:
            return _MOMENT, [value.time, value.box]
        return self._pack(value)


def _bounded(value: Any, depth: int) -> Any:
    """Check a value's types, nesting depth and size before packing."""
    if _count(value, depth) > MAX_VALUES:
        raise WireError(f"more than {MAX_VALUES:,} values in one message")
    return value


def _count(value: Any, depth: int) -> int:
    kind: type[Any] = value.__class__
    if kind in (bytes, msgpack.Timestamp):
        raise WireError(f"a value of type {kind.__name__} cannot be sent")
    if kind not in _CONTAINERS:
        return 1
    if depth == 0:
        raise WireError(f"values are nested more than {MAX_DEPTH} deep")
    if kind in (set, dict) and len(value) > MAX_HASHED:
        raise WireError(f"a {kind.__name__} of more than {MAX_HASHED:,} members")
    count = 1 + len(value)
    parts = (*value, *value.values()) if kind is dict else value
    for part in parts:
        # Most values are leaves, and a call for each would dominate the time.
        if part.__class__ not in _LEAVES:
            count += _count(part, depth - 1)
    return count


_PLACED: dict[int, type[Box] | type[Point] | type[Segment]] = {_BOX: Box, _POINT: Point, _SEGMENT: Segment}


def _placed(kind: type[Box] | type[Point] | type[Segment], parts: list[Any]) -> Box | Point | Segment:
    """Decode a box, point or segment from numbers, label and score."""
    wanted, name = 6 if kind is Box else 4, "segment" if kind is Segment else "box or point"
    if len(parts) != wanted or type(parts[-2]) is not str:
        raise WireError(f"a {name} with parts missing")
    if any(type(part) not in (int, float) for part in (*parts[:-2], parts[-1])):
        raise WireError(f"a {name} with parts that are not numbers")
    return kind(*parts)


def _moment(parts: list[Any]) -> Moment:
    """Decode a moment from its time and its box."""
    if len(parts) != 2 or type(parts[0]) not in (int, float) or type(parts[1]) is not Box:
        raise WireError("a moment without a time and a box")
    return Moment(parts[0], parts[1])
