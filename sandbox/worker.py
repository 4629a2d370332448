"""The process that a program runs in: standard library, RestrictedPython and the wire; no model, no pixels.

Started as `python -I -m looksmith.sandbox.worker FD MEMORY_BYTES CPU_SECONDS`.
"""

from __future__ import annotations

import inspect
import socket
import sys
from importlib import import_module
from types import FrameType
from typing import Any

from ..programs.language import ANSWER
from ..tools.values import Box, Image, Mask, Point
from .jail import lock_down
from .policy import PROGRAM, PolicyError, PrintBuffer, compile_program, guarded_globals
from .wire import IMAGE, MASK, MAX_FRAME, Wire, WireError

MAX_PRINTED = 20_000
MAX_MESSAGE = 500
MAX_VARIABLES = MAX_FRAME // 4
"""Bytes of the variables that are told at the end."""


class ImageHandle:
    """An image that stays with the host; the program sees its size and where it lies in the original."""

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
    """A mask that stays with the host; the program sees its area and box."""

    __slots__ = ("area", "box", "label", "number", "score")

    def __init__(self, number: int, area: int, box: Box | None, label: str, score: float) -> None:
        self.number, self.area, self.box, self.label, self.score = number, area, box, label, score

    def __repr__(self) -> str:
        return f"<mask of {self.area} pixels>"


def _pack(value: Any) -> tuple[int, list[Any]]:
    if type(value) is ImageHandle:
        return IMAGE, [value.number]
    if type(value) is MaskHandle:
        return MASK, [value.number]
    raise WireError(f"a value of type {type(value).__name__} cannot leave the program")


def _unpack(code: int, payload: list[Any]) -> Any:
    return ImageHandle(*payload) if code == IMAGE else MaskHandle(*payload)


class _ToolFailed(Exception):
    """The host says that a tool call failed: the program ends here."""


class _Tools:
    """Turns the names of tools into functions that ask the host."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._calls = 0

    def proxy(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls += 1
            line, column = _position(inspect.currentframe())
            self._wire.send(["call", self._calls, name, list(args), kwargs, line, column])
            reply = self._wire.receive()
            if reply[0] != "result":
                raise _ToolFailed(str(reply[2]))
            return reply[2]

        return call


def _position(call: FrameType | None) -> tuple[int, int]:
    """Line (1-based) and column (0-based) of the expression that called the frame."""
    frame = call
    while frame is not None and frame.f_code.co_filename != PROGRAM:
        frame = frame.f_back
    if frame is None:
        return 0, 0
    start_line, _, start_column, _ = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    return start_line or frame.f_lineno, start_column or 0


def _line_of(error: BaseException) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PROGRAM:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _variables(wire: Wire, world: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """The program's own names and values, as far as they can travel: not functions and guards, not huge values."""
    own = {n: v for n, v in world.items() if n not in hidden and not n.startswith("_")}
    left, kept = MAX_VARIABLES, dict[str, Any]()
    for name, value in own.items():
        size = wire.size(value, left)
        if size is not None:
            kept[name] = value
            left -= size
    return kept


def _run(wire: Wire, source: str, tools: list[str], inputs: dict[str, Any]) -> list[Any]:
    proxies = _Tools(wire)
    printed = PrintBuffer(MAX_PRINTED)
    names = inputs | {name: proxies.proxy(name) for name in tools}
    attributes = {
        Box: Box.visible,
        Point: Point.visible,
        ImageHandle: Image.visible,
        MaskHandle: Mask.visible,
    }
    world = guarded_globals(dict(names), attributes, printed)
    try:
        exec(compile_program(source), world)  # noqa: S102  (this is what the process is for)
        if ANSWER not in world:
            raise NameError("the program ended without setting answer")
        if wire.size(world[ANSWER], MAX_FRAME) is None:
            kind = type(world[ANSWER]).__name__
            raise WireError(f"the answer cannot be told: a {kind} that is too large, too deep, or not a value")
    except PolicyError as error:
        return ["raised", "PolicyError", str(error)[:MAX_MESSAGE], 0, {}, ""]
    except MemoryError as error:
        world.clear()
        return ["raised", "MemoryError", "", _line_of(error), {}, printed.text]
    except Exception as error:
        variables = _variables(wire, world, set(names))
        text = str(error)[:MAX_MESSAGE].encode("utf-8", "replace").decode()
        return ["raised", type(error).__name__, text, _line_of(error), variables, printed.text]
    return ["done", world[ANSWER], _variables(wire, world, {*names, ANSWER}), printed.text]


def main(fd: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Lock down, say which layers hold, run one program, tell how it ended."""
    import_module("unicodedata")  # the compiler asks for it when a name is `größe`; later its file may be out of reach
    wire = Wire(socket.socket(fileno=fd), _pack, _unpack)
    wire.send(["ready", list(lock_down(memory_bytes, cpu_seconds))])
    _, source, tools, inputs = wire.receive()
    wire.send(_run(wire, source, tools, inputs))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
