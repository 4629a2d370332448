"""Checks that results of tools can be held by programs, and stored in traces without loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from ..core.errors import ToolError
from ..core.times import Moment, Segment
from ..core.tool import Scored
from ..core.values import Box, Mask, Point
from .failures import plain

MAX_DEPTH = 64
"""Maximum nesting of containers."""

MAX_DIGITS = 4_300
"""Maximum digits of an integer, limited by Python's conversion to text."""

_MAX_BITS = int(MAX_DIGITS * math.log2(10))


def require_holdable(name: str, value: Any) -> Any:
    """Return the value. Raises ToolError for lone surrogates, non-finite numbers and boxes, or values too large.

    name: of the tool that gave it.
    """
    problem = _problem(value, MAX_DEPTH)
    if problem:
        raise ToolError(f"{name} returned {problem}, which a program cannot hold.")
    return value


def require_scored(name: str, told: Scored[Any]) -> Scored[Any]:
    """The evidence of a result. Raises ToolError for parts of wrong types, like `require_holdable`."""
    known: Any = told  # the tool may have put anything into it
    scores: Any = known.scores
    sound = (
        isinstance(scores, Mapping)
        and all(isinstance(label, str) for label in cast("Mapping[Any, Any]", scores))
        and all(map(_is_number, cast("Mapping[Any, Any]", scores).values()))
        and all(isinstance(box, Box) for box in known.rejected)
        and all(isinstance(part, Box | Point) for part in known.found)
        and all(isinstance(text, str) for text in known.assumptions)
        and all(isinstance(moment, Moment) for moment in known.moments)
        and (known.confidence is None or _is_number(known.confidence))
    )
    if not sound:
        raise ToolError(
            f"{name} returned a Scored with parts of wrong types.",
            hint="scores: numbers by label; rejected: boxes; found: boxes or points; moments: Moments; "
            "assumptions: texts; confidence: a number.",
        )
    parts = (told.scores, known.rejected, known.found, known.assumptions, known.moments)
    require_holdable(name, [list(part) for part in parts])
    return told


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or hasattr(value, "__float__")


def _problem(value: Any, depth: int) -> str:
    """The problem with a value, or ""."""
    match value:
        case bool() | None | float():
            return ""
        case int():
            return f"a number of more than {MAX_DIGITS:,} digits" if abs(value).bit_length() > _MAX_BITS else ""
        case str():
            return f"text with a lone surrogate ({plain(value)[:40]!r})" if _torn(value) else ""
        case Box():
            return _placed(value, value.left, value.top, value.right, value.bottom)
        case Point():
            return _placed(value, value.x, value.y)
        case Mask():
            return _placed(value)
        case Segment():
            return _placed(value, value.start, value.end)
        case Moment():
            return _problem(value.box, depth)
        case list() | tuple() | set() | frozenset():
            return _first(cast("list[Any]", value), depth)
        case dict():
            return _first([*cast("dict[Any, Any]", value), *cast("dict[Any, Any]", value).values()], depth)
        case _:
            return ""


def _first(items: Any, depth: int) -> str:
    if not depth:
        return f"containers {MAX_DEPTH} deep"
    return next(filter(None, (_problem(item, depth - 1) for item in items)), "")


def _placed(value: Any, *sides: float) -> str:
    if not all(type(side) is float and math.isfinite(side) for side in (*sides, value.score)):
        return f"a {type(value).__name__.lower()} whose numbers are not finite"
    return _problem(value.label, 1) if isinstance(value.label, str) else "a label that is not text"


def _torn(text: str) -> bool:
    """Whether it has lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
