"""Albums that are drawn, so that what is in their photos is known: coloured shapes on a plain background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from drawn_clips import GREY, Actor, draw_thing
from PIL import Image as Pillow

from looksmith.tools.albums.files import open_photo
from looksmith.tools.core.values import Box
from looksmith.tools.scenes.graph import SceneGraph, SceneObject

SIZE, SIDE = (320, 240), 50
Thing = tuple[str, str]
"""A colour and a shape: ("red", "circle")."""


def draw_album(folder: Path, photos: Mapping[str, Sequence[Thing]]) -> dict[str, SceneGraph]:
    """Write photos by name; what is in each, by the `source` of its pixels. At most 15 things fit."""
    graphs: dict[str, SceneGraph] = {}
    for number, (name, things) in enumerate(photos.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        canvas = Pillow.new("RGB", SIZE, GREY)
        canvas.putpixel((0, number % SIZE[1]), (number % 256, 0, 0))  # no two photos are the same
        found: dict[str, SceneObject] = {}
        for place, (color, shape) in enumerate(things):
            left, top = 10 + place % 5 * (SIDE + 10), 10 + place // 5 * (SIDE + 10)
            box = Box(left, top, left + SIDE, top + SIDE, shape)
            draw_thing(canvas, Actor(shape, color, SIDE, ()), box)
            found[str(place)] = SceneObject(str(place), shape, box, ("shape",), (color,), {"color": (color,)})
        canvas.save(path)
        image = open_photo(path)
        graphs[image.source] = SceneGraph(image.source, *SIZE, found)
    return graphs
