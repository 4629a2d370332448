"""Converts the JSON Schemas of an MCP server's tools to types of programs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any, Literal, Union, cast

from ..core.tool import Parameter, Signature
from ..core.values import Box, Image, Point

MAX_DEPTH = 12
"""Maximum nesting of schemas; deeper values may be anything."""
RESULT = "result"
"""The only property of a structured result that is the value itself."""
_PLAIN: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": type(None)}
_SIDES = frozenset({"left", "top", "right", "bottom"})
_PLACE = frozenset({"x", "y"})


def signatures_of(schema: Mapping[str, Any], returns: Any, images: Iterable[str] = ()) -> tuple[Signature, ...]:
    """The signatures of a tool from the schema of its arguments: one, or one for each object of an `anyOf`.

    returns: the type of its result. images: properties that take a picture without saying so in the schema.
    """
    forms = [form for form in _listed(schema, "anyOf") if "properties" in form]
    chosen = forms if forms and "properties" not in schema else [schema]
    return tuple(_signature(form, schema, returns, frozenset(images)) for form in chosen)


def type_of(schema: Any, root: Mapping[str, Any] | None = None, depth: int = MAX_DEPTH) -> Any:
    """The narrowest type of programs for the values of a schema; `Any` if there is none.

    A string with the content of an image becomes an Image, an object with the four sides of a box a Box, and one with
    x and y a Point. root: the document for resolving references.
    """
    if not isinstance(schema, dict) or depth == 0:
        return Any
    found = cast("dict[str, Any]", schema)
    root = found if root is None else root
    if "$ref" in found:
        return type_of(_referred(str(found["$ref"]), root), root, depth - 1)
    choices = _listed(found, "anyOf") or _listed(found, "oneOf")
    if choices:
        return _either(type_of(one, root, depth - 1) for one in choices)
    if "enum" in found or "const" in found:
        return _one_of(found.get("enum", [found.get("const")]))
    kind = found.get("type", "object" if "properties" in found else None)
    if isinstance(kind, list):
        return _either(type_of({**found, "type": one}, root, depth - 1) for one in cast("list[Any]", kind))
    match kind:
        case "array":
            return list[type_of(found.get("items"), root, depth - 1)]
        case "object":
            return _object(found, root, depth)
        case "string" if takes_image(found):
            return Image
        case _:
            return _PLAIN.get(str(kind), Any)


def takes_image(schema: Mapping[str, Any]) -> bool:
    """Does the schema declare a string as a picture?"""
    return schema.get("format") == "image" or str(schema.get("contentMediaType", "")).startswith("image/")


def parameter_name(key: str) -> str:
    """The parameter name for a property."""
    plain = re.sub(r"\W", "_", key, flags=re.ASCII).lstrip("_") or "value"
    plain = f"n{plain}" if plain[0].isdigit() else plain
    return f"{plain}_" if iskeyword(plain) else plain


def unwrapped(schema: Mapping[str, Any] | None) -> Any:
    """The schema of the value in a structured result, which may be wrapped as `result`."""
    properties = (schema or {}).get("properties", {})
    return {**properties[RESULT], "$defs": (schema or {}).get("$defs", {})} if RESULT in properties else schema


def _signature(form: Mapping[str, Any], root: Mapping[str, Any], returns: Any, images: frozenset[str]) -> Signature:
    properties = cast("dict[str, Any]", form.get("properties") or {})
    needed = [key for key in form.get("required") or () if key in properties and key not in defaults(properties)]
    parameters: list[Parameter] = []
    for key in [*needed, *(key for key in properties if key not in needed)]:
        kind = Image if key in images else type_of(properties[key], root)
        default = inspect.Parameter.empty if key in needed else defaults(properties).get(key)
        if default is None and kind is not Any:
            kind = Union[kind, None]  # noqa: UP007  (the type is known at run time only)
        parameters.append(Parameter(parameter_name(key), kind, default, keyword_only=key not in needed))
    return Signature(tuple(parameters), returns)


def defaults(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The default values of properties, if they are plain."""
    schemas = {key: cast("dict[str, Any]", one) for key, one in properties.items() if isinstance(one, dict)}
    given = {key: one["default"] for key, one in schemas.items() if "default" in one}
    return {key: value for key, value in given.items() if isinstance(value, str | int | float | bool)}


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Any:
    properties = cast("dict[str, Any]", schema.get("properties") or {})
    numbers = {key for key, one in properties.items() if type_of(one, root, depth - 1) in (int, float)}
    if numbers >= _SIDES:
        return Box
    if numbers >= _PLACE and len(properties) <= 4:
        return Point
    if properties:
        return dict[str, Any]
    more = schema.get("additionalProperties")
    return dict[str, type_of(more, root, depth - 1) if isinstance(more, dict) else Any]


def _either(types: Iterable[Any]) -> Any:
    parts = tuple(types)
    return Any if Any in parts else Union[parts]  # noqa: UP007  (the members are known at run time only)


def _one_of(values: Any) -> Any:
    listed = cast("list[Any]", values) if isinstance(values, list) else []
    if not listed or not all(isinstance(one, str | int | bool | None) for one in listed):
        return Any
    return Literal[tuple(listed)]


def _listed(schema: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = schema.get(key)
    return [one for one in cast("list[Any]", listed) if isinstance(one, dict)] if isinstance(listed, list) else []


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    """The target of a reference within the document; None for any other."""
    found: Any = root
    for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") else [""]:
        found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
    return found
