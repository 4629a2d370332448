"""Tools that find things by name. They share one detector, so that one pass over an image answers all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, overload

from .errors import LooksmithError, NoDetection, UnknownName
from .found import suppress
from .many import each_by_itself
from .tool import Scored, tool
from .values import Box, Image, show_box
from .vocabulary import Match

THRESHOLD = 0.4
"""A score from which a candidate counts as found, in NanoDet's measure."""
_SAME_THING = 0.75
"""The IoU from which two boxes of different names are one thing, which the better one names."""


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

    def find(self, name: str) -> Match:
        """The detector's own names for what people call `name`. Raises ToolError for an empty name."""
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

        name: a common noun, "cup", or a kind of thing, "fruit"; plurals and synonyms are understood. Of a narrower
            word, "boy", the best of the nearest known name is taken, which the result says as an assumption.

        Raises NoDetection when there is none, UnknownName for a thing that the detector has never learnt. The trace
        keeps all other candidates of that name as rejected.
        """
        look = self._look(image, name)
        if not look.value:
            raise nothing_found(image, name, look.rejected, self._threshold)
        best, *others = look.value
        return Scored(best, look.scores, (*others, *look.rejected), assumptions=look.assumptions)

    @tool(batch=8, many="look_many")
    def DETECT(self, image: Image, name: str) -> Scored[list[Box]]:
        """All boxes of the named thing, best first; [] if none.

        name: a common noun, "cup", or a kind of thing, "fruit"; plurals and synonyms are understood. Of a narrower
            word, "boy", all of the nearest known name are taken, which the result says as an assumption.

        Raises UnknownName for a thing that the detector has never learnt.
        """
        return self._look(image, name)

    @tool(batch=8, many="look_many")
    def EXISTS(self, image: Image, name: str) -> Scored[bool]:
        """Is the named thing in the image?

        name: a common noun, "cup", or a kind of thing, "fruit"; plurals and synonyms are understood.

        Raises UnknownName for a thing that the detector has never learnt, or does not tell from others ("boy").
        """
        look = self._exactly(image, name)
        return Scored(bool(look.value), look.scores, look.rejected, tuple(look.value))

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str) -> Scored[int]: ...
    @tool(batch=8, many="look_many")
    def COUNT(self, *args: Any, **kwargs: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a common noun, "cup", or a kind of thing, "fruit"; plurals and synonyms are understood.

        Raises UnknownName for a thing that the detector has never learnt, or does not tell from others ("boy").
        """
        if len(args) + len(kwargs) == 1:
            return _length(*args, **kwargs)
        look = self._exactly(*args, **kwargs)
        return Scored(len(look.value), look.scores, look.rejected, tuple(look.value))

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """LOC, DETECT, EXISTS or COUNT for each call, after all images were looked at together."""
        self._detector.look(list(dict.fromkeys(call["image"] for call in calls if self._looks(call))))
        return each_by_itself(calls, [getattr(self, tool) for tool in tools])

    def _looks(self, call: Mapping[str, Any]) -> bool:
        """Is the detector asked? Not to count boxes, nor for a name that it does not know."""
        try:
            return "image" in call and bool(self._detector.find(call["name"]).names)
        except LooksmithError:
            return False  # which the call says itself

    def _look(self, image: Image, name: str) -> Scored[list[Box]]:
        """What was found under that name, best first, with the score of every candidate, and what was assumed."""
        match = self._detector.find(name)
        if not match.names:
            raise UnknownName(f'The detector does not know "{name:.80}".', hint=match.hint)
        candidates = [box for box in self._detector.detect(image) if box.label in match.names]
        if len(match.names) > 1:
            candidates = _one_a_thing(candidates)
        label = match.names[0] if len(match.names) == 1 else name
        return replace(looked(label, candidates, self._threshold), assumptions=tuple(filter(None, [match.assumption])))

    def _exactly(self, image: Image, name: str) -> Scored[list[Box]]:
        """The same where what is assumed would be the answer: of no people, none is a boy; of three, nobody knows."""
        look = self._look(image, name)
        if not look.assumptions:
            return look
        match = self._detector.find(name)
        if match.how == "narrower" and not look.value:
            return replace(look, assumptions=())
        nearest = " or ".join(f'"{known}"' for known in match.names)
        raise UnknownName(
            f'The detector does not know "{name:.80}".',
            hint=f'The nearest that it knows is {nearest}: it does not tell "{name:.80}" from any other '
            f"{' or '.join(match.names)}.",
        )


def _one_a_thing(candidates: list[Box]) -> list[Box]:
    """The candidates, best first, without those that name again what a better one names."""
    import numpy as np

    if not candidates:
        return []
    corners = np.array([(box.left, box.top, box.right, box.bottom) for box in candidates])
    return [candidates[index] for index in suppress(corners, _SAME_THING).tolist()]


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
