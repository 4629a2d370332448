"""Tools for NLVR (Suhr et al., ACL 2017): three grey boxes side by side, with coloured shapes or towers of blocks.

A plug-in like any other: `looksmith ask --tools tests/domains/nlvr.py IMAGE STATEMENT`. The tools look at the pixels;
the oracle backend reads the same items from the data set's structured representation instead.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import PIL.Image
from looksmith_domains.nlvr_rows import KINDS, Color, Shape, random_rows

from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.example import DrawnScene
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.profiles.plugins import Register

Size = Literal["small", "medium", "large"]
Wall = Literal["edge", "corner", "top", "bottom", "left", "right"]

_RGB: dict[Color, tuple[int, int, int]] = {"blue": (0, 153, 255), "black": (0, 0, 0), "yellow": (255, 255, 0)}
_BACKGROUND = (211, 211, 211)
_SIZES: dict[Size, float] = {"small": 10, "medium": 20, "large": 30}
_FILLED: dict[Shape, float] = {"triangle": 0.5, "circle": 0.785, "square": 1.0}
_GAP = 2.0
"""Pixels between two blocks that lie on each other; blocks of a tower are one pixel apart."""


@dataclass(frozen=True)
class Item:
    """A shape. box: pixels of the original; home: the grey box that it is in."""

    box: Box
    color: Color
    shape: Shape
    home: Box

    @property
    def size(self) -> Size:
        """The nearest of the three sizes."""
        return min(_SIZES, key=lambda size: abs(_SIZES[size] - self.box.width))

    def touches(self, wall: Wall) -> bool:
        """Does it reach the wall of its grey box? A corner is two neighbouring walls at once."""
        box, home = self.box, self.home
        touched = {
            "left": box.left <= home.left,
            "right": box.right >= home.right,
            "top": box.top <= home.top,
            "bottom": box.bottom >= home.bottom,
        }
        if wall == "edge":
            return any(touched.values())
        if wall == "corner":
            return (touched["left"] or touched["right"]) and (touched["top"] or touched["bottom"])
        return touched[wall]


class Eyes(Protocol):
    """Where the items come from: pixels, or the truth. Both tell items from the bottom up, box by box."""

    def boxes(self, image: Image) -> list[Box]:
        """The grey boxes, left to right."""
        ...

    def items(self, image: Image) -> list[Item]:
        """Everything in the image, from the bottom up."""
        ...


class PixelEyes:
    """Finds boxes and items by colour, in whatever part of the picture it is shown."""

    def boxes(self, image: Image) -> list[Box]:
        """Runs of columns that are not the dark grey of the bars between the boxes."""
        import numpy as np

        dark = (np.abs(image.array().astype(int) - 128) <= 8).all(axis=(0, 2))
        edges = np.flatnonzero(np.diff(np.concatenate(([True], dark, [True])).astype(int)))
        frame = image.frame
        return [
            Box(frame.left + left, frame.top, frame.left + right, frame.bottom, "box")
            for left, right in edges.reshape(-1, 2).tolist()
        ]

    def items(self, image: Image) -> list[Item]:
        """Connected regions of one of the three colours; the shape is told by how much of its rectangle is filled."""
        return [item for box in self.boxes(image) for item in _items_in(image.crop(box))]


class OracleEyes:
    """Reads boxes and items from the structured representation of each image, by the image's hash."""

    def __init__(self, truths: Mapping[str, Any]) -> None:
        self._truths = truths

    def boxes(self, image: Image) -> list[Box]:
        """Where NLVR draws its boxes: 100 pixels wide, 50 apart."""
        return [Box(left, 0, left + 100, 100, "box") for left in (0, 150, 300)]

    def items(self, image: Image) -> list[Item]:
        """The items as they were drawn."""
        rows = self._truths[image.source]
        return [_true_item(row, home) for home, box in zip(self.boxes(image), rows, strict=True) for row in box]


class Shapes:
    """The tools. Wherever an area is asked for, the whole image, a box or a tower will do."""

    def __init__(self, eyes: Eyes, backend: str) -> None:
        self._eyes = eyes
        self.backend = backend

    @tool
    def BOXES(self, image: Image) -> list[Image]:
        """The grey boxes."""
        return [image.crop(box) for box in self._eyes.boxes(image)]

    @tool
    def TOWERS(self, image: Image) -> list[Image]:
        """The towers: stacks of blocks, one on the other."""
        items = self._inside(image)
        stacks = [_stack_on(base, items) for base in items if base.shape == "square" and base.touches("bottom")]
        return [image.crop(_around(stack)) for stack in stacks]

    @tool
    def ITEMS(
        self,
        where: Image,
        *,
        color: Color | None = None,
        shape: Shape | None = None,
        size: Size | None = None,
        touching: Wall | None = None,
        not_touching: Wall | None = None,
    ) -> list[Box]:
        """The items (blocks) in an image, box or tower, all or those that are like this."""
        found = self._like(where, color, shape, size, touching)
        return [item.box for item in found if not_touching is None or not item.touches(not_touching)]

    @tool
    def COLORS(
        self, where: Image, *, shape: Shape | None = None, size: Size | None = None, touching: Wall | None = None
    ) -> list[Color]:
        """The different colors of the items in an image, box or tower."""
        return list(dict.fromkeys(item.color for item in self._like(where, shape=shape, size=size, touching=touching)))

    @tool
    def SHAPES(
        self, where: Image, *, color: Color | None = None, size: Size | None = None, touching: Wall | None = None
    ) -> list[Shape]:
        """The different shapes of the items in an image or box."""
        return list(dict.fromkeys(item.shape for item in self._like(where, color=color, size=size, touching=touching)))

    @tool
    def TOP(self, where: Image) -> Color | None:
        """The color of the topmost item of a tower or box."""
        return self._level(where, -1)

    @tool
    def BASE(self, where: Image) -> Color | None:
        """The color of the lowest item of a tower or box."""
        return self._level(where, 0)

    @tool
    def NTH_BLOCK(self, tower: Image, number: int) -> Color | None:
        """The color of a block of a tower, 2 for the second from the base, -2 for the second from the top."""
        if number == 0:
            raise ToolError("NTH_BLOCK counts from 1, or from -1 at the top; got 0.")
        return self._level(tower, number - 1 if number > 0 else number)

    @tool
    def ABOVE(self, where: Image, color: Color, other: Color) -> bool:
        """Does an item of the first color lie directly on one of the other color?"""
        items = self._inside(where)
        return any(_lies_on(a, b) for a in items if a.color == color for b in items if b.color == other)

    @tool
    def BELOW(self, where: Image, color: Color, other: Color) -> bool:
        """Does an item of the first color lie directly under one of the other color?"""
        return self.ABOVE(where, other, color)

    def _inside(self, where: Image) -> list[Item]:
        frame = where.frame
        return [
            item
            for item in self._eyes.items(where)
            if frame.left <= item.box.center_x < frame.right and frame.top <= item.box.center_y < frame.bottom
        ]

    def _like(
        self,
        where: Image,
        color: Color | None = None,
        shape: Shape | None = None,
        size: Size | None = None,
        touching: Wall | None = None,
    ) -> list[Item]:
        """The items inside that are like this; what is None may be anything."""
        return [
            item
            for item in self._inside(where)
            if color in (None, item.color)
            and shape in (None, item.shape)
            and size in (None, item.size)
            and (touching is None or item.touches(touching))
        ]

    def _level(self, where: Image, index: int) -> Color | None:
        items = self._inside(where)
        return items[index].color if -len(items) <= index < len(items) else None


_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven")
_STYLES = {
    "tower": ("tower", "stack", "base", "block"),
    "loose": (*KINDS, "item", "object", "small", "medium", "large"),
}
_UNCERTAIN = re.compile(
    r"\b(or|not|n't|none|nothing|without|never|neither|nor|all|every|each|only|same|but|except|most|less|fewer|than|zero"
    r"|no|as|twice|half|equal|don't|doesn't|isn't|aren't|cannot|if|otherwise|rest|different)\b"
)
"""Words with which leaving something out of a scene need not make a statement false."""
_EXISTS = re.compile(r"^there (?:is|are)\b(?! no\b)")
_IS_NOT = re.compile(r"^there (?:is|are) no\b")
_SCENES = 8
_FORGET = 20_000


class Scenes:
    """Draws scenes for a statement; where something is left out, it is certain whether the statement holds.

    "There is a yellow tower" is false where nothing is yellow, and "There is no yellow tower" is true there. Nothing is
    certain about statements with words that turn this around, such as "not", "only" or "or".
    """

    def __init__(self) -> None:
        self._truths: dict[str, Any] = {}
        self.tools = (Shapes(OracleEyes(self._truths), "oracle"),)

    def scenes(self, question: str) -> list[DrawnScene]:
        """Eight scenes: first those about which something is certain, then others at random, always the same ones."""
        if len(self._truths) > _FORGET:
            self._truths.clear()
        chance = random.Random(question)
        drawn = [self._scene(rows, told, answer) for rows, told, answer in self._certain(question, chance)]
        while len(drawn) < _SCENES:
            drawn.append(self._scene(random_rows(_style(question, chance), chance), "things at random", None))
        return drawn[:_SCENES]

    def _certain(self, question: str, chance: random.Random) -> Iterator[tuple[Any, str, bool]]:
        """Scenes that lack what a statement names, with what follows from that."""
        text = " ".join(question.lower().split())
        answer = _holds_without(text)
        if answer is None:
            return
        yield [[], [], []], "nothing in its boxes", answer
        style = _style(question, chance)
        named: list[Color] = [color for color in _RGB if re.search(rf"\b{color}\b", text)]
        for color in named:
            others: list[Color] = [other for other in _RGB if other != color]
            yield random_rows(style, chance, colors=others), f"nothing {color} in it", answer
        for shape in KINDS if style == "loose" else ():
            if re.search(rf"\b{shape}s?\b", text):
                kinds: list[Shape] = [other for other in KINDS if other != shape]
                yield random_rows(style, chance, shapes=kinds), f"no {shape} in it", answer
        most = max((_number(word) for word in re.findall(r"\w+", text)), default=0)
        if most > 1 and not answer:
            few = random_rows(style, chance, colors=named or list(_RGB), most=most - 1)
            yield few, f"fewer than {most} things in it", answer

    def _scene(self, rows: Any, told: str, answer: bool | None) -> DrawnScene:
        """A scene; its picture only tells it from others."""
        mark = hashlib.sha256(repr(rows).encode()).digest()
        image = Image.of(PIL.Image.frombytes("RGB", (400, 100), mark.ljust(400 * 100 * 3, b"\0")))
        self._truths[image.source] = rows
        return DrawnScene(image, told, answer)


def _holds_without(text: str) -> bool | None:
    """Whether a statement holds where something that it names is left out; None if that is not certain."""
    if _IS_NOT.match(text):
        return None if _UNCERTAIN.search(_IS_NOT.sub("", text)) else True
    return None if not _EXISTS.match(text) or _UNCERTAIN.search(text) else False


def _number(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 3 else _WORDS.index(word) if word in _WORDS else 0


def _style(question: str, chance: random.Random) -> str:
    """Towers or loose things: what the statement's words are about."""
    words = {word.removesuffix("s") for word in re.findall(r"[a-z]+", question.lower())}
    fitting = [style for style, its in _STYLES.items() if words.intersection(its)]
    return chance.choice(fitting or list(_STYLES)) if len(fitting) != 1 else fitting[0]


def register_tools(register: Register) -> None:
    """The tools on pixels, with their worked examples and a generator of scenes."""
    register(Shapes(PixelEyes(), "pixels"))
    register.examples(Path(__file__).with_name("nlvr.toml"))
    register.drawing(Scenes())


def register_oracle(register: Register, truths: Mapping[str, Any]) -> None:
    """The same tools on the structured representation. truths: by `Image.source`."""
    register(Shapes(OracleEyes(truths), "oracle"))
    register.examples(Path(__file__).with_name("nlvr.toml"))
    register.drawing(Scenes())


def _lies_on(upper: Item, lower: Item) -> bool:
    shared = min(upper.box.right, lower.box.right) - max(upper.box.left, lower.box.left)
    return shared > 0 and 0 <= lower.box.top - upper.box.bottom <= _GAP


def _stack_on(base: Item, items: Sequence[Item]) -> list[Item]:
    stack = [base]
    while above := [item for item in items if item.shape == "square" and _lies_on(item, stack[-1])]:
        stack.append(above[0])
    return stack


def _around(items: Iterable[Item]) -> Box:
    boxes = [item.box for item in items]
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )


def _items_in(box: Image) -> list[Item]:
    """The items of one grey box, from the bottom up."""
    import cv2
    import numpy as np

    pixels = box.array().astype(float)
    found: list[Item] = []
    for color, rgb in _RGB.items():
        # How much of each pixel the colour covers: edges are blended with the background.
        span = np.array(rgb, float) - _BACKGROUND
        cover = (pixels - _BACKGROUND) @ span / (span @ span)
        pure = np.abs(pixels - _BACKGROUND - cover[..., None] * span).max(axis=-1) < 40
        mask = ((cover > 0.5) & pure).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for number in range(1, count):
            left, top, width, height, area = (int(v) for v in stats[number])
            if area >= 12:
                place = Box(box.left + left, box.top + top, box.left + left + width, box.top + top + height)
                found.append(_item(place, color, float((labels == number).sum()) / (width * height), box.frame))
    return sorted(found, key=lambda item: -item.box.bottom)


def _item(place: Box, color: Color, filled: float, home: Box) -> Item:
    shape = min(_FILLED, key=lambda shape: abs(_FILLED[shape] - filled))
    # A triangle is as high as wide, but its tip covers too little of its pixel to be seen.
    top = place.top - 1 if shape == "triangle" and place.height == place.width - 1 else place.top
    return Item(Box(place.left, top, place.right, place.bottom, f"{color} {shape}"), color, shape, home)


def _true_item(row: Mapping[str, Any], home: Box) -> Item:
    color = {"#0099ff": "blue", "black": "black", "yellow": "yellow"}[str(row["color"]).lower()]
    left, top, size = home.left + row["x_loc"], home.top + row["y_loc"], row["size"]
    box = Box(left, top, left + size, top + size, f"{color} {row['type']}")
    return Item(box, cast("Color", color), row["type"], home)
