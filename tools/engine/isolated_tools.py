"""Isolated tools run in a separate process, which may crash, hang or exhaust its memory without harm to ours.

The process creates the same tools again, so they must be in a file or an installed package. It is started at the first
call; tools that share a model share a process.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, cast

import psutil

from ..core import errors
from ..core.errors import InputError, LooksmithError, ToolDeclarationError, ToolError
from ..core.registry import Registry
from ..core.tool import Scored, Tool
from ..core.values import Image
from ..media.from_json import decode, decode_all
from ..media.to_json import encode, encode_all
from ..runtime.isolated import Isolated, ProcessEnded
from .failures import copied, failure_of
from .holdable import require_holdable, require_scored
from .loader import Loader, owner_of
from .serving import in_one_pass_of

MakeRegistry = Callable[[], Registry]
"""A picklable function that creates the tools in any process."""

MEMORY = 0.5
"""The default memory limit of a process, as a fraction of the free memory."""


def isolate(registry: Registry, make: MakeRegistry, memory: Mapping[str, float]) -> Registry:
    """The same tools, with those declared `isolated` in separate processes.

    make: creates all of them in the other process. memory: memory limit of a tool's process in gigabytes, by tool.
    Raises ToolDeclarationError for a tool that cannot be created in another process.
    """
    apart = [tool for tool in registry if tool.options.isolated]
    if not apart:
        return registry
    try:
        pickled = pickle.dumps(make)
    except Exception as error:
        hint = "Put the tools into a file (--tools FILE) or a package."
        raise ToolDeclarationError(f"{apart[0].name} cannot be isolated: {error}", hint=hint) from None
    groups: dict[Any, Process] = {}
    for tool in apart:
        group = tool.name if tool.load is None else owner_of(tool.load)
        process = groups.setdefault(group, Process(pickled))
        process.add(tool.name, memory.get(tool.name, 0.0))
    by_name = {name: process for process in groups.values() for name in process.names}
    return registry.mapped(lambda tool: by_name[tool.name].tool(tool) if tool.name in by_name else tool)


class Process:
    """The process of some tools, started at the first call."""

    def __init__(self, make: bytes) -> None:
        self.names: list[str] = []
        self._make = make
        self._memory = 0
        self._turn = Lock()
        self._started: Isolated | None = None

    def add(self, name: str, memory: float) -> None:
        """Add a tool. memory: its limit in gigabytes, 0 for the default."""
        self.names.append(name)
        usual = int(MEMORY * psutil.virtual_memory().available)
        self._memory = max(self._memory, int(memory * 1e9) or usual)

    def tool(self, tool: Tool) -> Tool:
        """The tool, running in this process. Calls in one process are served sequentially."""

        def alone(**arguments: Any) -> Any:
            (result,) = self._serve([arguments], [tool.name])
            if isinstance(result, LooksmithError):
                raise result
            return result

        def together(calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> Sequence[Any]:
            return self._serve(calls, tools)

        def many(calls: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
            return self._serve(calls, [tool.name] * len(calls))

        return replace(
            tool,
            function=alone,
            load=self.load,
            many=None if tool.many is None else many,
            shared=None if tool.shared is None else together,
            occupies=(*tool.occupies, f"the process of {self.names[0]}"),
            concurrency=1,
            stop=self.stop,
            alive=self.alive,
            own=False,
        )

    def load(self) -> None:
        """Start the process and load the model there. Raises the error from there."""
        self._process().call("load", self.names[0])

    def stop(self) -> None:
        """Stop its current work."""
        if self._started is not None:
            self._started.kill()

    def alive(self) -> bool:
        """Whether it is running."""
        return self._started is not None and self._started.alive

    def _process(self) -> Isolated:
        with self._turn:
            if self._started is None:
                target = f"{__name__}:ServedTools"
                self._started = Isolated(Path(sys.executable), target, {"make": self._make}, self._memory)
            return self._started

    def _serve(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        packed = [_packed(call) for call in calls]
        try:
            return [_result(one) for one in self._process().call("serve", list(tools), packed)]
        except ProcessEnded as error:
            raise ToolError(f"{tools[0]} failed: {error.message}", hint=error.hint) from None


class ServedTools:
    """The tools in the other process. make: a pickled MakeRegistry."""

    nbytes = 0

    def __init__(self, make: bytes) -> None:
        self._registry: Registry = pickle.loads(make)()  # noqa: S301  (from our own parent)
        self._loader = Loader()

    def load(self, name: str) -> None:
        """Load the model of a tool. Errors are converted like those of calls."""
        try:
            self._loader.load(self._registry.get(name))
        except MemoryError:
            raise
        except BaseException as error:
            raise failure_of(name, error) from None

    def serve(self, names: Sequence[str], calls: Sequence[Any]) -> list[Any]:
        """The packed results of calls. Raises like `load`, for a batch as a whole."""
        self.load(names[0])
        tools = [self._registry.get(name) for name in names]
        bound = [decode_all(stored, images.__getitem__) for stored, images in calls]
        if len(calls) == 1:
            return [_told(names[0], self._asked(tools[0], bound[0]))]
        try:
            results = in_one_pass_of(names[0], bound, names, tools[0].shared, tools[0].many)
        except MemoryError:
            raise
        except BaseException as error:
            raise failure_of(names[0], error) from None
        return [_told(name, result) for name, result in zip(names, results, strict=True)]

    def _asked(self, tool: Tool, bound: Mapping[str, Any]) -> Any:
        try:
            return tool.function(**bound)
        except MemoryError:
            raise
        except BaseException as error:
            return failure_of(tool.name, error)


class _Images(dict[str, Image]):
    """Images sent along with a value that refers to them by name."""

    def keep(self, image: Image) -> str:
        """The name of an image."""
        name = " ".join(map(str, image.key))
        self[name] = image
        return name


def _packed(values: Mapping[str, Any]) -> list[Any]:
    images = _Images()
    return [encode_all(values, images.keep), images]


def _told(name: str, result: Any) -> list[Any]:
    """A result to send back: an error, or a value with evidence."""
    scored = cast("Scored[Any]", result) if isinstance(result, Scored) else Scored[Any](result)
    try:
        if isinstance(result, LooksmithError):
            raise result
        require_holdable(name, scored.value)
        require_scored(name, scored)
    except LooksmithError as error:
        plain = copied(error)
        return ["error", type(plain).__name__, plain.message, plain.hint]
    images = _Images()
    parts = [scored.value, dict(scored.scores), list(scored.rejected), list(scored.found), list(scored.assumptions)]
    return ["value", encode(parts, images.keep), images, encode(scored.confidence, images.keep)]


def _result(told: Sequence[Any]) -> Any:
    """Decode a result. Raises InputError if it is malformed."""
    if told[0] == "error":
        kind: Any = getattr(errors, str(told[1]), None)
        known = isinstance(kind, type) and issubclass(kind, LooksmithError)
        return (kind if known else ToolError)(str(told[2]), hint=str(told[3]))
    _, parts, images, confidence = told
    value, scores, rejected, found, assumptions = decode(parts, images.__getitem__)
    if not all(isinstance(image, Image) for image in images.values()):
        raise InputError("A part is not an image.")
    return Scored(value, scores, tuple(rejected), tuple(found), tuple(assumptions), decode(confidence, _none))


def _none(name: str) -> Image:
    raise InputError(f"There is no image {name}.")
