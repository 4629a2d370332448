"""Annotations of photos: scene graphs in the format of GQA (Hudson and Manning, "GQA: A New Dataset for
Real-World Visual Reasoning and Compositional Question Answering", CVPR 2019).

A file is a JSON object with an entry for each photo, by its file name without suffix: `width`, `height`, optionally
`location`, and `objects`, by id: `name, x, y, w, h, attributes, relations: [{name, object}]`. Beyond GQA's format a
photo may have `scene` (words for the whole picture), and an object `also` (synonyms, kinds and wider words),
`attributes_by_kind`, `text` (written on it), `part_of` (an object's id) and `count` (of a group in one box). Other
keys are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from ..core.errors import InputError, ToolError
from ..core.values import Box


@dataclass(frozen=True)
class Stated:
    """An annotated relation to another object. object: its id."""

    name: str
    object: str


@dataclass(frozen=True)
class SceneObject:
    """A thing in a photo.

    box: pixels of the photo, labelled with the name. also: synonyms, kinds and wider words.
    kinds: the attributes by what they describe, such as "color". part_of: the id of the whole, or "".
    count: how many things the box holds.
    """

    id: str
    name: str
    box: Box
    also: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    relations: tuple[Stated, ...] = ()
    text: str = ""
    part_of: str = ""
    count: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, `name` first."""
        return (self.name, *self.also)


@dataclass(frozen=True)
class SceneGraph:
    """What is in a photo of width x height pixels.

    scene: words for the whole picture, such as its location.
    """

    name: str
    width: int
    height: int
    objects: Mapping[str, SceneObject]
    scene: tuple[str, ...] = ()

    def scaled(self, width: int, height: int) -> SceneGraph:
        """The graph for the photo resized to width x height pixels."""
        if (width, height) == (self.width, self.height):
            return self
        across, down = width / self.width, height / self.height
        scaled = {id: replace(one, box=_stretched(one.box, across, down)) for id, one in self.objects.items()}
        return replace(self, width=width, height=height, objects=scaled)


def load_scene_graphs(path: Path) -> Mapping[str, SceneGraph]:
    """The scene graphs of a file, by photo. Raises InputError that names the file, the photo and the object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON: {error}.") from None
    graphs = _table(str(path), found)
    return {name: _graph(f"{path}, photo {name!r}", name, _table(str(path), one)) for name, one in graphs.items()}


def _graph(where: str, name: str, row: Mapping[str, Any]) -> SceneGraph:
    width, height = (_size(where, row, key) for key in ("width", "height"))
    things = _table(f"{where}, 'objects'", row.get("objects"))
    objects = {id: _object(f"{where}, object {id!r}", id, _table(where, one)) for id, one in things.items()}
    for one in objects.values():
        for other in (*(relation.object for relation in one.relations), *filter(None, (one.part_of,))):
            if other not in objects:
                raise InputError(f"{where}, object {one.id!r}: it refers to object {other!r}, which does not exist.")
    places = _texts(where, row, "scene")
    location = row.get("location")
    if isinstance(location, str) and location:
        places = tuple(dict.fromkeys((location, *places)))
    return SceneGraph(name, width, height, objects, places)


def _object(where: str, id: str, row: Mapping[str, Any]) -> SceneObject:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{where}: it has no name.")
    kinds = _table(f"{where}, 'attributes_by_kind'", row.get("attributes_by_kind") or {})
    count, part_of, text = row.get("count", 1), row.get("part_of"), row.get("text")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise InputError(f"{where}: the count must be a whole number from 1, not {count!r:.100}.")
    return SceneObject(
        id,
        name.strip(),
        _box(where, row, name.strip()),
        _texts(where, row, "also"),
        _texts(where, row, "attributes"),
        {kind: _texts(where, kinds, kind) for kind in kinds},
        tuple(_relation(where, one) for one in _list(where, row, "relations")),
        text.strip() if isinstance(text, str) else "",
        "" if part_of is None else str(part_of),
        count,
    )


def _box(where: str, row: Mapping[str, Any], name: str) -> Box:
    """Raises InputError if a side is missing or the area is empty."""
    sides = [row.get(key) for key in ("x", "y", "w", "h")]
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in sides):
        raise InputError(f"{where}: x, y, w and h must be numbers, not {sides!r:.100}.")
    left, top, width, height = cast("list[float]", sides)
    try:
        # GQA has boxes of zero width: they become one pixel wide.
        return Box(left, top, left + max(width, 1), top + max(height, 1), name)
    except ToolError as error:
        raise InputError(f"{where}: {error}") from None


def _relation(where: str, row: Any) -> Stated:
    match row:
        case {"name": str(name), "object": str() | int() as other}:
            return Stated(" ".join(name.split()), str(other))
        case _:
            raise InputError(f"{where}: a relation must have a name and an object, not {row!r:.100}.")


def _size(where: str, row: Mapping[str, Any], key: str) -> int:
    size = row.get(key)
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise InputError(f"{where}: the {key} must be a number of pixels, not {size!r:.100}.")
    return size


def _texts(where: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = _list(where, row, key)
    if not all(isinstance(one, str) for one in found):
        raise InputError(f"{where}: {key!r} must be a list of strings, not {found!r:.100}.")
    return tuple(" ".join(str(one).split()) for one in found)


def _list(where: str, row: Mapping[str, Any], key: str) -> list[Any]:
    found = row.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise InputError(f"{where}: {key!r} must be a list, not {found!r:.100}.")
    return cast("list[Any]", found)


def _table(where: str, row: Any) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected a JSON object, not {row!r:.100}.")
    return cast("dict[str, Any]", row)


def _stretched(box: Box, across: float, down: float) -> Box:
    return Box(box.left * across, box.top * down, box.right * across, box.bottom * down, box.label, box.score)
