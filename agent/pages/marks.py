"""What is drawn on a picture: boxes, points and masks, in pixels of the original."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias, cast

from ..traces.encode import describe
from .photos import PagePhoto, mask_png

Part: TypeAlias = dict[str, Any]
"""A box, point, mask, image or video as JSON."""
Drawn: TypeAlias = tuple[Part, str]
"""A box, point or mask, and its role: `given`, `found` or `rejected`."""


@dataclass(frozen=True)
class Mark:
    """A box, point or mask to draw.

    role: `given`, `found` or `rejected`; text: a description, in one line.
    key: identifies the value across drawings; part: the value as JSON.
    """

    kind: str
    role: str
    place: Mapping[str, float]
    text: str
    key: str
    part: Part
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A view of an image with its marks, in pixels of the original.

    photo_left, photo_top: position of the stored image; not (0, 0) if only a part of the original was stored.
    half: whether it is shown smaller, next to another one; caption: when it is shown in the video, "" if it is in none.
    """

    photo: PagePhoto
    left: float
    top: float
    width: float
    height: float
    marks: tuple[Mark, ...] = ()
    photo_left: float = 0
    photo_top: float = 0
    half: bool = False
    caption: str = ""

    @property
    def unit(self) -> float:
        """About one pixel on the screen, so that lines and letters have the same size in every view."""
        return max(self.width / 340, self.height / 240) * (1.5 if self.half else 1)

    def tag(self, mark: Mark) -> dict[str, Any]:
        """Position of a box's label: at its upper edge, inside the view, on the side with more room."""
        place, unit = mark.place, self.unit
        y = max(place["top"], self.top) + 12 * unit
        if place["left"] - self.left > 0.6 * self.width:
            right = min(place["left"] + place["width"], self.left + self.width)
            return {"x": right - 3 * unit, "y": y, "anchor": "end"}
        return {"x": max(place["left"], self.left) + 3 * unit, "y": y, "anchor": "start"}


def found_on(photo: PagePhoto, frame: tuple[float, float, float, float], found: Iterable[Part]) -> Picture:
    """A picture with these boxes, points and masks on it. frame: left, top, width and height in its original."""
    return Picture(photo, *frame, tuple(mark_of(part, "found") for part in found), *frame[:2])


def whole_image(name: str, size: Sequence[int]) -> Part:
    """A whole stored image as JSON. size: width and height in pixels."""
    return {"image": name, "left": 0, "top": 0, "width": size[0], "height": size[1], "original": [*size]}


def parts_in(value: Any) -> Iterator[Part]:
    """Every box, point, mask, image and video in a value's JSON."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from parts_in(item)
    elif isinstance(value, dict):
        part = cast("Part", value)
        if part.get("type") in ("box", "point", "mask", "image", "video"):
            yield part
        yield from parts_in(part.get("items"))
        yield from parts_in(part.get("sheet"))


def drawn_parts(parts: list[Part], role: str) -> list[Drawn]:
    """Those that can be drawn, in a role."""
    return [(part, role) for part in parts if part["type"] in ("box", "point", "mask")]


def part_key(part: Part) -> str:
    """A text that is the same for the same value."""
    return json.dumps(part, sort_keys=True)


def mark_of(part: Part, role: str) -> Mark:
    """How a box, point or mask is drawn."""
    text, key = describe(part), sha256(part_key(part).encode()).hexdigest()[:12]
    if part["type"] == "box":
        size = {"width": part["right"] - part["left"], "height": part["bottom"] - part["top"]}
        label = f"{part['label']} {part['score']:.2f}" if part["label"] and role != "rejected" else ""
        return Mark("box", role, {"left": part["left"], "top": part["top"], **size}, text, key, part, label)
    if part["type"] == "point":
        return Mark("point", role, {"x": part["x"], "y": part["y"]}, text, key, part)
    place = {"width": part["width"], "height": part["height"]}
    return Mark("mask", role, place, text, key, part, href=mask_png(part, role))
