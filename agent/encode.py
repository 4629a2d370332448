"""Values of programs as JSON, for traces: plain where JSON has them, else an object with a `type`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..tools.values import Box, Image, Mask, Point, show_box

KeepImage = Callable[[Image], str]
"""Stores an image's pixels and returns the name under which they can be found."""


def encode(value: Any, keep: KeepImage) -> Any:
    """JSON for a value of a program. Boxes and points are in pixels of the original image."""
    match value:
        case enum.Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Box():
            sides = {side: value.__getattribute__(side) for side in ("left", "top", "right", "bottom")}
            return {"type": "box", **_rounded(sides), "label": value.label, "score": round(value.score, 4)}
        case Point():
            place = _rounded({"x": value.x, "y": value.y})
            return {"type": "point", **place, "label": value.label, "score": round(value.score, 4)}
        case Image():
            frame = {"left": value.left, "top": value.top, "width": value.width, "height": value.height}
            return {"type": "image", "image": keep(value), **frame, "original": list(value.original)}
        case Mask():
            size = {"width": value.width, "height": value.height}
            return {"type": "mask", **size, "area": value.area, "counts": list(value.counts), "label": value.label}
        case list():
            return [encode(item, keep) for item in cast("list[Any]", value)]
        case tuple() | set() | frozenset():
            kind = "tuple" if isinstance(value, tuple) else "set"
            return {"type": kind, "items": [encode(item, keep) for item in cast("tuple[Any, ...]", value)]}
        case dict():
            pairs = cast("dict[Any, Any]", value).items()
            return {"type": "dict", "items": [[encode(k, keep), encode(v, keep)] for k, v in pairs]}
        case _:
            raise TypeError(f"a program cannot hold a {type(value).__name__}")


def encode_all(values: Mapping[str, Any], keep: KeepImage) -> dict[str, Any]:
    """The same for values by name."""
    return {name: encode(value, keep) for name, value in values.items()}


def describe(value: Any, limit: int = 200) -> str:
    """One line for people from a value's JSON, cut at `limit` characters, without control characters."""
    text = _text(value)
    clean = "".join(c if c.isprintable() else "\\n" if c == "\n" else "\ufffd" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return f"[{', '.join(_text(item) for item in items)}]"
    if not isinstance(value, dict):
        return f"{value:.4g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
    part = cast("dict[str, Any]", value)
    match part.get("type"):
        case "box":
            sides = (part["left"], part["top"], part["right"], part["bottom"])
            return show_box(Box(*sides, part["label"], part["score"]))
        case "point":
            return f"point ({part['x']:.0f}, {part['y']:.0f})"
        case "image":
            place = f" at ({part['left']}, {part['top']})" if part["left"] or part["top"] else ""
            return f"image {part['width']} x {part['height']}{place}"
        case "mask":
            return f"mask of {part['area']:,} pixels"
        case "dict":
            return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in part["items"]) + "}"
        case "set":
            return "{" + ", ".join(map(_text, part["items"])) + "}"
        case _:
            return f"({', '.join(map(_text, part.get('items', [])))})"


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    """A hundredth of a pixel is more than any detector knows, and keeps traces readable."""
    return {name: round(number, 2) for name, number in numbers.items()}
