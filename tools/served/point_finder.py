"""EXISTS and COUNT over a model that points and draws no boxes, such as Molmo."""

from __future__ import annotations

from typing import Any, overload

from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..see.finders.detector_phrases import read_phrases
from ..see.pixels.pointing import Pointer


class PointFinder:
    """EXISTS and COUNT by points. A condition becomes part of the phrase."""

    note = "EXISTS, COUNT and POINT know every noun. A condition on it goes into `which`."

    def __init__(self, pointer: Pointer) -> None:
        self._pointer = pointer
        self.backend = pointer.backend

    def load(self) -> None:
        """Find the model's server. Raises ToolError."""
        self._pointer.load()

    @tool
    def EXISTS(self, image: Image, name: str, which: str = "") -> Scored[bool]:
        """Is the named thing in the image?

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        Raises ToolError when the model's reply is no list of points.
        """
        counted = self._count(image, name, which)
        return Scored(counted.value > 0, found=counted.found)

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, which: str = "") -> Scored[int]: ...
    @tool
    def COUNT(self, *args: Any, **given: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image, each of which the model points at.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        Raises ToolError when the model's reply is no list of points.
        """
        if len(args) + len(given) == 1:
            return len(*args, *given.values())
        return self._count(*args, **given)

    def _count(self, image: Image, name: str, which: str = "") -> Scored[int]:
        (phrase,) = read_phrases([f"{name} {which}".strip()])
        return self._pointer.count(image, phrase)
