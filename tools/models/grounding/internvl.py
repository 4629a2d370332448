"""InternVL: `<ref>cup</ref><box>[[12, 34, 250, 480]]</box>`, in thousandths of the picture's width and height.

The authors' documentation (internvl.readthedocs.io, "Chat Data Format", section "Grounding / Detection Data") has the
form, the rounding and the two questions that the models were trained with. The tags are special tokens, which a server
leaves out of its replies unless it is asked not to.
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import Any, cast

from .family import EVERYTHING, Family, ReplyBox, Size
from .reading import MOST, box_of, denies, plain, unreadable

_BOXES = re.compile(r"(?:<ref>([^<>]*)</ref>\s*)?<box>([^<>]*)</box>")
_NUMBERS = re.compile(r"\[\s*(\d{1,4}(?:\s*,\s*\d{1,4}){3})\s*\]")


class InternVl(Family):
    """Boxes only: no released version was trained to point in this form."""

    name = "internvl"
    boxes = True
    extra = MappingProxyType({"skip_special_tokens": False})

    def box_prompt(self, phrase: str) -> str:
        """The wording of the training data."""
        if phrase == EVERYTHING:
            return "Please detect and label all objects in the following image and mark their positions."
        return f"Please provide the bounding box coordinate of the region this sentence describes: <ref>{phrase}</ref>"

    def read_boxes(self, reply: str, size: Size) -> list[ReplyBox]:
        """See `Family`."""
        text = plain(reply)
        groups = list(_BOXES.finditer(text))
        if not groups and denies(text):
            return []
        if not groups or len(groups) != text.count("<box>") or len(groups) != text.count("</box>"):
            raise unreadable(reply, "no list of boxes in <box>")
        seen = [one for group in groups for one in _boxes_of(group, reply)]
        if len(seen) > MOST:
            raise unreadable(reply, f"{len(seen)} boxes")
        return seen


def _boxes_of(group: re.Match[str], reply: str) -> list[ReplyBox]:
    """The boxes between two tags, which share a label."""
    try:
        rows: Any = json.loads(group[2])
    except (ValueError, RecursionError):
        raise unreadable(reply, "broken markup") from None
    numbers = list(_NUMBERS.finditer(group[2]))
    if not isinstance(rows, list) or len(numbers) != len(cast("list[Any]", rows)):
        raise unreadable(reply, "no list of boxes of four whole numbers")
    start = group.start(2)
    return [
        box_of(
            reply,
            [*map(int, one[1].split(","))],
            (1000, 1000),
            group[1] or "",
            (start + one.start(1), start + one.end(1)),
        )
        for one in numbers
    ]
