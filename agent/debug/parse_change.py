"""What a person writes to change a step: `3=yes`, `2=[{"left": 10, "top": 20, "right": 90, "bottom": 80}]`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any, cast

from ...tools.core.errors import InputError, LooksmithError, NoDetection
from ..traces.decode import FindImage, decode

_WORDS = {"yes": True, "true": True, "no": False, "false": False, "none": None}
NOTHING_FOUND = "NoDetection"


def read_changes(texts: Iterable[str], find: FindImage) -> dict[int, Any]:
    """Results by the number of their step, from texts `STEP=VALUE`. find: the pictures that a value may name.

    Raises InputError.
    """
    found: dict[int, Any] = {}
    for text in texts:
        number, equals, value = text.partition("=")
        if not equals or not number.strip().isdecimal():
            raise InputError(f"{text!r:.100} changes no step.", hint="Write STEP=VALUE, such as 3=yes.")
        if int(number) in found:
            raise InputError(f"Step {int(number)} is changed twice.")
        found[int(number)] = read_value(value.strip(), find)
    return found


def read_value(text: str, find: FindImage) -> Any:
    """A value from JSON as traces have it, from Python's own notation, or else from plain text.

    A table with `left` is a box, one with `x` a point, whether it says so or not; `NoDetection` is the error.
    Raises InputError.
    """
    if text == NOTHING_FOUND:
        return NoDetection("Nothing was found.")
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    return value_of(_literal(text), find)


def value_of(data: Any, find: FindImage) -> Any:
    """The value that data from JSON stand for. Raises InputError."""
    try:
        return decode(_typed(data), find)
    except InputError:
        raise
    except LooksmithError as error:
        raise InputError(str(error)) from None


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        if text[:1] in ("[", "{", "("):
            raise InputError(f"{text!r:.100} begins like JSON and is not.", hint="Strings are in quotes.") from error
        return text


def _typed(data: Any) -> Any:
    """The same with `type` where a table shows what it is."""
    if isinstance(data, list | tuple):
        return [_typed(item) for item in cast("list[Any]", data)]
    if not isinstance(data, dict):
        return data
    part = cast("dict[str, Any]", data)
    kind = "box" if "left" in part and "right" in part else "point" if "x" in part and "y" in part else None
    return {"type": kind, **part} if kind and "type" not in part else part
