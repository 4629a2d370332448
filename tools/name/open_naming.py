"""NAME on a contrastive model, for kinds with known names; others are passed to a vision-language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, overload

from ..core.errors import UnknownName
from ..core.over_model import OverModel
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..see.boxes.main_thing import about, part_of
from ..words.kinds import Kinds
from .zero_shot import ZeroShotClassifier

_MOST, _FEWEST = 200, 8
"""Names to choose from: more are too many (of "thing" everyday ones are taken), fewer leave out what others see."""
_SHOWN = 5


class NamesThings(Protocol):
    """What names a thing of any kind (asked_names.py)."""

    def load(self) -> None:
        """Bring the model into memory."""
        ...

    def NAME(self, image: Image, kind: str) -> str:
        """The name. Raises ToolError."""
        ...


class OpenNamer(OverModel[ZeroShotClassifier]):
    """NAME over a zero-shot classifier.

    kinds: gives the names of a kind. everyday: the names of things of any kind.
    asked: names what has no kinds in ImageNet, such as materials and weather; None for nothing.
    """

    def __init__(
        self,
        model: ZeroShotClassifier,
        kinds: Callable[[], Kinds],
        everyday: Sequence[str],
        asked: NamesThings | None = None,
    ) -> None:
        super().__init__(model)
        self._kinds = kinds
        self._everyday = tuple(everyday)
        self._asked = asked

    @overload
    def NAME(self, image: Image, kind: str) -> Scored[str]: ...
    @overload
    def NAME(self, image: Image, box: Box, kind: str) -> Scored[str]: ...
    @tool
    def NAME(self, *args: Any, **given: Any) -> Scored[str]:
        """What the main thing, or that in the box, is called.

        kind: "fruit", "animal", "dog breed", "material", "weather"; "thing" for any.

        Raises UnknownName for a kind without known names where no vision-language model can be asked, ToolError for an
        empty kind, or a box outside the image.
        """
        return self._name(**about("kind", *args, **given))

    def _name(self, image: Image, kind: str, box: Box | None = None) -> Scored[str]:
        part = part_of(image, box)
        try:
            names = tuple(self._kinds().named(kind))
        except UnknownName:
            if self._asked is None:
                raise
            names = ()
        if len(names) > _MOST:
            names = self._everyday
        if self._asked is not None and len(names) < _FEWEST:
            self._asked.load()
            return Scored(self._asked.NAME(part, kind))
        if len(names) == 1:
            return Scored(names[0])
        best = dict(list(self.model.best(part, list(dict.fromkeys(map(str.lower, names)))).items())[:_SHOWN])
        return Scored(next(iter(best)), best)
