"""Shared by all readers of replies: chat markup, denials, the range of coordinates, and the error."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...core.errors import ToolError
from ...models.language.vlm import blanked, quoted, spoken
from .family import ReplyBox

MOST = 1000
"""Boxes or points in a reply; more is a model that repeats itself."""
_DENIES = re.compile(r"\b(no|none|not|zero|0|cannot|nothing)\b|n't\b", re.IGNORECASE)


def plain(reply: str) -> str:
    """The reply with spaces in place of chat markup, so that offsets stay. Raises ToolError when nothing is left."""
    spoken(reply)
    return blanked(reply)


def denies(text: str) -> bool:
    """Does a sentence say that there is nothing?"""
    return bool(_DENIES.search(text)) and not re.search(r"[\[\]{}<>]", text)


def unreadable(reply: str, what: str, wanted: str = "boxes") -> ToolError:
    """The error for a reply that does not contain what was asked for."""
    said = f"The model was asked for {wanted}, and its reply has {what}: {quoted(reply)}."
    hint = "Is it a model that points, such as Molmo?" if wanted == "points" else "Is the profile's `family` right?"
    return ToolError(said, hint=hint)


def box_of(reply: str, sides: Sequence[float], units: Sequence[float], label: str, span: tuple[int, int]) -> ReplyBox:
    """A box from left, top, right and bottom in a grid of `units` across and down.

    Edges are rounded to the grid, so that a thing thinner than a unit may have both on one line: it gets half a unit
    on each side. Raises ToolError for a box outside the picture, or whose sides are the wrong way round.
    """
    if any(not 0 <= side <= units[number % 2] for number, side in enumerate(sides)):
        raise unreadable(reply, "a box outside the picture")
    left, top, right, bottom = sides
    if left > right or top > bottom:
        raise unreadable(reply, "a box whose sides are the wrong way round")
    (left, right), (top, bottom) = _apart(left, right, units[0]), _apart(top, bottom, units[1])
    across, down = units
    return ReplyBox(left / across, top / down, right / across, bottom / down, " ".join(label.split()), span)


def _apart(first: float, last: float, most: float) -> tuple[float, float]:
    return (max(first - 0.5, 0.0), min(last + 0.5, most)) if first == last else (first, last)
