"""Images with scene graphs, and the things that a box or crop refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..core.errors import InputError, ToolError
from ..core.values import Box, Image, show_box
from ..media.geometry import OVERLAP
from .graph import SceneGraph, SceneObject
from .view import View

_SAME_THING = 0.3
"""Intersection over union from which a box is taken for a thing's box."""


class Scenes:
    """The scene graphs of photos, by the `source` of their pixels."""

    backend = "oracle"

    def __init__(self, graphs: Mapping[str, SceneGraph]) -> None:
        self._graphs = graphs

    def view(self, image: Image) -> View:
        """What an image or crop shows. Raises InputError for a photo without a scene graph."""
        if image.source not in self._graphs:
            raise InputError("There is no scene graph for this image.", hint="Pass one with --scene-graphs FILE.")
        return View(self._graphs[image.source].scaled(*image.original), image.frame)

    def meant(self, view: View, box: Box) -> list[SceneObject]:
        """The things whose box fits best: several if they share a box. Raises ToolError if no box fits."""
        found = self.best(view, box)
        if not found:
            raise ToolError(f"The scene graph has nothing at about {show_box(box)}.", hint="Use a box that was found.")
        return found

    def best(self, view: View, box: Box) -> list[SceneObject]:
        """As `meant`, but empty if no box fits."""
        fits = {one.id: max(OVERLAP(box, part) for part in [one.box, *members(one)]) for one in _all(view)}
        best = max(fits.values(), default=0.0)
        if best < _SAME_THING:
            return []
        found = [one for one in _all(view) if fits[one.id] > best - 1e-6]
        labelled = [one for one in found if one.name == box.label]
        return labelled or found

    def shown(self, image: Image) -> list[SceneObject]:
        """The things that a crop was made of; empty for a whole picture."""
        view = self.view(image)
        return [] if (image.width, image.height) == image.original else self.best(view, image.frame)


def members(one: SceneObject) -> list[Box]:
    """A box for each thing of the object: a group's box is cut into equal parts along its longer side."""
    if one.count == 1:
        return [one.box]
    box, wide = one.box, one.box.width >= one.box.height
    length = (box.width if wide else box.height) / one.count
    starts = [(box.left if wide else box.top) + number * length for number in range(one.count)]
    if wide:
        return [replace(box, left=start, right=start + length) for start in starts]
    return [replace(box, top=start, bottom=start + length) for start in starts]


def _all(view: View) -> Iterable[SceneObject]:
    return view.graph.objects.values()


def clipped(box: Box, view: View) -> Box:
    """The part of a box that an image or crop shows."""
    return box.intersection(view.frame) or box
