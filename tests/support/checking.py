"""Tools of many signatures for the tests of the checker."""

from __future__ import annotations

import enum
import tomllib
from pathlib import Path
from typing import Any, Literal, overload

from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image

BOXES = {
    "dog": [Box(10, 10, 30, 40, "dog", 0.9), Box(50, 20, 90, 80, "dog", 0.8), Box(100, 5, 120, 25, "dog", 0.7)],
    "cat": [Box(60, 60, 80, 90, "cat", 0.6)],
    "bird": [],
}


class Side(enum.Enum):
    """An enumeration as a parameter."""

    LEFT = "left"
    RIGHT = "right"


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    return BOXES[name][0]


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    return list(BOXES.get(name, []))


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    return bool(BOXES.get(name))


@overload
def COUNT(items: list[Box]) -> int: ...
@overload
def COUNT(image: Image, name: str) -> int: ...
@tool
def COUNT(*args: Any, **kwargs: Any) -> int:
    """How many."""
    first, *rest = (*args, *kwargs.values())
    return len(BOXES.get(rest[0], [])) if rest else len(first)


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part inside the box."""
    return image.crop(box)


@tool
def COLOR(image: Image, where: Box | None = None) -> str:
    """The main color."""
    return "red" if where is None or where.left < 55 else "blue"


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The best label."""
    return labels[-1]


@tool
def LEFT_OF(a: Box, b: Box) -> bool:
    """Is a to the left of b?"""
    return a.center_x < b.center_x


@tool
def AREA(item: Box) -> float:
    """Square pixels."""
    return item.area


@tool
def PICK(boxes: list[Box], rank: int = 0, side: Side = Side.LEFT, order: Literal["up", "down"] = "up") -> Box:
    """One of them."""
    side = Side(side)
    ranked = sorted(boxes, key=lambda b: b.left, reverse=(side is Side.RIGHT) != (order == "down"))
    return ranked[rank]


@tool
def SHADE(image: Image, where: Box | None = None) -> Literal["red", "blue"]:
    """The shade."""
    return "red" if where is None or where.left < 55 else "blue"


@tool
def FIND(image: Image, name: str) -> Box | None:
    """The best box, if there is one."""
    return next(iter(BOXES.get(name, [])), None)


@tool
def ITEMS(
    image: Image,
    *,
    color: Literal["red", "blue"] | None = None,
    shape: Literal["circle", "square"] | None = None,
) -> list[Box]:
    """All items of a color and a shape."""
    return BOXES["cat"] if color == "blue" or shape == "square" else BOXES["dog"]


TOOLS = (LOC, DETECT, EXISTS, COUNT, CROP, COLOR, CLASSIFY, LEFT_OF, AREA, PICK, SHADE, FIND, ITEMS)


def rows(name: str) -> list[dict[str, Any]]:
    """The programs of a file in tests/programs/check."""
    return tomllib.loads((Path(__file__).parents[1] / "programs/check" / name).read_text(encoding="utf-8"))["program"]


RIGHT = {row["name"]: row["source"] for row in rows("right.toml")} | {
    "as deep as may be": "answer = 0\n" + "".join(" " * i + "if 1:\n" for i in range(90)) + " " * 90 + "answer = 1",
    "a long sum": "answer = " + " + ".join(map(str, range(90))),
    "many elifs": "n = 40\nif n < 0:\n    answer = -1\n"
    + "".join(f"elif n == {i}:\n    answer = {i}\n" for i in range(45))
    + "else:\n    answer = 99",
    "odd characters": "answer = '\xff\u2028é' + 'x'\x0c",
}
