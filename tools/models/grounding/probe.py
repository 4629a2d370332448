"""Probes what a model can do: it is shown a drawn picture with known contents, and asked in its family's form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ...core.errors import ToolError
from ...core.values import Box, Image
from ...models.language.vlm import Refused, VisionLanguageModel, VLMRequest, spoken, told
from .abilities import Abilities
from .families import FAMILIES, NONE, family_named
from .family import Family, Size, sent

T = TypeVar("T")
SIZE = (700, 420)
"""Far from 1000 on both sides: pixels that are read as thousandths miss."""
CIRCLE = Box(90, 60, 250, 220)
SQUARES = (Box(380, 90, 500, 210), Box(540, 270, 660, 390))
"""What is drawn: a red circle and two blue squares, on white."""
_ENOUGH = 0.5
"""Intersection over union from which a box is right."""


def probe(model: VisionLanguageModel, name: str, family: Family | None = None) -> Abilities:
    """Probe the model of that name. Raises ToolError if its server does not reply as needed.

    family: whose conventions it follows; by default the one in its name, or else the first whose form works.
    """
    picture = _drawn()
    request = VLMRequest((picture, "Which color is the circle in the picture? Answer with one word."), 16)
    try:
        (reply,) = told(model, [request], likely=2)
        sees = "red" in spoken(reply.text).lower()
    except Refused:
        return Abilities(model=name, family=NONE.name, sees=False, boxes=False, points=False, scores=False)
    given = family or family_named(name)
    tried: Iterable[Family] = [given] if given else (one for one in FAMILIES.values() if one.boxes or one.points)
    found = NONE if given is None else given
    boxes = points = False
    for one in tried if sees else ():
        boxes, points = one.boxes and _boxes(model, one, picture), one.points and _points(model, one, picture)
        if boxes or points:
            found = one
            break
    return Abilities(model=name, family=found.name, sees=sees, boxes=boxes, points=points, scores=bool(reply.tokens))


def _drawn() -> Image:
    from PIL import Image as Pillow
    from PIL import ImageDraw

    canvas = Pillow.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((CIRCLE.left, CIRCLE.top, CIRCLE.right, CIRCLE.bottom), fill=(220, 20, 20))
    for square in SQUARES:
        pen.rectangle((square.left, square.top, square.right, square.bottom), fill=(20, 40, 220))
    return Image.of(canvas)


def _boxes(model: VisionLanguageModel, family: Family, picture: Image) -> bool:
    """Is the circle found, alone and where it is?"""
    reply = _ask(model, family, picture, family.box_prompt("red circle"))
    seen = _read(family.read_boxes, reply, family)
    if len(seen) != 1:
        return False
    width, height = SIZE
    one = Box(seen[0].left * width, seen[0].top * height, seen[0].right * width, seen[0].bottom * height)
    shared = one.intersection(CIRCLE)
    return shared is not None and shared.area >= _ENOUGH * (one.area + CIRCLE.area - shared.area)


def _points(model: VisionLanguageModel, family: Family, picture: Image) -> bool:
    """Is there one point in each of the two squares, and no other?"""
    reply = _ask(model, family, picture, family.point_prompt("blue square"))
    spots = _read(family.read_points, reply, family)
    places = [(spot.x * SIZE[0], spot.y * SIZE[1]) for spot in spots]
    return len(places) == len(SQUARES) and all(any(_inside(place, one) for place in places) for one in SQUARES)


def _inside(place: tuple[float, float], box: Box) -> bool:
    return box.left <= place[0] <= box.right and box.top <= place[1] <= box.bottom


def _ask(model: VisionLanguageModel, family: Family, picture: Image, asked: str) -> str:
    """The reply; "" if the server does not accept such a request. Raises ToolError."""
    try:
        (reply,) = told(model, [VLMRequest((sent(picture, family.shown(SIZE)), asked), 512)], extra=family.extra)
    except Refused:
        return ""
    return reply.text


def _read(read: Callable[[str, Size], list[T]], reply: str, family: Family) -> list[T]:
    """The contents of the reply; nothing if it is not of the family's form."""
    try:
        return read(reply, family.shown(SIZE))
    except ToolError:
        return []
