"""Converts arguments from JSON, and results to plain JSON."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from typing import Any, Union, cast, get_args, get_origin

from pydantic import ValidationError

from ...tools.core.annotations import adapter, json_schemas, plain_value
from ...tools.core.errors import ArgumentError, InputError
from ...tools.core.tool import Signature, Tool
from ...tools.core.values import OPAQUE, Box, Image, Mask, Point, Video
from .held_values import HeldValues, Kept

ReadPicture = Callable[[str], Image]
"""Reads a picture from a client's text. Raises InputError."""


def bound(tool: Tool, given: Mapping[str, Any], held: HeldValues, read: ReadPicture) -> dict[str, Any]:
    """A client's arguments as the tool takes them, by name. Raises ArgumentError, InputError.

    For a tool with several signatures, the first that fits the names is used.
    """
    fitting = [form for form in tool.signatures if _fits(form, given)]
    problem: ArgumentError | None = None
    for form in fitting or tool.signatures[:1]:
        kinds = {p.name: p.type for p in form.parameters}
        values = {name: _value(value, kinds.get(name, Any), held, read) for name, value in given.items()}
        try:
            return form.bind((), values)
        except ArgumentError as error:
            problem = problem or error
    assert problem is not None
    raise ArgumentError(f"{tool.name} {problem.message}.", hint=problem.hint)


def _fits(form: Signature, given: Mapping[str, Any]) -> bool:
    names = {p.name for p in form.parameters}
    return given.keys() <= names and all(p.name in given for p in form.parameters if p.required)


def _value(value: Any, kind: Any, held: HeldValues, read: ReadPicture) -> Any:
    """Convert JSON to a type of programs. Values that do not fit are unchanged, and rejected later."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _either(value, args, held, read)
    if kind is Image and isinstance(value, str):
        return read(value)
    if kind in OPAQUE and isinstance(value, str):
        return held.get(value, kind)
    if kind in (Box, Point) and isinstance(value, dict):
        return _placed(cast("dict[str, Any]", value), kind)
    if origin is list and isinstance(value, list):
        return [_value(item, args[0], held, read) for item in cast("list[Any]", value)]
    if kind is int and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _either(value: Any, kinds: tuple[Any, ...], held: HeldValues, read: ReadPicture) -> Any:
    problem: InputError | None = None
    for kind in kinds:
        try:
            return adapter(kind).validate(_value(value, kind, held, read))
        except ValidationError:
            continue
        except InputError as error:
            problem = error
    if problem is not None:
        raise problem
    return value


def _placed(table: dict[str, Any], kind: type[Box] | type[Point]) -> Any:
    known = {name: value for name, value in table.items() if name in kind.__dataclass_fields__}
    try:
        return kind(**known)
    except (TypeError, ValueError):
        return table


def plain(value: Any, keep: Callable[[Kept], str]) -> Any:
    """A value as JSON: boxes and points by their numbers, in pixels of the original; images and masks by a name.

    keep: holds an image or a mask, and returns its name.
    """
    match plain_value(value):
        case float() as number if not math.isfinite(number):
            return str(number)
        case None | bool() | int() | float() | str() as same:
            return same
        case Box() as box:
            sides = {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
            return {**sides, "label": box.label, "score": box.score}
        case Point() as point:
            return {"x": point.x, "y": point.y, "label": point.label, "score": point.score}
        case Image() | Mask() | Video() as kept:
            return keep(kept)
        case dict():
            pairs = cast("dict[Any, Any]", value).items()
            return {str(plain(key, keep)): plain(item, keep) for key, item in pairs}
        case items:
            return [plain(item, keep) for item in cast("list[Any]", items)]


def result_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema of the tool's results."""
    kinds = {number: form.returns for number, form in enumerate(tool.signatures)}
    described, shared = json_schemas(kinds)
    results = list({repr(one): one for one in described.values()}.values())
    numbers = {"type": "number"}
    return {
        "type": "object",
        "properties": {
            "result": results[0] if len(results) == 1 else {"anyOf": results},
            "scores": {"type": "object", "additionalProperties": numbers, "description": "runners-up of a choice"},
            "found": {"type": "array", "items": {"type": "object"}, "description": "the boxes behind the result"},
            "rejected": {
                "type": "array",
                "items": {"type": "object"},
                "description": "boxes not good enough",
            },
            "assumptions": {"type": "array", "items": {"type": "string"}, "description": "what was taken for what"},
            "confidence": {**numbers, "description": "about how often such a result is right, 0 to 1"},
            "seconds": numbers,
        },
        "required": ["result"],
        **shared,
    }
