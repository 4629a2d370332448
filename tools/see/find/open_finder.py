"""Finds things by any noun phrase: the tools of `find.py` on a detector with an open vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol, cast, overload

from ...core.batch_calls import each_by_itself
from ...core.errors import LooksmithError, NoDetection, ToolError
from ...core.tool import Scored, tool
from ...core.values import Box, Image
from ...media.spatial import gap
from ...phrases.condition_values import Attribute, Phrase
from ...phrases.conditions import read_phrase
from ...phrases.relations import RELATIONS
from ...words.vocabulary import is_scene
from ..finders.detector_phrases import read_phrases
from ..finders.phrase_eye import PhraseEye
from ..finders.sights import Eyes
from .degrees import TellsColors
from .find import ANYTHING, Finder
from .judge import Verifier

Method = Literal["boxes", "points"]
_AROUND = 0.5
"""How much around a thing is shown with the question what it holds or lies on, as a share of its box on each side."""
_REACH = 0.25
"""How far from a thing its partner may be, as a share of its longer side."""
_NOTHING = frozenset(("nothing", "none", "no one", "nobody", "unknown"))


class PointCounter(Protocol):
    """A model that counts by pointing."""

    def load(self) -> None:
        """Bring the model into memory."""
        ...

    def count(self, image: Image, name: str) -> Scored[int]:
        """The number of points on the named things, with the points. Raises ToolError."""
        ...


class Asks(Protocol):
    """Answers questions about images (tools/name/answering.py)."""

    def load(self) -> None:
        """Bring the model into memory."""
        ...

    def VQA(self, image: Image, question: str) -> Any:
        """A short answer in lower case. Raises ToolError."""
        ...


class OpenFinder(Finder):
    """LOC, DETECT, EXISTS, COUNT, THINGS, PARTNER and VERIFY over a phrase detector.

    verifier: judges what boxes and colours cannot. counter: what `COUNT(..., method="points")` asks.
    asker: says what the other thing of a relation is; without it that is guessed from the boxes.
    """

    note = "LOC, DETECT, EXISTS, COUNT and THINGS know every noun. A condition on it goes into `which`."

    def __init__(
        self,
        eye: PhraseEye,
        colors: TellsColors,
        verifier: Verifier | None = None,
        counter: PointCounter | None = None,
        asker: Asks | None = None,
    ) -> None:
        super().__init__(Eyes([eye]), colors, eye.detector.backend, None, verifier)
        self._eye = eye
        self._counter = counter
        self._asker = asker

    @overload
    def DETECT(self, image: Image, name: str, which: str = "") -> Scored[list[Box]]: ...
    @overload
    def DETECT(self, image: Image, names: list[str]) -> Scored[list[Box]]: ...
    @tool(batch=16, many="look_many")
    def DETECT(self, image: Image, *args: Any, **given: Any) -> Scored[list[Box]]:
        """All boxes of the named things, best first; [] if none.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".
        names: several, looked for in one pass; each box has the noun that fits it as its label.
        """
        names = given.get("names", args[0] if args else "")
        return super().DETECT(image, *args, **given) if isinstance(names, str) else self._several(image, names)

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, which: str = "", *, method: Method = "boxes") -> Scored[int]: ...
    @tool(batch=16, many="look_many")
    def COUNT(self, *args: Any, **given: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".
        method: "points" asks a model that points at each one, better where many are small or close together.

        Raises ToolError for "points" where no model that points is in the profile.
        """
        if given.pop("method", "boxes") == "points":
            return self._points(*args, **given)
        return cast("int | Scored[int]", super().COUNT(*args, **given))

    @tool(batch=16, many="look_many")
    def PARTNER(self, image: Image, box: Box, relation: str) -> Scored[Box]:
        """What the box is "holding" or "lying on", labelled with its name.

        relation: a verb, a preposition or both, in the words of the question.

        Raises NoDetection where nothing is there.
        """
        said = self._said(image, box, relation) if self._asker else ""
        if not said:
            return replace(super().PARTNER(image, box, relation), confidence=None)
        phrase = read_phrase(said)
        if said in _NOTHING:
            raise NoDetection(f"There is nothing that the {box.label or 'thing'} is {relation}.")
        seen = self._eye.find(image, self._asked(phrase), told_apart=False)
        reach = _REACH * max(box.width, box.height)
        near = [one for one in (*seen.boxes, *seen.rejected) if one != box and gap(box, one) <= reach]
        if near:
            return Scored(replace(near[0], label=phrase.name), seen.scores, tuple(near[1:]))
        told = f"saw no box of the {phrase.name}: took that of the {box.label or 'thing'}"
        return Scored(replace(box, label=phrase.name, score=0.0), seen.scores, seen.rejected, (), (told,))

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """One of the tools for each call, after all that is asked for was looked for in as few passes as can be."""
        looks = [look for call in calls if (look := self._look_of(call))]
        self._eye.look_for(looks)
        return each_by_itself(calls, [getattr(self, tool) for tool in tools])

    def _look_of(self, call: Mapping[str, Any]) -> tuple[Image, Sequence[str]] | None:
        """What a call will look for first; None where it is no single look, or nothing can be looked for."""
        if "image" not in call or "box" in call or "statement" in call or call.get("method") == "points":
            return None
        try:
            if "names" in call:
                return call["image"], self._asked_for(call["names"])
            phrase = self._phrase(call.get("name", call.get("kind", "thing")), call.get("which", ""))
            everything = phrase.name in ANYTHING
            return call["image"], self._eye.names if everything else self._eye.phrases_of(self._asked(phrase))
        except LooksmithError:
            return None  # which the call says itself

    def _asked_for(self, names: Sequence[str]) -> list[str]:
        """The phrases of several names. Raises ToolError."""
        read_phrases(names)
        return read_phrases([self._asked(self._phrase(name)) for name in names])

    def _several(self, image: Image, names: Sequence[str]) -> Scored[list[Box]]:
        """The things of several names, looked for in one pass."""
        asked = self._asked_for(names)
        sights = list[Any]()
        for name, candidates in zip(names, self._eye.candidates(image, asked), strict=True):
            phrase = self._phrase(name)
            seen = self._eye.found(self._asked(phrase), [candidates])
            sights.append(self._judge(image).choose(seen, phrase.conditions) if phrase.conditions else seen)
        return Scored(
            sorted((box for seen in sights for box in seen.boxes), key=lambda box: -box.score),
            {name: score for seen in sights for name, score in seen.scores.items()},
            tuple(box for seen in sights for box in seen.rejected),
            (),
            tuple(told for seen in sights for told in seen.assumptions),
        )

    def _points(self, image: Image, name: str, which: str = "") -> Scored[int]:
        if self._counter is None:
            raise ToolError("No model of the profile counts by points.", hint='Leave out method="points".')
        (phrase,) = read_phrases([f"{name} {which}".strip()])
        self._counter.load()
        return self._counter.count(image, phrase)

    def _said(self, image: Image, box: Box, relation: str) -> str:
        """What the asker calls the other thing of a relation; "" where it says nothing of use."""
        if self._asker is None:
            return ""
        across, down = _AROUND * box.width, _AROUND * box.height
        around = replace(
            box, left=box.left - across, top=box.top - down, right=box.right + across, bottom=box.bottom + down
        )
        self._asker.load()
        thing = box.label or "main thing"
        bare = any(relation in words for words in RELATIONS.values()) and not relation.partition(" ")[0].endswith("ing")
        asked = f"What is {relation} the {thing}?" if bare else f"What is the {thing} {relation}?"
        try:
            # Of "the man is holding a cup" what comes after the relation is the name.
            return str(self._asker.VQA(image.crop(around), asked)).rpartition(relation)[2].strip(" .")
        except ToolError:
            return ""

    def _asked(self, phrase: Phrase) -> str:
        """The noun with its attributes in front, which are judged once more afterwards; of a kind the noun alone."""
        if self._eye.kinds_of(phrase.name):
            return phrase.name
        words = (one.word for one in phrase.conditions if isinstance(one, Attribute))
        return " ".join((*(word for word in words if " " not in word), phrase.name))

    def _phrase(self, name: str, which: str = "") -> Phrase:
        """As `Finder` reads it. Raises ToolError for what names no thing."""
        read_phrases([name])
        return super()._phrase(name, which)

    def _is_one_name(self, name: str) -> bool:
        """The detector knows every noun, which says nothing about the words before it."""
        return False

    def _points_out(self, noun: str) -> bool:
        """A "room" or "street" is where the photo was taken."""
        return not is_scene(noun) and super()._points_out(noun)
