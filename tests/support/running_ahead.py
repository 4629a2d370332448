"""Tools that note when they are called, and runs with calls made ahead of the program."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from time import sleep
from typing import Any

from PIL import Image as Pillow

from looksmith.agent.inputs.subject import Subject
from looksmith.agent.traces.runs import StoredRun
from looksmith.agent.traces.trace import Step
from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.runtime.cache import ResultCache

PHOTO = Image.of(Pillow.linear_gradient("L").resize((200, 100)))
SUBJECT = Subject.of(PHOTO, "photo.png")
COUNTS = {"cup": 5, "dog": 3, "bird": 1, "crowd": 20, "nothing": 0, "sand": 300}


class Tools:
    """Tools that take a little time, know what they were asked, and fail for some of what they are asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._lock = Lock()

    def _ask(self, name: str, about: Any) -> None:
        with self._lock:
            self.asked.append((name, about))

    @tool
    def ITEMS(self, image: Image, name: str) -> list[Box]:
        """All boxes of that name in the image."""
        self._ask("ITEMS", name)
        if name not in COUNTS:
            raise ToolError(f"There is no {name}.")
        sleep(0.001)
        return [Box(i * 9 % 190, 10, i * 9 % 190 + 5, 30, name, 1 / (i + 1)) for i in range(COUNTS[name])]

    @tool
    def BEST(self, image: Image, name: str) -> Box:
        """The best box of that name."""
        self._ask("BEST", name)
        if not COUNTS.get(name):
            raise NoDetection(f"No {name} was found.")
        return Box(40, 20, 80, 60, name)

    @tool
    def PART(self, image: Image, box: Box) -> Image:
        """The part of the image in the box."""
        return image.crop(box)

    @tool
    def KIND(self, image: Image, names: list[str]) -> str:
        """Which of the names fits."""
        self._ask("KIND", image.left)
        sleep(0.001)
        if image.left == 36:
            raise ToolError("This one cannot be seen.")
        return names[image.left // 9 % len(names)]

    @tool(deterministic=False)
    def NEXT(self) -> int:
        """How often it was asked before."""
        self._ask("NEXT", None)
        return sum(name == "NEXT" for name, _ in self.asked) - 1


class Batching(Executor):
    """Takes calls without waiting for them. full: enough of them have been taken."""

    def __init__(self, registry: Registry, enough: int = 0) -> None:
        super().__init__(registry)
        self._pool = ThreadPoolExecutor(4)
        self._left = enough
        self.full = Event()

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `call`, later."""
        self._left -= name == "SLOW"
        if self._left == 0:
            self.full.set()
        return self._pool.submit(self.call, name, args, kwargs, cache)


class Immediate(Executor):
    """Has made a call as soon as it is asked for it: all that is made ahead is there before the program starts."""

    def submit(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        program: Hashable = None,
    ) -> Future[Call]:
        """As `call`."""
        future = Future[Call]()
        future.set_result(self.call(name, args, kwargs, cache))
        return future


def steps_of(stored: StoredRun) -> list[tuple[str, bool]]:
    """Tool and `ahead` of each step."""
    return [(event.tool, event.ahead) for event in stored.events if isinstance(event, Step)]
