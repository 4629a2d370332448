"""Encodes values as JSON for traces (tools/media/to_json.py), and describes that JSON in one line."""

from __future__ import annotations

from typing import Any, cast

from ...tools.core.times import clock
from ...tools.media.to_json import KeepImage as KeepImage
from ...tools.media.to_json import encode as encode
from ...tools.media.to_json import encode_all as encode_all

_MOST = 1000
"""Items of a list that can matter to a line."""


def describe(value: Any, limit: int = 200) -> str:
    """Describe a value's JSON in one line, truncated at `limit` characters, without control characters."""
    try:
        text = _text(value)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):  # a stored value may be damaged
        text = "(a damaged value)"
    return one_line(text, limit)


def one_line(text: str, limit: int = 200) -> str:
    """Text in one line, truncated at `limit` characters, without control characters."""
    line = printable(text).replace("\n", "\\n")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def printable(text: str) -> str:
    """Text without terminal control sequences and bidirectional overrides; line breaks are kept."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "\ufffd" for c in text)


def _text(value: Any) -> str:
    if isinstance(value, list):
        items = cast("list[Any]", value)[:_MOST]
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
            span = f" from {part['first']:,}" if "first" in part else ""
            return f"video {part['name']}, {part['frames']:,} frames{span} of {part['width']} x {part['height']}"
        case "album":
            return _album_text(part)
        case "segment":
            name = f"{part['label']} {part['score']:.2f} " if part["label"] else ""
            return f"{name}{clock(part['start'])} to {clock(part['end'])}"
        case "moment":
            return f"{clock(part['time'])} {_text(part['box'])}"
        case "dict":
            return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in part["items"][:_MOST]) + "}"
        case "set":
            return "{" + ", ".join(map(_text, part["items"][:_MOST])) + "}"
        case _:
            return f"({', '.join(map(_text, part.get('items', [])[:_MOST]))})"


def _album_text(part: dict[str, Any]) -> str:
    """An album, or which photos of it: `3 of 120 photos: a.jpg, b.jpg, c.jpg`."""
    count, whole = part["count"], part.get("whole")
    if whole is None:
        return f"album {part['name']}, {count:,} photos"
    if not count:
        return f"none of {whole:,} photos"
    every = "all" if count == whole else f"{count:,} of"
    return f"{every} {whole:,} photos: {', '.join(map(str, part['photos'][:_MOST]))}"


def _number(value: float) -> str:
    """Format with four significant digits, but never fewer than the integer part has."""
    return f"{value:.1f}".removesuffix(".0") if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
