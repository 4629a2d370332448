"""NAME, VERIFY, CLASSIFY, COLOR and READ as oracles on scene graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, overload

from ..core.errors import NoDetection, ToolError
from ..core.tool import Scored, tool
from ..core.values import Box, Image, Mask
from ..see.color.color import ColorNamer
from ..see.text.read import which_form
from ..see.text.text_meant import read_meant
from ..see.text.text_selection import pick
from ..words.labels import plain_labels
from .graph import SceneGraph, SceneObject
from .labels import color_of, in_order, name_of, picture_support, scene_name, support, text_on
from .photos import Scenes
from .statements import is_true, is_true_of

_BACKDROPS = frozenset(["background", "backdrop", "wall", "sky", "floor", "ground"])
"""What nobody means who asks what is in the picture."""


class SceneTeller(Scenes):
    """NAME, VERIFY, CLASSIFY, COLOR and READ. colors: looks at the pixels if the graph gives no color."""

    def __init__(self, graphs: Mapping[str, SceneGraph], colors: ColorNamer | None = None) -> None:
        super().__init__(graphs)
        self._colors = colors or ColorNamer()

    @overload
    def NAME(self, image: Image, kind: str) -> str: ...
    @overload
    def NAME(self, image: Image, box: Box, kind: str) -> str: ...
    @tool
    def NAME(self, *args: Any, **kwargs: Any) -> str:
        """What it is called, of that kind: "fruit", "dog breed", "vehicle", "thing".

        box: the thing; without it, the main thing of that kind in the image.

        Raises NoDetection when there is none of the kind.
        """
        image, box, kind = _given("kind", args, kwargs)
        view = self.view(image)
        ones = self.meant(view, box) if box else self.shown(image)
        if not ones:
            place = scene_name(view, kind)
            if place:
                return place
            found = view.find(_without_kind(kind))
            ones = [one for one in found if one.name not in _BACKDROPS] or found
        if not ones:
            raise NoDetection(f"No {kind} was found to name.")
        return name_of(view, ones, kind)

    @overload
    def VERIFY(self, image: Image, statement: str) -> bool: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> bool: ...
    @tool
    def VERIFY(self, *args: Any, **kwargs: Any) -> bool:
        """Is the statement true of the image, or of the thing in the box?

        statement: such as "it is raining"; of a box "open", "wearing a helmet", "made of wood", "facing left".

        Raises ToolError for an empty statement, or a box in which nothing is known.
        """
        image, box, statement = _given("statement", args, kwargs)
        if not statement.strip():
            raise ToolError("VERIFY got no statement.", hint='Say what may be true, such as "it is raining".')
        view = self.view(image)
        ones = self.meant(view, box) if box else self.shown(image)
        if ones and is_true_of(view, ones, statement):
            return True
        return box is None and is_true(view, statement)

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> Scored[str]: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> Scored[str]: ...
    @tool
    def CLASSIFY(self, *args: Any, **kwargs: Any) -> Scored[str]:
        """The label that fits best, of the image or of the thing in the box.

        labels: two or more kinds of thing, or states such as "open" and "closed".

        Raises ToolError for labels that leave no choice, and when none of them is known to fit.
        """
        image, box, labels = _given("labels", args, kwargs)
        plain_labels(labels)
        view = self.view(image)
        ones = self.meant(view, box) if box else self.shown(image)
        fits = {label: max((support(view, one, label) for one in ones), default=0.0) for label in labels}
        if box is None and not any(fits.values()):
            fits = {label: picture_support(view, label) for label in labels}
        scores = dict(sorted(fits.items(), key=lambda item: -item[1]))
        best = next(iter(scores))
        if not scores[best]:
            raise ToolError(f"The scene graph does not say which of {', '.join(labels)} this is.")
        return Scored(best, scores)

    @tool
    def COLOR(self, image: Image, where: Box | Mask | None = None) -> Scored[str]:
        """The main color, a basic name such as "red" or "gray".

        where: the thing whose color is asked; without it, the whole image.

        The names are black, white, gray, red, orange, yellow, green, blue, purple, pink and brown. What the graph does
        not say, pixels tell. Raises ToolError when the place lies outside the image.
        """
        view = self.view(image)
        box = where.box if isinstance(where, Mask) else where
        ones = self.best(view, box) if box else self.shown(image)
        names = [color for color in map(color_of, ones) if color]
        name = names[0] if names else ""
        return Scored(name, {name: 1.0}) if name else self._colors.COLOR(image, where)

    @overload
    def READ(self, image: Image, what: str = "") -> str: ...
    @overload
    def READ(self, image: Image, box: Box, what: str = "") -> str: ...
    @tool
    def READ(self, *args: Any, **kwargs: Any) -> str:
        r"""The text in the image or box, in lines; "" if none.

        what: which part of it, such as "number", "last word", "red letters" or "name under 'Hotel'".

        Lines go from top to bottom and are joined by "\n".
        """
        image, box, what = which_form(args, kwargs)
        view = self.view(image)
        ones = self.best(view, box) if box else self.shown(image)
        part = replace(view, frame=box) if box else view
        lines = text_on(view, ones) if ones else in_order(part.objects)
        meant = pick(lines, read_meant(what), partial(_is_colored, part.objects)) if what else lines
        return "\n".join(line.label for line in meant)


def _is_colored(things: Sequence[SceneObject], line: Box, color: str) -> bool:
    """Does the thing with the line have that color? For "red letters" it is the color of the writing."""
    said = [word for one in things if one.text == line.label for text in one.attributes for word in text.split()]
    return color in said


def _without_kind(kind: str) -> str:
    """The noun of "kind of fruit" or "dog breed"."""
    left_out = ("kind", "type", "sort", "breed", "species", "of", "model", "brand", "variety")
    return " ".join(word for word in kind.split() if word.casefold() not in left_out) or "thing"


def _given(last: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Image, Box | None, Any]:
    """The image, the box if given, and the last argument, positional or by name."""
    count = len(args) + len(kwargs)
    names = ("image", "box", last) if count == 3 or not last else ("image", last)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    return given["image"], given.get("box"), given.get(last)
