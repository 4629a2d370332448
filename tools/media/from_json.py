"""Decodes values from the JSON written by to_json.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ..core.albums import Album
from ..core.errors import InputError, ToolError
from ..core.times import Moment, Segment
from ..core.values import Box, Image, Mask, Point, Video
from .photos import load_album, stamped
from .video import load_video

FindImage = Callable[[str], Image]
"""Returns the full stored image of a name."""


def decode(value: Any, find: FindImage) -> Any:
    """Decode a value. Raises InputError for invalid data."""
    if isinstance(value, list):
        return [decode(item, find) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    part = cast("dict[str, Any]", value)
    try:
        return _part(part, find)
    except KeyError as error:
        raise InputError(f"{part!r:.200} is not a value of a program: it has no {error}.") from None
    except (ValueError, ToolError) as error:
        raise InputError(f"{part!r:.200} is not a value of a program: {str(error).rstrip('.')}.") from None
    except (TypeError, AttributeError) as error:
        raise InputError(f"{part!r:.200} is not a value of a program: {type(error).__name__} {error}.") from None


def decode_all(values: Mapping[str, Any], find: FindImage) -> dict[str, Any]:
    """Decode values by name. Raises InputError."""
    return {name: decode(value, find) for name, value in values.items()}


def _part(part: dict[str, Any], find: FindImage) -> Any:
    named = {"label": part.get("label", ""), "score": part.get("score", 1.0)}
    match part.get("type"):
        case "float":
            return float(part["value"])
        case "box":
            return Box(part["left"], part["top"], part["right"], part["bottom"], **named)
        case "point":
            return Point(part["x"], part["y"], **named)
        case "mask":
            return Mask(part["width"], part["height"], tuple(part["counts"]), **named)
        case "image":
            return _image(part, find(part["image"]))
        case "video":
            return _video(part)
        case "album":
            return _album(part, find)
        case "segment":
            return Segment(part["start"], part["end"], **named)
        case "moment":
            return Moment(part["time"], _part(part["box"], find))
        case "tuple":
            return tuple(decode(item, find) for item in part["items"])
        case "set":
            return {decode(item, find) for item in part["items"]}
        case "dict":
            return {decode(key, find): decode(item, find) for key, item in part["items"]}
        case None:
            raise KeyError("type")
        case kind:
            raise ValueError(f"there is no type {kind!r:.40}")


def _image(part: dict[str, Any], whole: Image) -> Image:
    """The region of a stored image; or all of it, if only a part of its original was stored."""
    original = (part["original"][0], part["original"][1])
    left, top, width, height = (part[name] for name in ("left", "top", "width", "height"))
    if whole.original == original:
        return whole if (width, height) == original else whole.crop(Box(left, top, left + width, top + height))
    if (whole.width, whole.height) != (width, height):
        raise ValueError(f"its picture has {whole.width} x {whole.height} pixels")
    return Image(whole.pixels, whole.source, left, top, original)


def _video(part: dict[str, Any]) -> Video:
    """Load the video file of a trace, which is not stored with the run, and check that it is unchanged."""
    video = load_video(Path(part["path"]))
    if video.source != part["sha256"]:
        raise InputError(f"The video {video.path} has changed since the run.")
    return video.part(part["first"], part["first"] + part["frames"] - 1) if "first" in part else video


def _album(part: dict[str, Any], find: FindImage) -> Album:
    """Read the album of a trace from its folder, and check that it is unchanged."""
    folder = Path(part["path"])
    if "whole" in part:
        sheet = decode(part["sheet"], find) if "sheet" in part else None
        photos = [stamped(folder, name) for name in part["photos"]]
        album = replace(Album.of(folder, photos), whole=part["whole"], sheet=sheet)
    else:
        album = load_album(folder)
    if album.source != part["sha256"]:
        raise InputError(f"The photos in {folder} have changed since the run.")
    return album
