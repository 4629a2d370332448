"""Encodes values as JSON, for traces and caches: natively if possible, else as an object with a `type`.

Lossless: from_json.py restores the same values.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from ..core.albums import Album
from ..core.times import Moment, Segment
from ..core.values import Box, Image, Mask, Point, Video

KeepImage = Callable[[Image], str]
"""Stores an image's pixels and returns their name."""


def encode(value: Any, keep: KeepImage) -> Any:
    """Encode a value. Boxes and points are in pixels of the original image."""
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
            return _video(value)
        case Album():
            return _album(value, keep)
        case Segment():
            span = {"start": value.start, "end": value.end}
            return {"type": "segment", **span, "label": value.label, "score": value.score}
        case Moment():
            return {"type": "moment", "time": value.time, "box": encode(value.box, keep)}
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


def _video(video: Video) -> dict[str, Any]:
    size = {"width": video.width, "height": video.height, "frames": video.frames, "fps": video.fps}
    where = {"name": video.path.name, "path": str(video.path.resolve()), "sha256": video.source}
    part = {"first": video.first} if video.whole else {}
    return {"type": "video", **where, **size, **part}


def _album(album: Album, keep: KeepImage) -> dict[str, Any]:
    """Of a whole album its photos are not listed: it is read again from its folder."""
    where = {"name": album.folder.name, "path": str(album.folder), "sha256": album.source, "count": album.count}
    if album.whole is None:
        return {"type": "album", **where}
    sheet = {"sheet": encode(album.sheet, keep)} if album.sheet else {}
    return {"type": "album", **where, "whole": album.whole, "photos": list(album.names), **sheet}


def encode_all(values: Mapping[str, Any], keep: KeepImage) -> dict[str, Any]:
    """Encode values by name."""
    return {name: encode(value, keep) for name, value in values.items()}
