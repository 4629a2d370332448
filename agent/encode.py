"""Values of programs as JSON, for traces: plain where JSON has them, else an object with a `type`.

Nothing is lost on the way: decode.py gives the same values back.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..tools.values import Box, Image, Mask, Point, Video

KeepImage = Callable[[Image], str]
"""Stores an image's pixels and returns the name under which they can be found."""


def encode(value: Any, keep: KeepImage) -> Any:
    """JSON for a value of a program. Boxes and points are in pixels of the original image."""
    match value:
        case enum.Enum():
            return value.value
        case float() if not math.isfinite(value):
            return {"type": "float", "value": str(value)}
        case None | bool() | int() | float() | str():
            return value
        case Box():
            sides = {"left": value.left, "top": value.top, "right": value.right, "bottom": value.bottom}
            return {"type": "box", **sides, "label": value.label, "score": value.score}
        case Point():
            return {"type": "point", "x": value.x, "y": value.y, "label": value.label, "score": value.score}
        case Image():
            frame = {"left": value.left, "top": value.top, "width": value.width, "height": value.height}
            return {"type": "image", "image": keep(value), **frame, "original": list(value.original)}
        case Mask():
            size = {"width": value.width, "height": value.height, "area": value.area, "counts": list(value.counts)}
            return {"type": "mask", **size, "label": value.label, "score": value.score}
        case Video():
            size = {"width": value.width, "height": value.height, "frames": value.frames, "fps": value.fps}
            where = {"name": value.path.name, "path": str(value.path.resolve()), "sha256": value.source}
            return {"type": "video", **where, **size}
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
    return one_line(_text(value), limit)


def one_line(text: str, limit: int = 200) -> str:
    """Text in one line, cut at `limit` characters, without control characters."""
    line = printable(text).replace("\n", "\\n")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def printable(text: str) -> str:
    """Text that can neither steer a terminal nor change the direction of the text around it; line breaks stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "\ufffd" for c in text)


def _text(value: Any) -> str:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return f"[{', '.join(_text(item) for item in items)}]"
    if isinstance(value, float):
        return _number(value)
    if not isinstance(value, dict):
        return repr(value) if isinstance(value, str) else str(value)
    part = cast("dict[str, Any]", value)
    match part.get("type"):
        case "box":
            name = f"{part['label']} {part['score']:.2f} " if part["label"] else ""
            return f"{name}({part['left']:.0f}, {part['top']:.0f}, {part['right']:.0f}, {part['bottom']:.0f})"
        case "float":
            return str(part["value"])
        case "point":
            return f"point ({part['x']:.0f}, {part['y']:.0f})"
        case "image":
            place = f" at ({part['left']}, {part['top']})" if part["left"] or part["top"] else ""
            return f"image {part['width']} x {part['height']}{place}"
        case "mask":
            return f"mask of {part['area']:,} pixels"
        case "video":
            return f"video {part['name']}, {part['frames']:,} frames of {part['width']} x {part['height']}"
        case "dict":
            return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in part["items"]) + "}"
        case "set":
            return "{" + ", ".join(map(_text, part["items"])) + "}"
        case _:
            return f"({', '.join(map(_text, part.get('items', [])))})"


def _number(value: float) -> str:
    """Four digits, but never fewer than stand before the decimal point of a number that people read as one."""
    return f"{value:.1f}".removesuffix(".0") if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
