"""Positions of things in the image, and orders by position or size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core.values import Box
from .graph import SceneObject
from .words import says, words

_SCENERY = 0.5
"""Share of a picture from which a box is scenery, which starts near the camera whatever its lower edge."""
_PLACING = frozenset(["in", "on", "at", "the", "far", "very", "side", "of", "most"])


def in_place(one: SceneObject, where: str, frame: Box) -> bool:
    """Is it at that place in the picture, by its attributes or its center?"""
    if is_said_there(one, where):
        return True
    x, y = (one.box.center_x - frame.left) / frame.width, (one.box.center_y - frame.top) / frame.height
    if where in ("foreground", "front", "background", "back"):
        return _is_deep(one, y, frame) == (where in ("background", "back"))
    tests: dict[str, bool] = {
        "left": x < 0.5,
        "right": x > 0.5,
        "top": y < 0.5,
        "bottom": y > 0.5,
        "middle": 0.25 <= x <= 0.75,
        "center": 0.25 <= x <= 0.75,
        "corner": (x < 0.35 or x > 0.65) and (y < 0.35 or y > 0.65),
    }
    asked = [tests[word] for word in words(where) if word in tests]
    return all(asked) if asked else True


def is_said_there(one: SceneObject, where: str) -> bool:
    """Do the attributes name the place: "on the left", "in the middle", "far right"?"""
    place = set(words(where)) or {""}
    return any(place <= set(words(said)) <= place | _PLACING for said in one.attributes)


def _is_deep(one: SceneObject, y: float, frame: Box) -> bool:
    """Is it far from the camera: by its attributes, else small and not low in the picture?"""
    if says(one.attributes, "background") or says(one.attributes, "far away"):
        return True
    if says(one.attributes, "foreground"):
        return False
    if any(relation.name == "behind" for relation in one.relations):
        return True
    bottom = (one.box.bottom - frame.top) / frame.height
    return bottom < 0.66 and one.box.area < _SCENERY * frame.area


_RANKS: dict[str, Callable[[SceneObject], float]] = {
    "left": lambda one: one.box.center_x,
    "right": lambda one: -one.box.center_x,
    "top": lambda one: one.box.center_y,
    "bottom": lambda one: -one.box.center_y,
    "camera": lambda one: -one.box.bottom,
    "front": lambda one: -one.box.bottom,
    "back": lambda one: one.box.bottom,
    "size": lambda one: -one.box.area,
    "height": lambda one: -one.box.height,
    "width": lambda one: -one.box.width,
}


def ranked(found: Sequence[SceneObject], along: str) -> list[SceneObject]:
    """The things sorted: from the left, from the top, from the camera, the biggest first, and so on."""
    return sorted(found, key=_RANKS.get(along, _RANKS["size"]))


def by_place(found: Sequence[SceneObject], where: str) -> list[SceneObject]:
    """The things, starting with one that is annotated to be there, else with the one farthest in that direction.

    For the middle it is the one with as many things on either side.
    """
    return sorted(_by_box(found, where), key=lambda one: not is_said_there(one, where))


def _by_box(found: Sequence[SceneObject], where: str) -> list[SceneObject]:
    if where in ("middle", "center") and found:
        across = sorted(one.box.center_x for one in found)
        middle = across[len(across) // 2]
        return sorted(found, key=lambda one: abs(one.box.center_x - middle))
    for word in words(where):
        found = ranked(found, word) if word in _RANKS else list(found)
    return list(found)


def share(box: Box, frame: Box) -> float:
    """How much of the box lies in the frame, 0 to 1."""
    shared = box.intersection(frame)
    return shared.area / box.area if shared else 0.0
