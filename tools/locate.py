"""Tools that find things by name. They share one detector, so that one pass over an image answers all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, overload

from .errors import LooksmithError, NoDetection
from .many import each_by_itself
from .tool import Scored, tool
from .values import Box, Image, show_box

THRESHOLD = 0.4
"""A score from which a candidate counts as found, in NanoDet's measure."""


class Detector(Protocol):
    """A model that finds things in an image."""

    @property
    def backend(self) -> str:
        """What the trace calls it."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it can find."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score from which a candidate counts as found, for those of `names` where the common one does not fit."""
        ...

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def resolve(self, name: str) -> str:
        """The detector's own name for what people call `name`. Raises UnknownName, or ToolError for an empty name."""
        ...

    def detect(self, image: Image) -> list[Box]:
        """Every candidate in original pixels, labelled with one of `names`, best score first, also poor ones."""
        ...

    def look(self, images: Sequence[Image]) -> None:
        """Look at several images at once, a batch at most, which `detect` remembers."""
        ...


class Locator:
    """LOC, DETECT, EXISTS and COUNT over a detector.

    threshold: candidates with a lower score are not found; the trace keeps them as rejected. The detector may say
    another one for a name.
    """

    def __init__(self, detector: Detector, threshold: float = THRESHOLD) -> None:
        self._detector = detector
        self._threshold = threshold

    @property
    def backend(self) -> str:
        """What the trace calls the model."""
        return self._detector.backend

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be found."""
        return self._detector.names

    @property
    def note(self) -> str:
        """What the LLM is told: a name that is not in the list would end its program."""
        return f"LOC, DETECT, EXISTS and COUNT know only these names: {', '.join(self.names)}."

    def load(self) -> None:
        """Load the detector's weights. Raises WeightsError."""
        self._detector.load()

    @tool(batch=8, many="look_many")
    def LOC(self, image: Image, name: str) -> Scored[Box]:
        """The best box of the named thing.

        name: a common noun, "cup"; plurals and usual synonyms are understood.

        Raises NoDetection when there is none, UnknownName for a thing that the detector has never learnt. The trace
        keeps all other candidates of that name as rejected.
        """
        look = self._look(image, name)
        if not look.value:
            raise nothing_found(image, name, look.rejected, self._threshold_of(self._detector.resolve(name)))
        best, *others = look.value
        return Scored(best, look.scores, (*others, *look.rejected))

    @tool(batch=8, many="look_many")
    def DETECT(self, image: Image, name: str) -> Scored[list[Box]]:
        """All boxes of the named thing, best first; [] if none.

        name: a common noun, "cup"; plurals and usual synonyms are understood.

        Raises UnknownName for a thing that the detector has never learnt.
        """
        return self._look(image, name)

    @tool(batch=8, many="look_many")
    def EXISTS(self, image: Image, name: str) -> Scored[bool]:
        """Is the named thing in the image?

        name: a common noun, "cup"; plurals and usual synonyms are understood.

        Raises UnknownName for a thing that the detector has never learnt.
        """
        look = self._look(image, name)
        return Scored(bool(look.value), look.scores, look.rejected, tuple(look.value))

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str) -> Scored[int]: ...
    @tool(batch=8, many="look_many")
    def COUNT(self, *args: Any, **kwargs: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a common noun, "cup"; plurals and usual synonyms are understood.

        Raises UnknownName for a thing that the detector has never learnt.
        """
        if len(args) + len(kwargs) == 1:
            return _length(*args, **kwargs)
        look = self._look(*args, **kwargs)
        return Scored(len(look.value), look.scores, look.rejected, tuple(look.value))

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """LOC, DETECT, EXISTS or COUNT for each call, after all images were looked at together."""
        self._detector.look(list(dict.fromkeys(call["image"] for call in calls if self._looks(call))))
        return each_by_itself(calls, [getattr(self, tool) for tool in tools])

    def _looks(self, call: Mapping[str, Any]) -> bool:
        """Is the detector asked? Not to count boxes, nor for a name that it does not know."""
        try:
            return "image" in call and bool(self._detector.resolve(call["name"]))
        except LooksmithError:
            return False  # which the call says itself

    def _look(self, image: Image, name: str) -> Scored[list[Box]]:
        """What was found under that name, best first, with the score of every candidate."""
        label = self._detector.resolve(name)
        candidates = [box for box in self._detector.detect(image) if box.label == label]
        return looked(label, candidates, self._threshold_of(label))

    def _threshold_of(self, label: str) -> float:
        return self._detector.thresholds.get(label, self._threshold)


def looked(label: str, candidates: list[Box], threshold: float) -> Scored[list[Box]]:
    """What was found among the candidates, best first, with the score of every one."""
    found = [box for box in candidates if box.score >= threshold]
    rejected = tuple(box for box in candidates if box.score < threshold)
    scores = {f"{label} {number}": box.score for number, box in enumerate(candidates, start=1)}
    return Scored(found, scores, rejected)


def nothing_found(image: Image, name: str, rejected: tuple[Box, ...], threshold: float) -> NoDetection:
    """What is said when nothing scored enough, with the best of what was rejected."""
    whole = (image.width, image.height) == image.original
    where = "the image" if whole else f"the crop {show_box(image.frame)}"
    if not rejected:
        return NoDetection(f"No {name} was found in {where}: there is no candidate at all.")
    return NoDetection(
        f"No {name} was found in {where}: the best candidate is {show_box(rejected[0])}, and {threshold:.2f} is needed."
    )


def _length(items: list[Box]) -> int:
    return len(items)
