"""Parses changes of steps, such as `3=yes` or `2=[{"left": 10, "top": 20, "right": 90, "bottom": 80}]`."""

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
    """Parse results by step number from texts `STEP=VALUE`. find: looks up images that a value refers to.

    Raises InputError.
    """
    found: dict[int, Any] = {}
    for text in texts:
        number, equals, value = text.partition("=")
        if not equals or not number.strip().isdecimal():
            raise InputError(f"{text!r:.100} is not a change of a step.", hint="Write STEP=VALUE, such as 3=yes.")
        if int(number) in found:
            raise InputError(f"Step {int(number)} is changed twice.")
        found[int(number)] = read_value(value.strip(), find)
    return found


def read_value(text: str, find: FindImage) -> Any:
    """Parse a value in the JSON format of traces, in Python syntax, or as plain text.

    An object with `left` is a box, one with `x` a point, also without `type`; `NoDetection` is the error.
    Raises InputError.
    """
    if text == NOTHING_FOUND:
        return NoDetection("Nothing was found.")
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    return value_of(_literal(text), find)


def value_of(data: Any, find: FindImage) -> Any:
    """Decode a JSON value. Raises InputError."""
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
            raise InputError(f"{text!r:.100} looks like JSON but is invalid.", hint="Put strings in quotes.") from error
        return text


def _typed(data: Any) -> Any:
    """Add `type` to objects whose keys show what they are."""
    if isinstance(data, list | tuple):
        return [_typed(item) for item in cast("list[Any]", data)]
    if not isinstance(data, dict):
        return data
    part = cast("dict[str, Any]", data)
    kind = "box" if "left" in part else "point" if "x" in part else None
    return {"type": kind, **part} if kind and "type" not in part else part
