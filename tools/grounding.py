"""Finding things by any noun phrase: LOC, DETECT, EXISTS and COUNT over a detector with an open vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, overload

from .errors import ToolError
from .locate import looked, nothing_found
from .over_model import Loadable, OverModel
from .phrases import read_phrases
from .tool import Scored, tool
from .values import Box, Image

Method = Literal["boxes", "points"]


class PhraseDetector(Loadable, Protocol):
    """A model that finds what a phrase says."""

    @property
    def threshold(self) -> float:
        """The score from which a candidate counts as found."""
        ...

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """For each image and each phrase the candidates, best first, also poor ones, labelled with the phrase.

        All phrases are looked for in one pass over the images. Raises ToolError.
        """
        ...


class PointCounter(Protocol):
    """A model that counts by pointing."""

    def load(self) -> None:
        """Bring the model into memory."""
        ...

    def count(self, image: Image, name: str) -> int:
        """The number of points that it puts on the named things. Raises ToolError."""
        ...


class OpenLocator(OverModel[PhraseDetector]):
    """LOC, DETECT, EXISTS and COUNT over a phrase detector.

    counter: what `COUNT(..., method="points")` asks.
    """

    note = (
        "LOC, DETECT, EXISTS and COUNT take any noun phrase. They may overlook adjectives and ignore relations: check a"
        " property on CROP(image, box), and a relation by comparing boxes."
    )

    def __init__(self, detector: PhraseDetector, counter: PointCounter | None = None) -> None:
        super().__init__(detector)
        self._counter = counter

    @tool(cost=1.0)
    def LOC(self, image: Image, name: str) -> Scored[Box]:
        """The best box of the named thing.

        name: a noun phrase, "red cup".

        Raises NoDetection when there is none; the trace keeps all other candidates as rejected.
        """
        look = self._look(image, name)
        if not look.value:
            raise nothing_found(image, name, look.rejected, self.model.threshold)
        best, *others = look.value
        return Scored(best, look.scores, (*others, *look.rejected))

    @overload
    def DETECT(self, image: Image, name: str) -> Scored[list[Box]]: ...
    @overload
    def DETECT(self, image: Image, names: list[str]) -> Scored[list[Box]]: ...
    @tool(cost=1.0)
    def DETECT(self, image: Image, *args: Any, **given: Any) -> Scored[list[Box]]:
        """All boxes of the named things, best first; [] if none.

        name: a noun phrase, "red cup".
        names: several, looked for in one pass; each box has the phrase that fits it as its label.
        """
        (wanted,) = (*args, *given.values())
        looks = self._looks(image, [wanted] if isinstance(wanted, str) else wanted)
        return Scored(
            sorted((box for look in looks for box in look.value), key=lambda box: -box.score),
            {name: score for look in looks for name, score in look.scores.items()},
            tuple(box for look in looks for box in look.rejected),
        )

    @tool(cost=1.0)
    def EXISTS(self, image: Image, name: str) -> Scored[bool]:
        """Is the named thing in the image?

        name: a noun phrase, "red cup".
        """
        look = self._look(image, name)
        return Scored(bool(look.value), look.scores, look.rejected, tuple(look.value))

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, *, method: Method = "boxes") -> Scored[int]: ...
    @tool(cost=1.0)
    def COUNT(self, *args: Any, **given: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a noun phrase, "red cup".
        method: "points" asks a model that points at each one, better where many are small or close together.

        Raises ToolError for "points" where no model that points is in the profile.
        """
        if len(args) + len(given) == 1:
            return len(*args, *given.values())
        return self._count(*args, **given)

    def _count(self, image: Image, name: str, method: Method = "boxes") -> int | Scored[int]:
        if method == "points":
            return self._points(image, name)
        look = self._look(image, name)
        return Scored(len(look.value), look.scores, look.rejected, tuple(look.value))

    def _points(self, image: Image, name: str) -> int:
        if self._counter is None:
            raise ToolError("No model of the profile counts by points.", hint='Leave out method="points".')
        (phrase,) = read_phrases([name])
        self._counter.load()
        return self._counter.count(image, phrase)

    def _look(self, image: Image, name: str) -> Scored[list[Box]]:
        return self._looks(image, [name])[0]

    def _looks(self, image: Image, names: Sequence[str]) -> list[Scored[list[Box]]]:
        phrases = read_phrases(names)
        (found,) = self.model.find([image], phrases)
        return [looked(phrase, boxes, self.model.threshold) for phrase, boxes in zip(phrases, found, strict=True)]
