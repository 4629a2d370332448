"""Tools of many signatures, and what a grammar made from them admits."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Literal, overload

import xgrammar

from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image


class Side(enum.Enum):
    """An enumeration as a parameter."""

    LEFT = "left"
    RIGHT = "right"


@tool
def LOC(image: Image, name: str) -> Box:
    """The best box."""
    raise NotImplementedError


@tool
def DETECT(image: Image, name: str) -> list[Box]:
    """All boxes."""
    raise NotImplementedError


@tool
def EXISTS(image: Image, name: str) -> bool:
    """Is there one?"""
    raise NotImplementedError


@overload
def COUNT(items: list[Box]) -> int: ...
@overload
def COUNT(image: Image, name: str) -> int: ...
@tool
def COUNT(*args: Any, **kwargs: Any) -> int:
    """How many."""
    raise NotImplementedError


@tool
def CROP(image: Image, box: Box, *, margin: float = 0.0) -> Image:
    """The part inside the box."""
    raise NotImplementedError


@tool
def COLOR(image: Image, where: Box | None = None) -> str:
    """The main color."""
    raise NotImplementedError


@tool
def CLASSIFY(image: Image, labels: list[str]) -> str:
    """The best label."""
    raise NotImplementedError


@tool
def PICK(items: list[Box], number: int, side: Side, *, strict: bool = False) -> Box:
    """One of them, from a side."""
    raise NotImplementedError


@tool
def MOOD(image: Image, *, time: Literal["day", "night"] | None = None) -> Literal["calm", "busy"] | None:
    """What it feels like."""
    raise NotImplementedError


@tool
def MOODS(image: Image, kinds: list[Literal["calm", "busy"]]) -> list[Literal["calm", "busy"]]:
    """Those that can be felt."""
    raise NotImplementedError


@tool
def FACTS(image: Image) -> dict[str, float]:
    """Whatever is known."""
    raise NotImplementedError


@tool
def nearby(box: Box, *, a: int, b: int = 1, c: int = 1, d: int = 1, e: int = 1, f: int = 1) -> list[Box]:
    """A tool with a small name and many keywords."""
    raise NotImplementedError


TOOLS = (LOC, DETECT, EXISTS, COUNT, CROP, COLOR, CLASSIFY, PICK, MOOD, MOODS, FACTS, nearby)


def registry_of(*tools: Callable[..., Any]) -> Registry:
    registry = Registry()
    registry.add(*tools)
    return registry


REGISTRY = registry_of(*TOOLS)


class Recognizer:
    """xgrammar itself: does a grammar admit a text?"""

    def __init__(self, text: str) -> None:
        compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([]), max_threads=1)
        self._compiled = compiler.compile_grammar(text)

    def admits(self, source: str) -> bool:
        """Is the whole text a program of the grammar?"""
        matcher = xgrammar.GrammarMatcher(self._compiled, terminate_without_stop_token=True)
        return matcher.accept_string(source) and matcher.is_terminated()


RIGHT = """
answer = nearby(box, a=1, c=2, f=3)
answer = CROP(image, LOC(image, "dog")).width
answer = CROP(image, LOC(image, "dog"), margin=0.5).width
answer = PICK(boxes, len(names) // 2, "left", strict=n > 3).label
answer = MOOD(image) == "calm" or MOOD(image) in ["calm", "busy"]
answer = MOOD(image, time=hour) is None
answer = "calm" in MOODS(image, ["calm"])
answer = MOODS(image, [first])[0] == "calm"
answer = set(MOODS(image, ["calm"])) == {"calm", "busy"}
answer = FACTS(image)["dog"] > 3
answer = COUNT([p for p in DETECT(CROP(image, LOC(image, "pond")), "duck")])
answer = a.left + a.width / 2 > (b.left + b.right) / 2
answer = not COUNT(image, "dog") > 2 and (found or n in [1, 2])
answer = [(a, b) for a in boxes for b in others if a != b]
answer = len(set(COLOR(image, b) for b in DETECT(image, "dog"))) == 1
answer = "dog" if 1 < len(names) <= 3 else f"{n} dogs, {b.left:.1f} and {len(names)}"
answer = sorted(boxes, key=lambda b: (-b.area, b.left))[0].label
answer = {"red": 1, "blue": n}
answer = sum(b.area for b in boxes) / len(boxes) - max(areas)
answer = ", ".join([COLOR(image, b) for b in boxes]) + text.lower()
answer = EXISTS(image, "a cat") == EXISTS(image, "b") and not DETECT(image, "dog")
total = 0|for b in boxes:|    if b.left > 3:|        total += 1|    else:|        continue|answer = total
answer = "no"|for b in boxes:|    if b.left > 3:|        answer = "yes"|        break
answer = []|for b in boxes:|    answer.append(b.left)
counts = {}|for b in boxes:|    counts[b.label] = counts.get(b.label, 0) + 1|answer = counts["dog"] == 2
if a and b:|    answer = 1|elif c:|    answer = 2|else:|    answer = 3
if a:|    if b:|        answer = 1|    else:|        answer = 2|else:|    n = 3|    answer = n
best, area = None, 0|for color, side in [("red", "left"), ("blue", "right")]:|    area += 1|answer = area
def is_red(box):|    return COLOR(image, box) == "red"||answer = any(is_red(b) for b in DETECT(image, "car"))
def near(a, b):|    if a.left > b.left:|        return a|    else:|        return b|||answer = near(x, y).left
def color(image, box):|    for b in boxes:|        if b:|            return 1|    return 2|answer = color(image, b)
"""
