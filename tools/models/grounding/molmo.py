"""Molmo and Molmo 2: points in markup, as shares of the image.

Deitke et al., "Molmo and PixMo: Open Weights and Open Data for State-of-the-Art Vision-Language Models", CVPR 2025,
section 2. Molmo writes percent, `<point x="10.5" y="20.1" alt="mug">` or `<points x1="10.5" y1="20.1" x2=...>`, which
its authors read with a division by 100 (huggingface.co/allenai/Molmo-7B-O-0924, discussion 1); Molmo 2 thousandths
after the image's and each point's number, `<points coords="1 1 105 201 2 340 610">` (the model card of
allenai/Molmo2-4B divides by 1000).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .family import Family, ReplyPoint, Size
from .reading import MOST, denies, plain, unreadable

_TAG = re.compile(r"<(points?)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'\s*([a-z]+\d*)\s*=\s*"([^"]*)"\s*/?')
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,6})?")
_WORD = re.compile(r"\S+")


class Molmo(Family):
    """Points only. Its repositories contain their own code."""

    name = "molmo"
    points = True
    own_code = True

    def point_prompt(self, phrase: str) -> str:
        """The wording of the training data."""
        return f"Point to every {phrase}."

    def read_points(self, reply: str, size: Size) -> list[ReplyPoint]:
        """See `Family`."""
        text = plain(reply)
        tags = list(_TAG.finditer(text))
        if not tags and "<point" not in text and denies(text):
            return []
        spots = [spot for tag in tags for spot in _spots_of(tag, reply)]
        if not spots or len(tags) != len(re.findall(r"<points?\b", text)):
            raise unreadable(reply, "no list of points", "points")
        if len(spots) > MOST:
            raise unreadable(reply, f"{len(spots)} points", "points")
        if any(not (0 <= spot.x <= 1 and 0 <= spot.y <= 1) for spot in spots):
            raise unreadable(reply, "a point outside the image", "points")
        return spots


def _spots_of(tag: re.Match[str], reply: str) -> Iterator[ReplyPoint]:
    start = tag.start(2)
    attributes = {one[1]: one for one in _ATTRIBUTE.finditer(tag[2])}
    if _ATTRIBUTE.sub("", tag[2]).strip(" /\n"):
        raise unreadable(reply, "broken markup", "points")
    if "coords" in attributes:
        coords = attributes["coords"]
        yield from _thousandths(coords[2], start + coords.start(2), reply)
        return
    ends = [""] if tag[1] == "point" else [name[1:] for name in attributes if name.startswith("x")]
    for end in ends:
        x, y = attributes.get(f"x{end}"), attributes.get(f"y{end}")
        if not (x and y and _NUMBER.fullmatch(x[2]) and _NUMBER.fullmatch(y[2])):
            raise unreadable(reply, "broken markup", "points")
        first, last = sorted((x.span(2), y.span(2)))
        yield ReplyPoint(float(x[2]) / 100, float(y[2]) / 100, (start + first[0], start + last[1]))


def _thousandths(coords: str, start: int, reply: str) -> Iterator[ReplyPoint]:
    """Points of one image: the image's number, then each point's number, x and y."""
    numbers = list(_WORD.finditer(coords))
    if len(numbers) % 3 != 1 or not all(one[0].isascii() and one[0].isdigit() for one in numbers):
        raise unreadable(reply, "broken markup", "points")
    for place in range(1, len(numbers), 3):
        x, y = numbers[place + 1], numbers[place + 2]
        if max(len(x[0]), len(y[0])) > 4:
            raise unreadable(reply, "a point outside the image", "points")
        yield ReplyPoint(int(x[0]) / 1000, int(y[0]) / 1000, (start + x.start(), start + y.end()))
