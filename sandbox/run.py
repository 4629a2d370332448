"""Runs a checked program in a worker process and serves its tool calls.

The worker is treated as an attacker: every byte from it is checked, and it is killed when it is done, late, or odd.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from time import perf_counter
from typing import Any

from ..programs.check import Checked
from ..programs.program import Program
from ..tools.errors import ArgumentError, LooksmithError, NoDetection
from ..tools.values import Image, Mask
from .outcome import Outcome, OutcomeKind
from .wire import IMAGE, MASK, Wire, WireClosed, WireError

_START_SECONDS = 30.0


@dataclass(frozen=True)
class Limits:
    """What a program may use.

    seconds: wall time of the whole program; compute_seconds: the part of it outside of tool calls.
    memory_mb: address space of the worker; tool_calls: how many there may be.
    """

    seconds: float = 300.0
    compute_seconds: float = 10.0
    memory_mb: int = 512
    tool_calls: int = 500


@dataclass(frozen=True)
class Request:
    """A tool call that a program asks for. line is 1-based, column 0-based."""

    id: int
    tool: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    line: int
    column: int


CallTool = Callable[[Request], Any]
"""Serves a request: returns the tool's value, or raises LooksmithError, which ends the program."""


class _Ended(Exception):
    """Carries the outcome of a program that was ended by the host."""

    def __init__(self, kind: OutcomeKind, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.outcome = Outcome(kind, message=message, line=line)


class Sandbox:
    """Starts workers and runs programs in them, each program in a process of its own. Threads may share it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._spare: _Worker | None = None
        self._lock = Lock()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start a worker ahead of time, so that the next program does not wait for it."""
        with self._lock:
            if self._spare is not None and self._spare.ended:
                self._spare.kill()
                self._spare = None
            if self._spare is None:
                self._spare = _Worker(self.limits)

    def close(self) -> None:
        """Kill the spare worker."""
        spare = self._take()
        if spare is not None:
            spare.kill()

    def _take(self) -> _Worker | None:
        with self._lock:
            spare, self._spare = self._spare, None
            return spare

    def run(self, checked: Checked, inputs: Mapping[str, Any], call_tool: CallTool) -> Outcome:
        """Run a program to its outcome. Never raises for what the program or the worker did."""
        self.prepare()
        worker = self._take() or _Worker(self.limits)  # another thread may have been quicker
        try:
            return _Conversation(worker, self.limits, call_tool).run(checked, inputs)
        finally:
            worker.kill()


class _Worker:
    """A worker process and the wire to it; images and masks are kept here and travel as numbers."""

    def __init__(self, limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        cpu = max(int(limits.compute_seconds) + 2, 3)
        numbers = (theirs.fileno(), limits.memory_mb << 20, cpu)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "looksmith.sandbox.worker", *map(str, numbers)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        self.socket = ours
        self.wire = Wire(ours, self._pack, self._unpack)
        self._values: list[Image | Mask] = []
        self._numbers: dict[Image | Mask, int] = {}

    @property
    def ended(self) -> bool:
        """Did the process end by itself, or was it killed by someone else?"""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self.socket.close()

    def exit_text(self) -> str:
        """How the process ended, in words."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "the worker closed its connection"
        return f"the worker was killed by signal {-code}" if code < 0 else f"the worker exited with status {code}"

    def _pack(self, value: Any) -> tuple[int, list[Any]]:
        if not isinstance(value, Image | Mask):
            raise WireError(f"a value of type {type(value).__name__} cannot enter a program")
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
        number = self._numbers[value]
        if isinstance(value, Image):
            return IMAGE, [number, *(getattr(value, name) for name in Image.visible)]
        return MASK, [number, value.area, value.box if value.area else None, value.label, value.score]

    def _unpack(self, code: int, payload: list[Any]) -> Any:
        number = payload[0] if len(payload) == 1 else None
        if type(number) is not int or not 0 <= number < len(self._values):
            raise WireError("a handle that was never given out")
        value = self._values[number]
        if (code, type(value)) not in ((IMAGE, Image), (MASK, Mask)):
            raise WireError("a handle of the wrong kind")
        return value


class _Conversation:
    """One program's exchange with its worker."""

    def __init__(self, worker: _Worker, limits: Limits, call_tool: CallTool) -> None:
        self._worker = worker
        self._limits = limits
        self._call_tool = call_tool
        self._compute = limits.compute_seconds
        self._calls = 0
        self._layers: tuple[str, ...] = ()

    def run(self, checked: Checked, inputs: Mapping[str, Any]) -> Outcome:
        try:
            return replace(self._talk(checked, inputs), layers=self._layers)
        except _Ended as end:
            return replace(end.outcome, layers=self._layers)
        except TimeoutError:
            message = "The program's process did not take a message in time."
            return Outcome("timeout", message=message, layers=self._layers)
        except WireClosed:
            message = f"The program's process ended: {self._worker.exit_text()}."
            return Outcome("crashed", message=message, layers=self._layers)
        except WireError as error:
            return Outcome("crashed", message=f"The program broke the protocol: {error}.", layers=self._layers)

    def _talk(self, checked: Checked, inputs: Mapping[str, Any]) -> Outcome:
        try:
            ready = self._worker.wire.receive(_START_SECONDS)
        except TimeoutError:
            raise _Ended("crashed", f"The worker did not start within {_START_SECONDS:.0f} s.") from None
        self._layers = tuple(map(str, _typed(ready[1:], list)[0]))
        self._started = perf_counter()
        self._worker.wire.send(["run", checked.program.source, list(checked.tools), dict(inputs)])
        failure: _Ended | None = None
        while True:
            message = self._next()
            name, parts = message[0], message[1:]
            if name == "call" and failure is None:
                failure = self._serve(_request(parts))
            elif name == "done" and failure is None:
                answer, variables, printed = _typed(parts, object, dict, str)
                return Outcome("ok", answer, variables=variables, printed=printed)
            elif name == "raised":
                kind, text, line, variables, printed = _typed(parts, str, str, int, dict, str)
                outcome = failure.outcome if failure else _raised(kind, text, line, checked.program)
                return replace(outcome, variables=variables, printed=printed)
            else:
                raise WireError(f"unexpected message {name:.20}")

    def _next(self) -> list[Any]:
        """The worker's next message; its thinking time is charged to the compute budget."""
        left = min(self._compute, self._limits.seconds - (perf_counter() - self._started))
        asked = perf_counter()
        try:
            # A program that calls tools all the time is never late with its next message.
            if left <= 0:
                raise TimeoutError
            return self._worker.wire.receive(left)
        except TimeoutError:
            seconds = self._limits.compute_seconds if left == self._compute else self._limits.seconds
            raise _Ended("timeout", f"The program was stopped after {seconds:g} s.") from None
        finally:
            self._compute -= perf_counter() - asked

    def _serve(self, request: Request) -> _Ended | None:
        """Answer a call. A failure is told to the worker, which ends the program and reports its variables."""
        self._calls += 1
        try:
            if self._calls > self._limits.tool_calls:
                limit = self._limits.tool_calls
                raise _Ended("budget", f"The program made more than {limit} tool calls.", request.line)
            value = self._call_tool(request)
        except _Ended as end:
            failure = end
        except LooksmithError as error:
            failure = _Ended(_kind_of(error), str(error), request.line)
        else:
            try:
                self._worker.wire.send(["result", request.id, value])
                return None
            except WireClosed:
                raise
            except WireError as error:
                failure = _Ended("tool_error", f"The result of {request.tool} {error}.", request.line)
        self._worker.wire.send(["failed", request.id, "the tool call failed"])
        return failure


def _typed(parts: list[Any], *kinds: type) -> list[Any]:
    """The parts of a message, if they are of exactly these types; `object` stands for any value."""
    fits = len(parts) == len(kinds) and all(
        kind is object or type(part) is kind for part, kind in zip(parts, kinds, strict=True)
    )
    if not fits:
        raise WireError("a message with parts of the wrong type")
    return parts


def _request(parts: list[Any]) -> Request:
    number, tool, args, kwargs, line, column = _typed(parts, int, str, list, dict, int, int)
    if any(type(name) is not str for name in kwargs):
        raise WireError("a keyword that is not a string")
    return Request(number, tool, tuple(args), kwargs, line, column)


def _kind_of(error: LooksmithError) -> OutcomeKind:
    if isinstance(error, NoDetection):
        return "no_detection"
    return "type_error" if isinstance(error, ArgumentError) else "tool_error"


def _raised(kind: str, text: str, line: int, program: Program) -> Outcome:
    written = program.written_line(line)
    where = f"Line {written} raised" if written else "The program raised"
    if kind == "PolicyError":
        return Outcome("policy_error", message=text)
    if kind == "WireError":
        return Outcome("type_error", message=f"{text[:1].upper()}{text[1:]}.", line=line)
    if kind == "MemoryError":
        return Outcome("budget", message="The program used more memory than it may.", line=line)
    return Outcome("crashed", message=f"{where} {kind}: {text}.", line=line)
