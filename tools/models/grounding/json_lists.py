"""Lists of places as JSON, as the Qwen models write them: `[{"bbox_2d": [1, 2, 30, 40], "label": "cup"}]`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from .reading import MOST, denies, plain, unreadable

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_LARGEST = 100_000


@dataclass(frozen=True)
class ListedObject:
    """One object of the list: the numbers under the key, and its label; span as in `ReplyBox`."""

    numbers: tuple[float, ...]
    label: str
    span: tuple[int, int]


def read_entries(reply: str, key: str, length: int, wanted: str) -> list[ListedObject]:
    """The objects of the reply's only JSON list, each with `length` numbers under the key.

    The list may stand in a fence, with words around that; a single object is a list of one; a sentence that says that
    there are none is an empty one. Raises ToolError that shows the reply for anything else.
    """
    text = plain(reply)
    start, end = _place(text, reply, wanted)
    content = text[start:end]
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        if denies(text):
            return []
        raise unreadable(reply, "no JSON that can be read", wanted) from None
    rows = cast("list[Any]", found if isinstance(found, list) else [found])
    spans = [match.span(1) for match in re.finditer(rf'"{key}"\s*:\s*\[([^\[\]]*)\]', content)]
    if len(rows) > MOST:
        raise unreadable(reply, f"{len(rows)} entries", wanted)
    if len(spans) != len(rows):
        raise unreadable(reply, f"an entry without its {key}, or with two", wanted)
    return [
        _entry(row, key, length, (start + first, start + last), reply, wanted)
        for row, (first, last) in zip(rows, spans, strict=True)
    ]


def _place(text: str, reply: str, wanted: str) -> tuple[int, int]:
    """Where the JSON stands: in the only fence, or it is all there is."""
    fences = list(_FENCED.finditer(text))
    if text.count("```") != 2 * len(fences) or len(fences) > 1:
        raise unreadable(reply, "a list that is cut off, or several", wanted)
    return fences[0].span(1) if fences else (0, len(text))


def _entry(row: Any, key: str, length: int, span: tuple[int, int], reply: str, wanted: str) -> ListedObject:
    table = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    numbers, label = table.get(key), table.get("label", "")
    if not isinstance(numbers, list) or len(cast("list[Any]", numbers)) != length or not isinstance(label, str):
        raise unreadable(reply, f"an entry that is no {key} of {length} numbers with a label", wanted)
    values = cast("list[Any]", numbers)
    if not all(type(one) in (int, float) and -_LARGEST <= one <= _LARGEST for one in values):
        raise unreadable(reply, f"an entry whose {key} is no list of numbers", wanted)
    return ListedObject(tuple(map(float, values)), label, span)
