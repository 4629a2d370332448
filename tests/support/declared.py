"""Tools with every kind of parameter."""

from __future__ import annotations

import enum
from typing import Any, Literal, overload

from looksmith.tools.core.tool import Scored, tool
from looksmith.tools.core.values import Box, Image, Point


class Side(enum.Enum):
    """An edge of a box."""

    LEFT = "left"
    RIGHT = "right"


@tool
def EDGE(
    image: Image,
    boxes: list[Box],
    side: Side = Side.LEFT,
    *,
    mode: Literal["mean", "max"] = "mean",
    where: Box | Point | None = None,
    size: tuple[int, int] = (1, 1),
    weights: dict[str, float] | None = None,
) -> list[float]:
    """Where the edges of boxes are.

    boxes: whose edges
      are asked for.
    side: which edge.
    """
    return [box.left if side is Side.LEFT else box.right for box in boxes]


@overload
def HOW_MANY(items: list[Box]) -> int: ...
@overload
def HOW_MANY(image: Image, name: str, side: Side | None = None) -> Scored[int]: ...
@tool
def HOW_MANY(*args: Any, **kwargs: Any) -> Any:
    """How many there are."""
    return len(kwargs["items"]) if "items" in kwargs else Scored(7, {"seven": 0.7})


class Shouter:
    """A tool set: two tools with one volume."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    @property
    def backend(self) -> str:
        """Whose voice it is."""
        return f"shouter{self._mark}"

    @tool
    def SHOUT(self, text: str) -> str:
        """The text, louder."""
        return text.upper() + self._mark

    @tool
    def SIDE(self, box: Box) -> Side:
        """The side that the box is on."""
        return Side.LEFT if box.left < 5 else Side.RIGHT
