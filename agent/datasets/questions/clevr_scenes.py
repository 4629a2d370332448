"""The scenes of CLEVR as scene graphs, for --oracle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ....tools.core.errors import InputError
from ....tools.core.values import Box
from ....tools.scenes.graph import SceneGraph, SceneObject, Stated
from ..records import json_object

_WIDTH, _HEIGHT = 480, 320
_FOCAL = 525.0
"""Pixels: the published renderer's 35 mm lens on a 32 mm sensor, at that width."""
_RADIUS = {"small": 0.35, "large": 0.7}
"""Of the published objects, in the unit of their depth."""
_SIDES = {"left": "to the left of", "right": "to the right of", "front": "in front of", "behind": "behind"}
_ALSO = {"cube": ("block", "box"), "sphere": ("ball",), "cylinder": ()}
_MATERIALS = {"metal": ("metal", "metallic", "shiny"), "rubber": ("rubber", "matte")}
_SIZES = {"large": ("large", "big"), "small": ("small", "tiny")}


def clevr_scenes(path: Path) -> Mapping[str, SceneGraph]:
    """The scene graph of each image, by its file name without extension. Raises InputError.

    Scenes have no boxes: they are estimated from an object's centre, its size and its distance.
    """
    scenes = json_object(path).get("scenes", ())
    return dict(_scene(f"{path}, scene {number}", scene) for number, scene in enumerate(scenes))


def _scene(where: str, scene: Any) -> tuple[str, SceneGraph]:
    try:
        name = Path(scene["image_filename"]).stem
        sides = scene.get("relationships", {})
        found = [_object(number, one, sides) for number, one in enumerate(scene["objects"])]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"{where} is not one of CLEVR's: {type(error).__name__}: {error}.") from None
    return name, SceneGraph(name, _WIDTH, _HEIGHT, {one.id: one for one in found})


def _object(number: int, one: Mapping[str, Any], sides: Mapping[str, Sequence[Sequence[int]]]) -> SceneObject:
    shape, size, color, material = (str(one[key]) for key in ("shape", "size", "color", "material"))
    kinds = {"color": (color,), "material": _MATERIALS.get(material, (material,)), "size": _SIZES.get(size, (size,))}
    return SceneObject(
        str(number),
        shape,
        _box(one["pixel_coords"], size, shape),
        also=(*_ALSO.get(shape, ()), "thing", "object"),
        attributes=tuple(word for words in kinds.values() for word in words),
        kinds={**kinds, "shape": (shape,)},
        relations=tuple(_relations(number, sides)),
    )


def _relations(number: int, sides: Mapping[str, Sequence[Sequence[int]]]) -> list[Stated]:
    """`relationships["left"][i]` lists what is left of object i."""
    return [
        Stated(_SIDES[side], str(other))
        for side, listed in sides.items()
        if side in _SIDES
        for other, there in enumerate(listed)
        if number in there
    ]


def _box(center: Sequence[float], size: str, shape: str) -> Box:
    x, y, depth = center
    reach = _RADIUS.get(size, 0.5) * _FOCAL / depth
    return Box(max(x - reach, 0), max(y - reach, 0), min(x + reach, _WIDTH), min(y + reach, _HEIGHT), shape)
