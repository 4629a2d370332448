"""The worker process that runs a program: standard library, RestrictedPython and the protocol; no models, no pixels.

It is forked by the zygote (zygote.py), locked down, and runs one program.
"""

from __future__ import annotations

import inspect
import socket
import warnings
from collections.abc import Iterator
from importlib import import_module
from types import FrameType
from typing import Any

from ..programs.language.language import ANSWER
from ..tools.core.albums import Album
from ..tools.core.times import Moment, Segment
from ..tools.core.values import Box, Image, Mask, Point, Video
from .limits import LimitExceeded
from .policy import PROGRAM, PolicyError, compile_program, guarded_globals
from .texts import PrintBuffer, without_addresses
from .wire import ALBUM, IMAGE, MASK, MAX_FRAME, VIDEO, Wire, WireError

READY = "ready"
MAX_MESSAGE = 500
MAX_VARIABLES = 1 << 16
"""Maximum bytes of all variables reported at the end."""
MAX_ITEMS = 200
"""Maximum bytes of one variable; larger ones are left out, since they are hardly useful and cost time."""
_LONG = (list, tuple, dict, set)
_START_SECONDS = 10.0


class ImageHandle:
    """A handle of an image, which stays in the host; programs see its size and its position in the original."""

    __slots__ = ("number", *Image.visible)
    width: int
    height: int

    def __init__(self, number: int, *visible: float) -> None:
        self.number = number
        for name, value in zip(Image.visible, visible, strict=True):
            setattr(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImageHandle) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<image {self.width} x {self.height}>"


class MaskHandle:
    """A handle of a mask, which stays in the host; programs see its area and box."""

    __slots__ = ("area", "box", "label", "number", "score")

    def __init__(self, number: int, area: int, box: Box | None, label: str, score: float) -> None:
        self.number, self.area, self.box, self.label, self.score = number, area, box, label, score

    def __repr__(self) -> str:
        return f"<mask of {self.area} pixels>"


class VideoHandle:
    """A handle of a video, which stays in the host; programs see its size and length."""

    __slots__ = ("number", *Video.visible)
    frames: int

    def __init__(self, number: int, *visible: float) -> None:
        self.number = number
        for name, value in zip(Video.visible, visible, strict=True):
            setattr(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VideoHandle) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<video of {self.frames} frames>"


class AlbumHandle:
    """A handle of an album, which stays in the host; programs see the number of its photos."""

    __slots__ = ("count", "number")

    def __init__(self, number: int, count: int) -> None:
        self.number, self.count = number, count

    def __len__(self) -> int:
        return self.count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AlbumHandle) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<album of {self.count} photos>"


_HANDLES: dict[int, Any] = {IMAGE: ImageHandle, MASK: MaskHandle, VIDEO: VideoHandle, ALBUM: AlbumHandle}


def _pack(value: Any) -> tuple[int, list[Any]]:
    if type(value) is ImageHandle:
        return IMAGE, [value.number]
    if type(value) is MaskHandle:
        return MASK, [value.number]
    if type(value) is VideoHandle:
        return VIDEO, [value.number]
    if type(value) is AlbumHandle:
        return ALBUM, [value.number]
    raise WireError(f"a value of type {type(value).__name__} cannot leave the program")


def _unpack(code: int, payload: list[Any]) -> Any:
    return _HANDLES[code](*payload)


class _ToolFailed(Exception):
    """The host reported a failed tool call, which ends the program."""


class _Tools:
    """Makes functions for tools, which call the host."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._calls = 0
        # By the id of the code object, which lives as long as the program; its hash would cover all constants.
        self._positions: dict[int, list[tuple[int | None, ...]]] = {}

    def proxy(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls += 1
            line, column = self._position(inspect.currentframe())
            self._wire.send(["call", self._calls, name, list(args), kwargs, line, column])
            reply = self._wire.receive()
            if reply[0] != "result":
                raise _ToolFailed(str(reply[2]))
            return reply[2]

        return call

    def _position(self, call: FrameType | None) -> tuple[int, int]:
        """Line (1-based) and column (0-based) of the current expression in the calling frame."""
        frame = call
        while frame is not None and frame.f_code.co_filename != PROGRAM:
            frame = frame.f_back
        if frame is None:
            return 0, 0
        code = frame.f_code
        positions = self._positions.get(id(code))
        if positions is None:
            positions = self._positions[id(code)] = list(code.co_positions())
        line, _, column, _ = positions[frame.f_lasti // 2]
        return line or frame.f_lineno, column or 0


def _line_of(error: BaseException) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PROGRAM:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _variables(wire: Wire, world: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """The program's variables that can be sent, without functions, guards and huge values."""
    own = {n: v for n, v in world.items() if n not in hidden and not n.startswith("_")}
    left, kept = MAX_VARIABLES, dict[str, Any]()
    for name, value in own.items():
        size = None if value.__class__ in _LONG and len(value) > MAX_ITEMS else wire.size(value, left)
        if size is not None:
            kept[name] = value
            left -= size
    return kept


class _Steps:
    """Counts loop iterations; `step` runs in C, since every iteration calls it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left: Iterator[int] = iter(range(1, most + 1))
        self.step = self._left.__next__

    def check(self) -> None:
        """Raise LimitExceeded if the limit is reached, whatever error that has become."""
        if next(self._left, None) is None:
            raise LimitExceeded(f"more than {self._most:,} rounds of its loops")


def _run(wire: Wire, message: list[Any]) -> list[Any]:
    _, source, tools, inputs, steps, characters = message
    proxies, rounds, printed = _Tools(wire), _Steps(steps), PrintBuffer(characters)
    names = inputs | {name: proxies.proxy(name) for name in tools}
    attributes = {
        Box: Box.visible,
        Point: Point.visible,
        ImageHandle: Image.visible,
        MaskHandle: Mask.visible,
        VideoHandle: Video.visible,
        AlbumHandle: Album.visible,
        Segment: Segment.visible,
        Moment: Moment.visible,
    }
    world = guarded_globals(dict(names), attributes, printed, rounds.step)
    try:
        try:
            exec(compile_program(source), world)  # noqa: S102  (this is what the process is for)
        finally:
            rounds.check()
        if ANSWER not in world:
            raise NameError("the program ended without setting answer")
        if wire.size(world[ANSWER], MAX_FRAME) is None:
            kind = type(world[ANSWER]).__name__
            raise WireError(f"the answer cannot be sent: a {kind} that is too large, too deep, or not a value")
    except PolicyError as error:
        return ["raised", "PolicyError", str(error)[:MAX_MESSAGE], 0, {}, ""]
    except MemoryError as error:
        world.clear()
        return ["raised", "MemoryError", "", _line_of(error), {}, printed.text]
    except Exception as error:
        variables = _variables(wire, world, set(names))
        text = without_addresses(str(error))[:MAX_MESSAGE].encode("utf-8", "replace").decode()
        return ["raised", type(error).__name__, text, _line_of(error), variables, printed.text]
    return ["done", world[ANSWER], _variables(wire, world, {*names, ANSWER}), printed.text]


_WARM = """
def area(a, b):
    return max(a[0], b[0]) * 1.5 + min(a[1], b[1]) / 3
found = [{'label': 'l' + str(i % 7), 'score': i / 50, 'box': [i, i + 1]} for i in range(50)]
best = sorted([x for x in found if x['score'] > 0.2], key=lambda x: x['score'])
total = sum(area(x['box'], best[0]['box']) for x in best)
print(f"{total:.2f}", ' '.join(['a', 'b']).split(' ')[0])
answer = [TOOL(1).left, round(total), größe]
"""


class _Memory:
    """A connection without a peer: keeps what is sent, and returns prepared messages."""

    def __init__(self, kept: bytes = b"") -> None:
        self.kept = kept
        self._coming = kept

    def send(self, data: bytes) -> int:
        self.kept += data
        return len(data)

    def recv(self, _most: int, _flags: int = 0) -> bytes:
        coming, self._coming = self._coming, b""
        return coming


def warm_up() -> None:
    """Warm up by running a program with a tool call, without a host.

    In the zygote, this initializes everything that Python creates once. In an idle worker, it copies the memory pages
    that are shared with the zygote until the first write.
    """
    connection: Any = _Memory()
    Wire(connection, _pack, _unpack).send(["result", 1, Box(1, 2, 3, 4)])
    connection = _Memory(connection.kept)
    wire = Wire(connection, _pack, _unpack)
    wire.send(_run(wire, ["run", _WARM, ["TOOL"], {"größe": 1}, 1000, 1000]))
    connection = _Memory(connection.kept)
    Wire(connection, _pack, _unpack).receive()


def prepare_zygote() -> None:
    """Do everything that needs file access; afterwards, no warnings are printed."""
    warnings.simplefilter("ignore")
    import_module("unicodedata")  # the compiler imports it for names such as `größe`
    warm_up()


def main(connection: socket.socket, layers: tuple[str, ...]) -> None:
    """Report the active layers, run one program, and send its outcome."""
    wire = Wire(connection, _pack, _unpack)
    wire.send([READY, list(layers)])
    if not _is_waited_for(connection):
        warm_up()
    wire.send(_run(wire, wire.receive()))


def _is_waited_for(connection: socket.socket) -> bool:
    """Whether a program has arrived."""
    try:
        connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    return True


def greeting(connection: socket.socket) -> tuple[str, ...]:
    """The layers reported by a worker; empty if it died."""
    try:
        name, layers = Wire(connection, _pack, _unpack).receive(_START_SECONDS)
    except (TimeoutError, WireError):
        return ()
    return tuple(layers) if name == READY else ()
