"""Types of programs from JSON Schemas of MCP servers."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from looksmith.tools.core.values import Box, Image, Point
from looksmith.tools.remote.foreign import tool_name
from looksmith.tools.remote.schema import parameter_name, signatures_of, type_of

NUMBER = {"type": "number"}
BOX = {"type": "object", "properties": dict.fromkeys(("left", "top", "right", "bottom"), NUMBER)}


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string"}, str),
        ({"type": "integer"}, int),
        (NUMBER, float),
        ({"type": "boolean"}, bool),
        ({"type": "array", "items": NUMBER}, list[float]),
        ({"type": "array"}, list[Any]),
        ({"enum": ["left", "right"]}, Literal["left", "right"]),
        ({"const": 3}, Literal[3]),
        ({"enum": [{"a": 1}]}, Any),
        ({"type": ["string", "null"]}, str | None),
        ({"anyOf": [NUMBER, {"type": "null"}]}, float | None),
        ({"anyOf": [NUMBER, {"not": {}}]}, Any),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, dict[str, int]),
        ({"type": "object", "properties": {"a": NUMBER}}, dict[str, Any]),
        (BOX, Box),
        ({"type": "array", "items": BOX}, list[Box]),
        ({"type": "object", "properties": {"x": NUMBER, "y": NUMBER}}, Point),
        ({"type": "string", "contentMediaType": "image/png"}, Image),
        ({"type": "string", "format": "image"}, Image),
        ({"$ref": "#/$defs/N", "$defs": {"N": NUMBER}}, float),
        ({"$ref": "https://elsewhere.example/n.json"}, Any),
        ({"$ref": "#/$defs/N", "$defs": {"N": {"type": "array", "items": {"$ref": "#/$defs/N"}}}}, "deep"),
        (True, Any),
        ("nonsense", Any),
        ({}, Any),
    ],
)
def test_a_schema_is_as_narrow_as_programs_can_say(schema: Any, wanted: Any) -> None:
    found = type_of(schema)
    assert str(found).startswith("list[list[") if wanted == "deep" else found == wanted


def test_what_must_be_given_comes_first_and_a_default_need_not_be_given() -> None:
    schema = {
        "type": "object",
        "properties": {"b": NUMBER, "a": {"type": "string"}, "scale": {"type": "string", "default": "css"}},
        "required": ["a", "scale"],
    }
    (form,) = signatures_of(schema, str)
    assert form.text == "(a: str, *, b: float | None = None, scale: str = 'css') -> str"


def test_an_any_of_of_objects_is_as_many_ways_to_call_it() -> None:
    forms = [
        {"properties": {"image": {"type": "string", "format": "image"}}, "required": ["image"]},
        {"properties": {}},
    ]
    assert [form.text for form in signatures_of({"anyOf": forms}, int)] == ["(image: Image) -> int", "() -> int"]


def test_a_picture_that_the_schema_does_not_tell_is_named_in_the_profile() -> None:
    schema = {"properties": {"file": {"type": "string"}}, "required": ["file"]}
    (form,) = signatures_of(schema, str, images=["file"])
    assert form.parameters[0].type is Image


@pytest.mark.parametrize(
    ("key", "name"),
    [("x", "x"), ("mime-type", "mime_type"), ("from", "from_"), ("2d", "n2d"), ("_id", "id"), ("-", "value")],
)
def test_every_property_has_a_name_that_programs_can_write(key: str, name: str) -> None:
    assert parameter_name(key) == name


def test_tools_are_called_in_capitals() -> None:
    assert tool_name("browser.mouse-click_xy") == "BROWSER_MOUSE_CLICK_XY"
