"""Converts values of programs for an MCP server, and back."""

from __future__ import annotations

import math
import tempfile
import types
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, cast, get_args, get_origin

from ..core.errors import InputError, ToolError
from ..core.values import Box, Image, Point
from ..engine.failures import plain
from ..media.images import encode_png, load_image

if TYPE_CHECKING:
    from mcp.types import CallToolResult

Sent = Literal["base64", "data-url", "path"]
"""How a server takes pictures: as text, or as a file that exists during the call."""
MAX_TEXT = 100_000
"""Maximum characters of a text from a tool; longer ones are truncated."""
MAX_PICTURE = 100_000_000
"""Bytes of one picture."""


def sent(value: Any, how: Sent, about: Image | None, files: ExitStack) -> Any:
    """Convert a value to JSON.

    how: pictures are sent. about: the only picture of the call, if any: boxes and points are given in its pixels.
    files: removes the files of pictures after the call.
    """
    match value:
        case Image():
            return _sent_image(value, how, files)
        case Box():
            moved = _moved(value, about, -1)
            return {"left": moved.left, "top": moved.top, "right": moved.right, "bottom": moved.bottom}
        case Point():
            moved = _moved(value, about, -1)
            return {"x": moved.x, "y": moved.y}
        case list() | tuple() | set():
            return [sent(item, how, about, files) for item in cast("list[Any]", value)]
        case dict():
            pairs = cast("dict[Any, Any]", value).items()
            return {str(key): sent(item, how, about, files) for key, item in pairs}
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise ToolError(f"A {type(value).__name__} cannot be sent to another server.")


def came(result: CallToolResult, wanted: Any, about: Image | None) -> Any:
    """Convert the result of a tool to its declared type: structured content, pictures, or text.

    Raises ToolError with the tool's message if it failed, and for an unreadable picture.
    """
    text = "\n".join(_texts(result))[:MAX_TEXT]
    if result.is_error:
        raise ToolError(plain(text) or "The tool failed and did not say why.")
    pictures = [_picture(data) for data in _pictures(result)]
    if wanted is Image or wanted == list[Image]:
        return _as_pictures(pictures, wanted, text)
    structured = _value(result.structured_content)
    if structured is not None and not (wanted is Any and pictures):
        return _taken(structured, wanted, about, iter(pictures))
    if pictures and wanted is not str:
        return pictures[0] if len(pictures) == 1 else pictures
    return text


def _as_pictures(pictures: list[Image], wanted: Any, text: str) -> Any:
    if wanted is Image and len(pictures) != 1:
        said = f" It said: {text:.200}" if text else ""
        raise ToolError(f"It gave {len(pictures)} pictures, and one was expected.{said}")
    return pictures[0] if wanted is Image else pictures


def _value(structured: Any) -> Any:
    """The value in structured content."""
    known = cast("dict[str, Any]", structured) if isinstance(structured, dict) else {}
    return known.get("result", structured)


def _taken(value: Any, wanted: Any, about: Image | None, pictures: Iterator[Image]) -> Any:
    """Convert JSON to the wanted type. Values that do not fit are unchanged, and rejected by the executor."""
    origin, args = get_origin(wanted), get_args(wanted)
    if wanted is Image:
        return next(pictures, value)
    if origin in (Union, types.UnionType):
        fitting = (_taken(value, one, about, pictures) for one in args)
        return next((one for one, kind in zip(fitting, args, strict=True) if _is(one, kind)), value)
    if origin is list and isinstance(value, list):
        return [_taken(item, args[0], about, pictures) for item in cast("list[Any]", value)]
    if wanted in (Box, Point) and isinstance(value, dict):
        return _moved(_placed(cast("dict[str, Any]", value), wanted), about, 1)
    if wanted is int and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _is(value: Any, kind: Any) -> bool:
    origin = get_origin(kind)
    return kind is Any or (value in get_args(kind) if origin is Literal else isinstance(value, origin or kind))


def _placed(table: Mapping[str, Any], kind: type[Box] | type[Point]) -> Box | Point:
    names = ("left", "top", "right", "bottom") if kind is Box else ("x", "y")
    score = table.get("score")
    told: dict[str, Any] = {"label": str(table.get("label") or ""), "score": 1.0 if score is None else score}
    try:
        return kind(**{name: float(table[name]) for name in names}, **told)
    except (KeyError, TypeError, ValueError):
        raise ToolError(f"It gave no {kind.__name__}: {table!r:.200}.") from None


def _moved(place: Any, about: Image | None, sign: int) -> Any:
    """Shift a box or point by the position of the call's picture in its original."""
    if about is None or not (about.left or about.top):
        return place
    x, y = sign * about.left, sign * about.top
    if isinstance(place, Point):
        return Point(place.x + x, place.y + y, place.label, place.score)
    return Box(place.left + x, place.top + y, place.right + x, place.bottom + y, place.label, place.score)


def _sent_image(image: Image, how: Sent, files: ExitStack) -> str:
    data = encode_png(image)
    if how == "path":
        folder = Path(files.enter_context(tempfile.TemporaryDirectory(prefix="looksmith-")))
        (folder / "image.png").write_bytes(data)
        return str(folder / "image.png")
    text = b64encode(data).decode()
    return f"data:image/png;base64,{text}" if how == "data-url" else text


def _texts(result: CallToolResult) -> Iterator[str]:
    for block in result.content:
        if block.type == "text":
            yield block.text
        elif block.type == "resource" and getattr(block.resource, "text", None):
            yield str(getattr(block.resource, "text", ""))
        elif block.type == "resource_link":
            yield str(block.uri)
        elif block.type == "audio":
            yield f"({block.mime_type}, which programs cannot hear)"


def _pictures(result: CallToolResult) -> Sequence[str]:
    """The pictures of a result, in base64."""
    found: list[str] = []
    for block in result.content:
        if block.type == "image":
            found.append(block.data)
        elif block.type == "resource" and str(block.resource.mime_type or "").startswith("image/"):
            found.append(str(getattr(block.resource, "blob", "")))
    return found


def _picture(data: str) -> Image:
    """Decode a picture from a server. Raises ToolError."""
    if len(data) > math.ceil(MAX_PICTURE * 4 / 3):
        raise ToolError(f"It gave a picture of more than {MAX_PICTURE // 1_000_000} MB.")
    with tempfile.NamedTemporaryFile(prefix="looksmith-") as file:
        try:
            file.write(b64decode(data, validate=True))
            file.flush()
            return load_image(Path(file.name))
        except (InputError, ValueError) as error:
            said = str(error).replace(file.name, "it")
            raise ToolError(f"It gave a picture that cannot be read: {said}") from None
