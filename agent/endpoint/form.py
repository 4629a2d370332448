"""`response_format`: the required type of the answer, and its form as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from ...tools.core.values import Box
from .errors import ApiError, bad

_SIDES = ("left", "top", "right", "bottom")
_BOX = (*_SIDES, "label", "score")
_SIMPLE: Mapping[str, Any] = {"boolean": bool, "integer": int, "number": float, "string": str}
_HELD = "anyOf", "oneOf", "allOf", "$ref", "const", "pattern", "minimum", "maximum", "minItems", "maxItems", "format"
"""A schema that answers cannot be made to match."""
WHERE = "response_format"


@dataclass(frozen=True)
class AnswerForm:
    """The form of an answer.

    type: of the answer, as in `ask`; None derives it from the question. choices: the allowed texts.
    plain: text for people; otherwise JSON, in an object with the property `name`, or a bare value if that is "".
    sides: the properties of a box that are written.
    """

    type: Any = None
    choices: tuple[str, ...] = ()
    plain: bool = True
    name: str = ""
    sides: tuple[str, ...] = _BOX

    def write(self, value: Any, as_json: Any) -> str:
        """The JSON text of an answer. as_json: its stored form."""
        if isinstance(value, Box):
            told: Any = self._box(value)
        elif self.type is not None and isinstance(value, list):
            told = [self._box(one) for one in cast("list[Box]", value)]
        else:
            told = as_json
        return json.dumps({self.name: told} if self.name else told, ensure_ascii=False)

    def _box(self, box: Box) -> dict[str, Any]:
        return {name: value for name, value in asdict(box).items() if name in self.sides}


def read_form(given: Mapping[str, Any] | None) -> AnswerForm:
    """The form that `response_format` asks for. Raises ApiError."""
    kind = (given or {}).get("type", "text")
    if kind == "text":
        return AnswerForm()
    if kind == "json_object":
        return AnswerForm(plain=False, name="answer")
    schema = (given or {}).get("json_schema")
    schema = cast("Mapping[str, Any]", schema).get("schema") if isinstance(schema, dict) else None
    if kind != "json_schema" or not isinstance(schema, dict):
        raise bad("response_format must be text, json_object, or json_schema with a schema.", WHERE, "invalid_value")
    return _of_schema(cast("Mapping[str, Any]", schema))


def _of_schema(schema: Mapping[str, Any]) -> AnswerForm:
    """The form for a schema of the answer, or of an object with the answer as its only property."""
    properties = _properties(schema)
    if schema.get("type") == "object" and not _is_box(properties):
        if len(properties) != 1:
            raise _unusable("an object with more than one property")
        _require_free(schema)
        ((name, inner),) = properties.items()
        form = _answer(inner)
        return AnswerForm(form.type, form.choices, plain=False, name=name, sides=form.sides)
    return _answer(schema)


def _answer(schema: Mapping[str, Any]) -> AnswerForm:
    _require_free(schema)
    kind, choices = schema.get("type"), schema.get("enum")
    if choices is not None:
        texts = cast("list[Any]", choices) if isinstance(choices, list) else []
        if kind != "string" or len(texts) < 2 or not all(isinstance(one, str) for one in texts):
            raise _unusable("an enum of anything but several strings")
        return AnswerForm(str, tuple(texts), plain=False)
    if isinstance(kind, str) and kind in _SIMPLE:
        return AnswerForm(_SIMPLE[kind], plain=False)
    if kind == "object":
        return AnswerForm(Box, plain=False, sides=_sides(schema))
    items = schema.get("items")
    if kind == "array" and isinstance(items, dict) and cast("Mapping[str, Any]", items).get("type") == "object":
        return AnswerForm(list[Box], plain=False, sides=_sides(cast("Mapping[str, Any]", items)))
    raise _unusable(f"the type {kind!r:.60}")


def _sides(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The properties of a box in a schema. Raises ApiError for any other object."""
    _require_free(schema)
    properties = _properties(schema)
    if not _is_box(properties):
        raise _unusable(f"an object that is not a box ({', '.join(_SIDES)}, and perhaps label and score)")
    return tuple(name for name in _BOX if name in properties)


def _is_box(properties: Mapping[str, Any]) -> bool:
    return set(_SIDES) <= properties.keys() <= set(_BOX)


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    properties = schema.get("properties")
    given: Mapping[str, Any] = cast("dict[str, Any]", properties) if isinstance(properties, dict) else {}
    return {name: cast("dict[str, Any]", one) if isinstance(one, dict) else {} for name, one in given.items()}


def _require_free(schema: Mapping[str, Any]) -> None:
    for word in _HELD:
        if word in schema:
            raise _unusable(word)


def _unusable(what: str) -> ApiError:
    known = (
        "boolean, integer, number, string (also with enum), a box, an array of boxes, or an object with one of these"
    )
    return bad(f"Unsupported schema: {what}. Supported are: {known}.", WHERE, "unsupported_schema")
