"""The interface of a family of vision-language models: how to ask for places, and how to read the replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ...core.errors import ToolError
from ...core.values import Image

Size = tuple[int, int]
"""Width and height in pixels."""
EVERYTHING = "object"
"""The phrase that asks for everything in the picture."""


@dataclass(frozen=True)
class ReplyBox:
    """A box in a reply.

    left, top, right, bottom: shares (0 to 1) of the picture's width and height. label: "" where the reply has none.
    span: where the numbers stand in the reply, as offsets of the first character and of the one behind the last.
    """

    left: float
    top: float
    right: float
    bottom: float
    label: str
    span: tuple[int, int]


@dataclass(frozen=True)
class ReplyPoint:
    """A point in a reply; x, y and span as in `ReplyBox`."""

    x: float
    y: float
    span: tuple[int, int]


class Family:
    """A family without places; subclasses add boxes, points, or both. name: as written in profiles.

    boxes, points: whether the models return them, according to their authors.
    extra: additional fields of a request for places, as vLLM names them. flags: additional flags for `vllm serve`.
    own_code: its repositories contain code that vLLM must run.
    """

    name: str = "none"
    boxes: bool = False
    points: bool = False
    extra: Mapping[str, Any] = MappingProxyType({})
    flags: tuple[str, ...] = ()
    own_code: bool = False

    def shown(self, size: Size) -> Size:
        """The size in which a picture of this size is sent. Raises ToolError for an unsupported shape."""
        return size

    def box_prompt(self, phrase: str) -> str:
        """The prompt for boxes of everything that the phrase names. Raises ToolError."""
        raise self._cannot("draws no boxes")

    def point_prompt(self, phrase: str) -> str:
        """The prompt for a point on each thing that the phrase names. Raises ToolError."""
        raise self._cannot("does not point")

    def read_boxes(self, reply: str, size: Size) -> list[ReplyBox]:
        """The boxes in a reply about a picture that was sent in this size; [] if the reply says that there are none.

        Raises ToolError, with the reply, for anything else.
        """
        raise self._cannot("draws no boxes")

    def read_points(self, reply: str, size: Size) -> list[ReplyPoint]:
        """The points in a reply, like `read_boxes`."""
        raise self._cannot("does not point")

    def _cannot(self, what: str) -> ToolError:
        known = "Qwen2.5-VL, Qwen3-VL and InternVL draw boxes; Molmo and both Qwens point."
        return ToolError(f"A model of the family {self.name!r} {what}.", hint=known)


def sent(image: Image, size: Size) -> Image:
    """The picture as a model gets it, in that size: for a request only, its place in the original says nothing."""
    if image.pixels.size == size:
        return image
    return Image(image.pixels.resize(size), image.source, image.left, image.top, image.original)
