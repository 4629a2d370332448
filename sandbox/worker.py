"""The process that a program runs in: standard library, RestrictedPython and the wire; no model, no pixels.

Started as `python -I -m looksmith.sandbox.worker FD MEMORY_BYTES CPU_SECONDS`.
"""

from __future__ import annotations

import inspect
import socket
import sys
from types import FrameType
from typing import Any

from ..tools.values import Box, Image, Mask, Point
from .jail import lock_down
from .policy import PolicyError, PrintBuffer, compile_program, guarded_globals
from .wire import IMAGE, MASK, Wire, WireError

MAX_PRINTED = 20_000
MAX_MESSAGE = 500


class ImageHandle:
    """An image that stays with the host; the program sees its size."""

    __slots__ = ("height", "number", "width")

    def __init__(self, number: int, width: int, height: int) -> None:
        self.number, self.width, self.height = number, width, height

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
    frame = call.f_back if call else None
    if frame is None:
        return 0, 0
    start_line, _, start_column, _ = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    return start_line or frame.f_lineno, start_column or 0


def _line_of(error: BaseException) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "program":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _variables(world: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """The program's own names and values, without functions and guards."""
    kept = (bool, int, float, str, list, tuple, set, dict, Box, Point, ImageHandle, MaskHandle, type(None))
    return {n: v for n, v in world.items() if n not in hidden and not n.startswith("_") and type(v) in kept}


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
        if "answer" not in world:
            raise NameError("the program ended without setting answer")
    except PolicyError as error:
        return ["raised", "PolicyError", str(error)[:MAX_MESSAGE], 0, {}, ""]
    except Exception as error:
        variables = _variables(world, set(names))
        kind = type(error).__name__
        return ["raised", kind, str(error)[:MAX_MESSAGE], _line_of(error), variables, printed.text]
    return ["done", world["answer"], _variables(world, set(names) | {"answer"}), printed.text]


def _send_final(wire: Wire, message: list[Any]) -> None:
    """Tell the end; variables that cannot travel are left behind rather than the end with them."""
    try:
        wire.send(message)
        return
    except WireError as error:
        problem = str(error)
    message[-2] = {}
    try:
        wire.send(message)
    except WireError:
        wire.send(["raised", "TypeError", f"the answer cannot be given: {problem}", 0, {}, ""])


def main(fd: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Lock down, say which layers hold, run one program, tell how it ended."""
    wire = Wire(socket.socket(fileno=fd), _pack, _unpack)
    wire.send(["ready", list(lock_down(memory_bytes, cpu_seconds))])
    _, source, tools, inputs = wire.receive()
    _send_final(wire, _run(wire, source, tools, inputs))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
