"""Runs a checked program in a worker process and serves its tool calls.

The worker is treated as an attacker: everything it sends is validated, and it is killed when it finishes, is late, or
violates the protocol.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

from ..programs.check.check import Checked
from ..programs.language.language import MAX_SOURCE_BYTES
from ..programs.language.program import Program
from ..tools.core.albums import Album
from ..tools.core.errors import ArgumentError, LooksmithError, NoDetection, ToolTimeout
from ..tools.core.values import Image, Mask, Video
from .jail import Isolation
from .limits import Limits, Stopping
from .outcome import Outcome, OutcomeKind
from .pool import ZYGOTE, Worker, Workers
from .wire import ALBUM, IMAGE, MASK, VIDEO, Wire, WireClosed, WireError
from .worker import MAX_MESSAGE, READY

_START_SECONDS = 30.0
_MEGA = 1_000_000
_A_LITTLE = 0.05
"""Seconds between two checks whether a worker is working."""
MAX_NAME = 60
"""Maximum characters of an error's name."""


class Request(NamedTuple):
    """A tool call by a program. line is 1-based, column 0-based.

    until: the program's deadline (`perf_counter`), after which the result is not needed any more.
    """

    id: int
    tool: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    line: int
    column: int
    until: float = math.inf


CallTool = Callable[[Request], Any]
"""Serves a request: returns the tool's result, or raises LooksmithError, which ends the program."""


class _Ended(Exception):
    """Raised with the outcome of a program that was stopped by the host."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class Sandbox:
    """Runs programs, each in a separate worker process. Thread-safe.

    require: the minimum isolation; spares: number of idle workers to keep ready; most: maximum number of parallel
        programs, beyond which callers wait; zygote: the command that starts the zygote.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        require: Isolation = "process",
        spares: int = 1,
        most: int = 64,
        zygote: Sequence[str] = ZYGOTE,
    ) -> None:
        self.limits = limits or Limits()
        self._stop: Stopping | None = None
        self._workers = Workers(zygote, self.limits, require, spares, most)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start spare workers, so that the next program does not wait. Raises SandboxError."""
        self._workers.prepare()

    def close(self) -> None:
        """Stop all processes of this sandbox."""
        self._workers.close()

    def until(self, stop: Stopping) -> Sandbox:
        """The same workers, for programs that are ended at once when they are to stop."""
        other = copy(self)
        other._stop = stop
        return other

    def lasting(self, seconds: float) -> Sandbox:
        """The same workers, for programs that may take so long, tools included."""
        other = copy(self)
        other.limits = replace(self.limits, seconds=seconds)
        return other

    def run(self, checked: Checked, inputs: Mapping[str, Any], call_tool: CallTool) -> Outcome:
        """Run a program and return its outcome. Never raises for misbehaviour of the program or the worker.

        Raises SandboxError if no worker can be started with the required isolation.
        """
        if self._stop is not None and self._stop.is_set():
            return _stopped(self._stop)
        worker = self._workers.take()
        try:
            talk = WorkerSession(worker, self.limits, call_tool)
            if self._stop is None:
                return talk.run(checked, inputs)
            with self._stop.calling(worker.end):
                outcome = talk.run(checked, inputs)
            return _stopped(self._stop) if self._stop.is_set() and outcome.kind == "crashed" else outcome
        finally:
            self._workers.give_back(worker)


def _stopped(stop: Stopping) -> Outcome:
    return Outcome("timeout", message=stop.why)


Opaque = Image | Mask | Video | Album
_CODES: Mapping[type[Opaque], int] = {Image: IMAGE, Mask: MASK, Video: VIDEO, Album: ALBUM}


class _Handles:
    """Images, masks, videos and albums stay in the host; programs get numbered handles, valid for one program only.

    bytes: total size of the images' pixels.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._values: list[Opaque] = []
        self._numbers: dict[Opaque, int] = {}

    def pack(self, value: Any) -> tuple[int, list[Any]]:
        if not isinstance(value, Image | Mask | Video | Album):
            raise WireError(f"a value of type {type(value).__name__} cannot enter a program")
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
            self.bytes += value.bytes if isinstance(value, Image) else 0
        number = self._numbers[value]
        if not isinstance(value, Mask):
            return _CODES[type(value)], [number, *(getattr(value, name) for name in value.visible)]
        return MASK, [number, value.area, value.box if value.area else None, value.label, value.score]

    def unpack(self, code: int, payload: list[Any]) -> Any:
        number = payload[0] if len(payload) == 1 else None
        if type(number) is not int or not 0 <= number < len(self._values):
            raise WireError("a handle that was never given out")
        value = self._values[number]
        if code != _CODES[type(value)]:
            raise WireError("a handle of the wrong kind")
        return value


class WorkerSession:
    """The conversation with the worker of one program."""

    def __init__(self, worker: Worker, limits: Limits, call_tool: CallTool) -> None:
        self._handles = handles = _Handles()
        self._given = 0
        self._worker = worker
        self._wire = Wire(worker.socket, handles.pack, handles.unpack)
        self._limits = limits
        self._call_tool = call_tool
        self._compute = limits.compute_seconds
        self._calls: dict[str, int] = {}
        self._total = 0
        self._layers = worker.layers

    def run(self, checked: Checked, inputs: Mapping[str, Any]) -> Outcome:
        """Run to the end. Never raises for misbehaviour of the program or the worker."""
        try:
            return replace(self._talk(checked, inputs), layers=self._layers)
        except _Ended as end:
            return replace(end.outcome, layers=self._layers)
        except TimeoutError:
            message = "The program's process did not accept a message in time."
            return Outcome("timeout", message=message, layers=self._layers)
        except WireClosed:
            return replace(self._death(), layers=self._layers)
        except WireError as error:
            message = f"The program's process broke the protocol: {error}."
            return Outcome("crashed", message=message, layers=self._layers)

    def _death(self) -> Outcome:
        if self._worker.used_up_processor:
            seconds = self._limits.compute_seconds
            return Outcome("timeout", message=f"The program was stopped after {seconds:g} s of processor time.")
        return Outcome("crashed", message=f"The program's process ended: {self._worker.exit_text()}.")

    def _talk(self, checked: Checked, inputs: Mapping[str, Any]) -> Outcome:
        try:
            ready = self._wire.receive(_START_SECONDS)
        except TimeoutError:
            raise _Ended(
                Outcome("crashed", message=f"The worker did not start within {_START_SECONDS:.0f} s.")
            ) from None
        if ready != [READY, list(self._layers)]:
            raise WireError("the worker is not held as the first one was")
        self._started = perf_counter()
        self._lines = checked.program.source.count("\n") + 1
        limits = [self._limits.loop_steps, self._limits.printed]
        self._send(["run", checked.program.source, list(checked.tools), dict(inputs), *limits])
        self._given = self._handles.bytes
        failure: Outcome | None = None
        while True:
            name, *parts = self._next(failure)
            if name == "call" and failure is None:
                failure = self._serve(self._request(parts, checked))
            elif name == "done" and failure is None:
                answer, variables, printed = _typed(parts, object, dict, str)
                return Outcome("ok", answer, variables=_named(variables), printed=printed[: self._limits.printed])
            elif name == "raised":
                kind, text, line, variables, printed = _typed(parts, str, str, int, dict, str)
                line = line if 0 < line <= self._lines else 0  # 0 means unknown
                raised = _raised(kind, text[:MAX_MESSAGE], line, checked.program, self._limits)
                outcome = failure or raised
                return replace(outcome, variables=_named(variables), printed=printed[: self._limits.printed])
            else:
                raise WireError(f"unexpected message {name[:20]!r}")

    def _next(self, failure: Outcome | None) -> list[Any]:
        """The worker's next message; the time until then counts as compute time.

        failure: set if the program has failed, and only its variables are still to come. Raises that if they do not.
        """
        while True:
            left = self._started + self._limits.seconds - perf_counter() if failure is None else math.inf
            try:
                # A program that keeps calling tools never exceeds the time for a single message.
                return self._received(min(left, self._compute))
            except (TimeoutError, WireClosed) as error:
                if failure is not None:
                    raise _Ended(failure) from None
                if isinstance(error, WireClosed):
                    raise
                self._allow_more()

    def _received(self, seconds: float) -> list[Any]:
        """The next message, whose time is charged. Raises TimeoutError."""
        asked = perf_counter()
        try:
            if seconds <= 0:
                raise TimeoutError
            return self._wire.receive(seconds)
        finally:
            self._compute -= perf_counter() - asked

    def _allow_more(self) -> None:
        """Give a program that waited for the machine, and did not work, its time back. Raises _Ended."""
        limits = self._limits
        if perf_counter() - self._started >= limits.seconds:
            raise _Ended(Outcome("timeout", message=f"The program was stopped after {limits.seconds:g} s."))
        unused = self._worker.unused(limits.compute_seconds)
        if not unused:
            raise _Ended(Outcome("timeout", message=f"The program was stopped after {limits.compute_seconds:g} s."))
        self._compute = max(unused, _A_LITTLE)

    def _request(self, parts: list[Any], checked: Checked) -> Request:
        number, tool, args, kwargs, line, column = _call(parts)
        if tool not in checked.tools:
            raise WireError("a call of a tool that it was not given")
        if not 0 < line <= self._lines:
            line = 0
        if not 0 <= column <= MAX_SOURCE_BYTES:
            column = 0
        return Request(number, tool, tuple(args), kwargs, line, column, self._started + self._limits.seconds)

    def _send(self, message: list[Any]) -> None:
        self._wire.send(message, self._limits.compute_seconds)

    def _serve(self, request: Request) -> Outcome | None:
        """Answer a call. A failure is sent to the worker, which ends the program and reports its variables."""
        try:
            self._charge(request)
            value = self._call_tool(request)
        except _Ended as end:
            failure = end.outcome
        except LooksmithError as error:
            failure = Outcome(_kind_of(error), message=str(error), line=request.line)
        else:
            try:
                self._send(["result", request.id, value])
                return None
            except WireClosed:
                raise
            except WireError as error:
                failure = Outcome("tool_error", message=f"The result of {request.tool} {error}.", line=request.line)
        with suppress(WireClosed):  # as when the question was cancelled: what failed is known
            self._send(["failed", request.id, "the tool call failed"])
        return failure

    def _charge(self, request: Request) -> None:
        """Raise _Ended if this call, or the data transferred so far, exceeds a limit."""
        limits, tool = self._limits, request.tool
        self._total += 1
        self._calls[tool] = self._calls.get(tool, 0) + 1
        if self._total > limits.tool_calls:
            spent = f"{limits.tool_calls} tool calls"
        elif self._calls[tool] > limits.calls_per_tool:
            spent = f"{limits.calls_per_tool} calls of {tool}"
        elif self._wire.received > limits.megabytes * _MEGA:
            spent = f"{limits.megabytes:g} MB of arguments"
        elif self._wire.sent > limits.megabytes * _MEGA:
            spent = f"{limits.megabytes:g} MB of results"
        elif self._handles.bytes - self._given > limits.pixel_megabytes * _MEGA:
            spent = f"{limits.pixel_megabytes:g} MB of images"
        else:
            return
        raise _Ended(Outcome("budget", message=f"The program made more than {spent}.", line=request.line))


def _typed(parts: list[Any], *kinds: type) -> list[Any]:
    """The parts of a message, which must be of exactly these types; `object` stands for any value."""
    if len(parts) != len(kinds):
        raise WireError("a message with parts missing")
    for part, kind in zip(parts, kinds, strict=True):
        if part.__class__ is not kind and kind is not object:
            raise WireError("a message with parts of the wrong type")
    return parts


def _named(variables: dict[Any, Any]) -> dict[str, Any]:
    """The variables, whose names must be valid."""
    for name in variables:
        if name.__class__ is not str or len(name) > MAX_SOURCE_BYTES or not name.isidentifier():
            raise WireError("a variable whose name is no name")
    return variables


def _call(parts: list[Any]) -> list[Any]:
    """Like `_typed`, but unrolled for speed."""
    if len(parts) != 6:
        raise WireError("a call with parts missing")
    number, tool, args, kwargs, line, column = parts
    if (
        number.__class__ is not int
        or tool.__class__ is not str
        or args.__class__ is not list
        or kwargs.__class__ is not dict
        or line.__class__ is not int
        or column.__class__ is not int
    ):
        raise WireError("a call with parts of the wrong type")
    for name in kwargs:
        if name.__class__ is not str:
            raise WireError("a keyword that is not a string")
    return parts


def _kind_of(error: LooksmithError) -> OutcomeKind:
    if isinstance(error, NoDetection):
        return "no_detection"
    if isinstance(error, ToolTimeout):
        return "timeout"
    return "type_error" if isinstance(error, ArgumentError) else "tool_error"


def _raised(kind: str, text: str, line: int, program: Program, limits: Limits) -> Outcome:
    written = program.written_line(line)
    where = f"Line {written} raised" if written else "The program raised"
    if kind == "PolicyError":
        return Outcome("policy_error", message=text)
    if kind == "WireError":
        return Outcome("type_error", message=f"{text[:1].upper()}{text[1:]}.", line=line)
    if kind == "MemoryError":
        message = f"The program used more than {limits.memory_mb} MB of memory."
        return Outcome("budget", message=message, line=line)
    if kind == "LimitExceeded":
        return Outcome("budget", message=f"The program asked for {text}.", line=line)
    named = kind[:MAX_NAME] if kind.isidentifier() else "an error"
    return Outcome("crashed", message=f"{where} {named}: {text}.", line=line)
