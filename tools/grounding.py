"""Finding things by any noun phrase: LOC, DETECT, EXISTS and COUNT over a detector with an open vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, overload

from .cache import Recent
from .errors import LooksmithError, NoDetection, ToolError
from .many import each_by_itself
from .over_model import Loadable, OverModel
from .phrases import read_phrases
from .tool import Scored, tool
from .values import Box, Image, show_box

Method = Literal["boxes", "points"]

LOOKS = 256
"""Looks whose candidates are remembered: LOC, DETECT, EXISTS and COUNT of one name in one image are one look."""


class PhraseDetector(Loadable, Protocol):
    """A model that finds what a phrase says."""

    @property
    def threshold(self) -> float:
        """The score from which a candidate counts as found."""
        ...

    @property
    def independent(self) -> bool:
        """Is each phrase looked for as if it were alone, whichever others are in the pass?"""
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
        self._seen: Recent[list[list[Box]]] = Recent(LOOKS)

    @tool(cost=1.0, batch=16, many="look_many")
    def LOC(self, image: Image, name: str) -> Scored[Box]:
        """The best box of the named thing.

        name: a noun phrase, "red cup".

        Raises NoDetection when there is none; the trace keeps all other candidates as rejected.
        """
        look = self._look(image, name)
        if not look.value:
            raise _nothing_found(image, name, look.rejected, self.model.threshold)
        best, *others = look.value
        return Scored(best, look.scores, (*others, *look.rejected))

    @overload
    def DETECT(self, image: Image, name: str) -> Scored[list[Box]]: ...
    @overload
    def DETECT(self, image: Image, names: list[str]) -> Scored[list[Box]]: ...
    @tool(cost=1.0, batch=16, many="look_many")
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

    @tool(cost=1.0, batch=16, many="look_many")
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
    @tool(cost=1.0, batch=16, many="look_many")
    def COUNT(self, *args: Any, **given: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a noun phrase, "red cup".
        method: "points" asks a model that points at each one, better where many are small or close together.

        Raises ToolError for "points" where no model that points is in the profile.
        """
        if len(args) + len(given) == 1:
            return len(*args, *given.values())
        return self._count(*args, **given)

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """LOC, DETECT, EXISTS or COUNT for each call, in as few passes as can be."""
        new: dict[tuple[Any, ...], tuple[Image, list[str]]] = {}
        for call in calls:
            if "image" not in call or call.get("method") == "points":
                continue  # no detector is asked
            try:
                phrases = read_phrases(call["names"] if "names" in call else [call["name"]])
            except LooksmithError:
                continue  # which the call says itself
            key = (call["image"].key, *phrases)
            if key not in self._seen:
                new[key] = (call["image"], phrases)
        for key, found in (self._by_image(new) if self.model.independent else self._by_phrase(new)).items():
            self._seen.put(key, found)
        return each_by_itself(calls, [getattr(self, tool) for tool in tools])

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
        found = self._seen.get((image.key, *phrases), lambda: self.model.find([image], phrases)[0])
        return [_looked(phrase, boxes, self.model.threshold) for phrase, boxes in zip(phrases, found, strict=True)]

    def _by_image(self, new: Mapping[Any, tuple[Image, list[str]]]) -> dict[Any, list[list[Box]]]:
        """The candidates of each look, all phrases of an image in one pass."""
        wanted: dict[Image, dict[str, None]] = {}
        for image, phrases in new.values():
            wanted.setdefault(image, {}).update(dict.fromkeys(phrases))
        found: dict[Image, dict[str, list[Box]]] = {}
        for image, phrases in wanted.items():
            found[image] = dict(zip(phrases, self.model.find([image], list(phrases))[0], strict=True))
        return {key: [found[image][phrase] for phrase in phrases] for key, (image, phrases) in new.items()}

    def _by_phrase(self, new: Mapping[Any, tuple[Image, list[str]]]) -> dict[Any, list[list[Box]]]:
        """The candidates of each look, images of one size that are asked the same in one pass: others are padded."""
        groups: dict[Any, list[Any]] = {}
        for key, (image, phrases) in new.items():
            groups.setdefault((image.width, image.height, *phrases), []).append(key)
        found: dict[Any, list[list[Box]]] = {}
        for keys in groups.values():
            _, phrases = new[keys[0]]
            found.update(zip(keys, self.model.find([new[key][0] for key in keys], phrases), strict=True))
        return found


def _looked(label: str, candidates: list[Box], threshold: float) -> Scored[list[Box]]:
    """What was found among the candidates, best first, with the score of every one."""
    found = [box for box in candidates if box.score >= threshold]
    rejected = tuple(box for box in candidates if box.score < threshold)
    scores = {f"{label} {number}": box.score for number, box in enumerate(candidates, start=1)}
    return Scored(found, scores, rejected)


def _nothing_found(image: Image, name: str, rejected: tuple[Box, ...], threshold: float) -> NoDetection:
    """What is said when nothing scored enough, with the best of what was rejected."""
    whole = (image.width, image.height) == image.original
    where = "the image" if whole else f"the crop {show_box(image.frame)}"
    if not rejected:
        return NoDetection(f"No {name} was found in {where}: there is no candidate at all.")
    return NoDetection(
        f"No {name} was found in {where}: the best candidate is {show_box(rejected[0])}, and {threshold:.2f} is needed."
    )
