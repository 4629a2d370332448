"""What is in a photo, written down: scene graphs in the form of GQA (Hudson and Manning, "GQA: A New Dataset for
Real-World Visual Reasoning and Compositional Question Answering", CVPR 2019).

A file is a JSON object: by photo (its file name without ending) `width`, `height`, optionally `location`, and
`objects`: by id `name, x, y, w, h, attributes, relations: [{name, object}]`. Beyond GQA's own form a photo may have
`scene` (words for the whole picture), and an object `also` (synonyms, kinds and wider words), `attributes_by_kind`,
`text` (written on it), `part_of` (an object's id) and `count` (a group that is one box). Other keys are not read.
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
    """A relation that somebody wrote down, from the object that has it to another one, by its id."""

    name: str
    object: str


@dataclass(frozen=True)
class SceneObject:
    """A thing in a photo.

    box: pixels of the photo, labelled with the name. also: other words for it, kinds and wider words too.
    kinds: the attributes once more, by what they are about, such as "color". part_of: the id of the whole, or "".
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
        """Every word for it, its own name first."""
        return (self.name, *self.also)


@dataclass(frozen=True)
class SceneGraph:
    """What is in a photo of width x height pixels.

    scene: words for the whole picture: where it is, and whatever else is said about it.
    """

    name: str
    width: int
    height: int
    objects: Mapping[str, SceneObject]
    scene: tuple[str, ...] = ()

    def scaled(self, width: int, height: int) -> SceneGraph:
        """The same for the photo in another size."""
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
        raise InputError(f"{path}: this is not JSON: {error}.") from None
    graphs = _table(str(path), found)
    return {name: _graph(f"{path}, photo {name!r}", name, _table(str(path), one)) for name, one in graphs.items()}


def _graph(where: str, name: str, row: Mapping[str, Any]) -> SceneGraph:
    width, height = (_size(where, row, key) for key in ("width", "height"))
    things = _table(f"{where}, 'objects'", row.get("objects"))
    objects = {id: _object(f"{where}, object {id!r}", id, _table(where, one)) for id, one in things.items()}
    for one in objects.values():
        for other in (*(relation.object for relation in one.relations), *filter(None, (one.part_of,))):
            if other not in objects:
                raise InputError(f"{where}, object {one.id!r}: there is no object {other!r} for it to be related to.")
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
        raise InputError(f"{where}: the count is a number from 1 on, not {count!r:.100}.")
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
    """Raises InputError when a side is missing or there is no area."""
    sides = [row.get(key) for key in ("x", "y", "w", "h")]
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in sides):
        raise InputError(f"{where}: x, y, w and h are numbers, not {sides!r:.100}.")
    left, top, width, height = cast("list[float]", sides)
    try:
        # GQA has boxes without width: a line in the picture is a pixel wide.
        return Box(left, top, left + max(width, 1), top + max(height, 1), name)
    except ToolError as error:
        raise InputError(f"{where}: {error}") from None


def _relation(where: str, row: Any) -> Stated:
    match row:
        case {"name": str(name), "object": str() | int() as other}:
            return Stated(" ".join(name.split()), str(other))
        case _:
            raise InputError(f"{where}: a relation has a name and an object, not {row!r:.100}.")


def _size(where: str, row: Mapping[str, Any], key: str) -> int:
    size = row.get(key)
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise InputError(f"{where}: the {key} is a number of pixels, not {size!r:.100}.")
    return size


def _texts(where: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = _list(where, row, key)
    if not all(isinstance(one, str) for one in found):
        raise InputError(f"{where}: {key!r} is a list of texts, not {found!r:.100}.")
    return tuple(" ".join(str(one).split()) for one in found)


def _list(where: str, row: Mapping[str, Any], key: str) -> list[Any]:
    found = row.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise InputError(f"{where}: {key!r} is a list, not {found!r:.100}.")
    return cast("list[Any]", found)


def _table(where: str, row: Any) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise InputError(f"{where}: an object in braces is expected, not {row!r:.100}.")
    return cast("dict[str, Any]", row)


def _stretched(box: Box, across: float, down: float) -> Box:
    return Box(box.left * across, box.top * down, box.right * across, box.bottom * down, box.label, box.score)
