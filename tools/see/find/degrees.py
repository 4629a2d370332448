"""Comparisons by degree: the big one, the dark one, the one that is most red."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeVar

from ...core.errors import ToolError
from ...core.tool import Scored
from ...core.values import Box, Image
from ..color.colors_meant import colors_meant

T = TypeVar("T")
_SIZES: Mapping[str, Callable[[Box], float]] = MappingProxyType(
    {
        **dict.fromkeys(("big", "large", "huge", "bigger", "larger"), lambda box: box.area),
        **dict.fromkeys(("small", "little", "tiny", "smaller"), lambda box: -box.area),
        **dict.fromkeys(("tall", "high", "taller"), lambda box: box.height),
        **dict.fromkeys(("short", "low", "shorter"), lambda box: -box.height),
        **dict.fromkeys(("wide", "long", "wider", "longer"), lambda box: max(box.width, box.height)),
    }
)
_LIGHT = frozenset(("light", "pale", "bright"))
SHADES = _LIGHT | {"dark", "dim"}
"""Words for how bright a thing is."""


class TellsColors(Protocol):
    """Measures the color and the brightness of a place (tools/see/color/color.py)."""

    def COLOR(self, image: Image, where: Box | None = None) -> Scored[str]:
        """One of the basic names, with the shares of all. Raises ToolError."""
        ...

    def BRIGHTNESS(self, image: Image, where: Box | None = None) -> float:
        """0 dark .. 255 bright. Raises ToolError."""
        ...


def by_size(things: Sequence[T], word: str, box_of: Callable[[T], Box]) -> list[T] | None:
    """The things that are big, small, tall and so on among several, most so first. None for other words, or fewer than
    two things.

    A thing of at least 0.6 times the biggest one's size is big too.
    """
    measure = _SIZES.get(word.casefold())
    if measure is None or len(things) < 2:
        return None
    order = sorted(things, key=lambda one: -measure(box_of(one)))
    first = abs(measure(box_of(order[0])))
    return [one for one in order if 0.6 < abs(measure(box_of(one))) / first < 1.6]


def most(image: Image, boxes: Sequence[Box], word: str, colors: TellsColors) -> list[Box] | None:
    """The boxes, most red, dark, pale and so on first; None if the word is neither a color nor a shade."""
    shade = word.casefold()
    try:
        if shade in SHADES:
            sign = -1 if shade in _LIGHT else 1
            return sorted(boxes, key=lambda box: sign * colors.BRIGHTNESS(image, box))
        wanted = colors_meant(shade.split()[-1]) if shade.strip() else None
        if wanted is None:
            return None
        return sorted(boxes, key=lambda box: -share_of(colors.COLOR(image, box).scores, wanted))
    except ToolError:
        return None


def share_of(shares: Mapping[str, float], names: Sequence[str]) -> float:
    """How much of a thing has a color. The first meaning of a word counts most: "silver" is rather gray than white."""
    return max((shares.get(name, 0.0) / (1 + 0.5 * place) for place, name in enumerate(names)), default=0.0)
