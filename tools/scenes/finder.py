"""LOC, DETECT, EXISTS, COUNT, THINGS and PARTNER as oracles on scene graphs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, overload

from ..core.errors import NoDetection
from ..core.tool import Scored, tool
from ..core.values import Box, Image, show_box
from ..words.english import singular
from ..words.worn import worn_on
from .photos import Scenes, clipped, members
from .relations import link, partners


class SceneFinder(Scenes):
    """LOC, DETECT, EXISTS, COUNT, THINGS and PARTNER."""

    @tool
    def LOC(self, image: Image, name: str, which: str = "") -> Box:
        """The best box of the named thing.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        Raises NoDetection when there is none.
        """
        view = self.view(image)
        one = view.best(name, which)
        if one is None:
            raise NoDetection(f"No {f'{name} {which}'.strip()} was found.")
        return clipped(one.box, view)

    @tool
    def DETECT(self, image: Image, name: str, which: str = "") -> list[Box]:
        """All boxes of the named thing, best first; [] if none.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".
        """
        return self._boxes(image, name, which)

    @tool
    def EXISTS(self, image: Image, name: str, which: str = "") -> bool:
        """Is the named thing in the image?

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".
        """
        return bool(self.view(image).find(name, which))

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, which: str = "") -> Scored[int]: ...
    @tool
    def COUNT(self, *args: Any, **kwargs: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".
        """
        if len(args) + len(kwargs) == 1:
            return _length(*args, **kwargs)
        boxes = self._boxes(*args, **kwargs)
        return Scored(len(boxes), found=tuple(boxes))

    @tool
    def THINGS(self, image: Image, kind: str = "thing", which: str = "") -> list[Box]:
        """All things of a kind, each with its own name as label, best first.

        kind: a wide word, "animal", "fruit", "furniture"; "thing" is everything. which: a condition in words.
        """
        return self._boxes(image, kind, which)

    @tool
    def PARTNER(self, image: Image, box: Box, relation: str) -> Box:
        """The other thing of a relation, such as what the cat in the box is "lying on", or what is "behind" the box.

        relation: with a verb, what the thing in the box does: "lying on", "holding", "wearing"; a preposition alone is
            what the other thing is to it: "behind", "on", "next to".

        The label is its name. Raises NoDetection when there is none, ToolError for a box in which nothing is known.
        """
        view, names = self.view(image), worn_on(relation)
        for one in self.meant(view, box):
            others = partners(view.graph, one, link("wearing" if names else relation))
            other = next((one for one in others if not names or _is_one_of(one.name, names)), None)
            if other is not None:
                return clipped(other.box, view)
        raise NoDetection(f"Nothing is known that is related so to {show_box(box)}: {relation}.")

    def _boxes(self, image: Image, name: str, which: str = "") -> list[Box]:
        view = self.view(image)
        return [clipped(box, view) for one in view.find(name, which) for box in members(one)]


def _is_one_of(name: str, names: Collection[str]) -> bool:
    words = name.lower().split()
    return name.lower() in names or words[-1] in names or singular(words[-1]) in names


def _length(items: list[Box]) -> int:
    return len(items)
