"""Scenes of NLVR's kind at random, in the form of the data set's structured representation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Literal

Color = Literal["blue", "black", "yellow"]
Shape = Literal["circle", "square", "triangle"]

KINDS: tuple[Shape, ...] = ("circle", "square", "triangle")
_HEX: dict[Color, str] = {"blue": "#0099ff", "black": "Black", "yellow": "Yellow"}


def random_rows(
    style: str,
    chance: random.Random,
    colors: Sequence[Color] = tuple(_HEX),
    shapes: Sequence[Shape] = KINDS,
    most: int = 24,
) -> list[list[dict[str, Any]]]:
    """The three boxes of a scene, as the data set writes them. most: things in all."""
    boxes: list[list[dict[str, Any]]] = []
    for _ in range(3):
        left = most - sum(map(len, boxes))
        count = min(chance.randint(0, 4) if style == "tower" else chance.randint(0, 6), left)
        draw = _tower if style == "tower" else _loose
        boxes.append(draw(count, chance, [_HEX[color] for color in colors], shapes))
    return boxes


def _tower(count: int, chance: random.Random, colors: Sequence[str], _: Sequence[Shape]) -> list[dict[str, Any]]:
    """Blocks one on the other, from the floor up."""
    return [_row("square", chance.choice(colors), 20, 40, 80 - 21 * level) for level in range(count)]


def _loose(count: int, chance: random.Random, colors: Sequence[str], shapes: Sequence[Shape]) -> list[dict[str, Any]]:
    """Shapes that do not lie on one another, some of them at a wall."""
    cells = chance.sample([(x, y) for x in (0, 33, 66) for y in (0, 33, 66)], count)
    rows: list[dict[str, Any]] = []
    for x, y in cells:
        size = chance.choice((10, 20, 30))
        at_wall = [place if place < 66 else 100 - size for place in (x, y)]
        left, top = at_wall if chance.random() < 0.5 else (min(x + 2, 98 - size), min(y + 2, 98 - size))
        rows.append(_row(chance.choice(shapes), chance.choice(colors), size, left, top))
    return rows


def _row(kind: str, color: str, size: int, left: int, top: int) -> dict[str, Any]:
    return {"type": kind, "color": color, "size": size, "x_loc": left, "y_loc": top}
