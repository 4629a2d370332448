"""A drawn scene with its scene graph: a living room with a man, a cat on a sofa, three cups on a table and a poster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import ImageDraw

WIDTH, HEIGHT = 600, 400
NAME = "room"


def thing(name: str, box: tuple[int, int, int, int], *attributes: str, **more: Any) -> dict[str, Any]:
    """An object of a scene graph. box: left, top, right, bottom. more: as in the file; color and to are short forms.

    color: attributes by kind; to: relations as {name: objects}.
    """
    left, top, right, bottom = box
    colors = list(more.pop("color", ()))
    stated = [{"name": name, "object": other} for name, others in more.pop("to", {}).items() for other in others]
    row: dict[str, Any] = {"name": name, "x": left, "y": top, "w": right - left, "h": bottom - top}
    row |= {"attributes": [*colors, *attributes], "relations": stated, **more}
    return row | ({"attributes_by_kind": {"color": colors}} if colors else {})


GRAPH: dict[str, Any] = {
    "width": WIDTH,
    "height": HEIGHT,
    "location": "living room",
    "scene": ["indoors", "evening"],
    "objects": {
        "sofa": thing("sofa", (20, 180, 260, 340), color=["blue"], also=["couch", "furniture"]),
        "cat": thing(
            "cat",
            (80, 150, 180, 230),
            "sleeping",
            color=["dark gray", "white"],
            also=["animal", "pet"],
            to={"lying on": ["sofa"], "to the left of": ["man"]},
        ),
        "man": thing(
            "man",
            (290, 40, 380, 360),
            "standing",
            "looking at the camera",
            "short brown hair",
            also=["person"],
            to={"wearing": ["hat", "shirt"], "holding": ["phone"], "next to": ["table"]},
        ),
        "hat": thing("hat", (310, 40, 360, 70), color=["red"], part_of="man", also=["clothes"]),
        "shirt": thing("shirt", (290, 120, 380, 240), color=["green"], also=["clothes"], part_of="man", text="ACME"),
        "phone": thing("cell phone", (370, 150, 390, 180), color=["black"], also=["phone"]),
        "table": thing("coffee table", (400, 240, 580, 360), "wood", color=["brown"], also=["furniture", "table"]),
        "red": thing("cup", (420, 200, 450, 245), "full", color=["red"], also=["mug"], to={"on": ["table"]}),
        "white": thing("cup", (470, 200, 500, 245), "empty", color=["white"], also=["mug"], to={"on": ["table"]}),
        "other": thing("cup", (60, 340, 90, 380), "empty", color=["white"], also=["mug"], to={"on": ["floor"]}),
        "books": thing("book", (510, 210, 570, 245), count=4, to={"on": ["table"]}),
        "poster": thing("poster", (430, 30, 560, 130), "hanging", color=["yellow"], text="JAZZ"),
        "date": thing("label", (440, 100, 550, 120), text="MAY 5", part_of="poster"),
        "door": thing("door", (220, 20, 280, 180), "closed", color=["white"], to={"behind": ["sofa"]}),
        "floor": thing("floor", (0, 300, 600, 400), color=["gray"]),
    },
}


def draw_scene(folder: Path) -> Path:
    """The drawn photo `room.png`, and beside it `scene_graphs.json`. The cell phone's screen is lit in orange."""
    picture = Pillow.new("RGB", (WIDTH, HEIGHT), "#dddddd")
    pen = ImageDraw.Draw(picture)
    for one in GRAPH["objects"].values():
        colors = one.get("attributes_by_kind", {}).get("color", ["orange"])
        box = (one["x"], one["y"], one["x"] + one["w"] - 1, one["y"] + one["h"] - 1)
        pen.rectangle(box, fill=colors[0].split()[-1])
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder / f"{NAME}.png")
    (folder / "scene_graphs.json").write_text(json.dumps({NAME: GRAPH}))
    return folder / f"{NAME}.png"
