"""LOC, DETECT, EXISTS, COUNT, THINGS, PARTNER and VERIFY, using several finders (eyes) and a judge of conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, overload

from ...core.batch_calls import each_by_itself
from ...core.errors import LooksmithError, NoDetection, UnknownName
from ...core.tool import Scored, tool
from ...core.values import Box, Image, show_box
from ...media.geometry import OVERLAP
from ...models.detect.detector import Detector
from ...phrases.condition_values import Condition, Phrase, Relation, show
from ...phrases.conditions import read_conditions, read_phrase, read_relation
from ...phrases.here import without_here
from ...words.worn import worn_on
from ..boxes.partners import partners
from ..boxes.parts import is_person, part_first, part_region, place_on, usual_number
from ..color.grayscale import GRAYSCALE_SURE, is_grayscale, says_grayscale
from ..finders.sights import Eyes, Sight
from ..finders.text_eye import TEXT_SURE, ReadsLines
from ..people.posture import BoxPosture
from ..text.written import Written, bearing, lines_with, read_written, written_noun
from .degrees import TellsColors
from .judge import Judge, TellsManner, Verdict, Verifier, all_of

T = TypeVar("T")
ANYTHING = frozenset(("thing", "object", "item", "something", "anything"))
"""Nouns that mean everything that is seen."""

_PICTURE = frozenset(("photo", "image", "picture", "photograph"))


class Finder:
    """The tools that find things by noun and condition.

    eyes: what is looked with; colors: what tells colours; backend: what the trace calls it.
    detector: the one among the eyes that has a fixed list of names, for tools that want its opinion too.
    verifier: what judges conditions that boxes and colours say nothing about; by default `manner`.
    manner: what tells how people hold themselves.
    backdrops: nouns whose place is only known: nothing is told apart or counted by it.
    reader: what reads the text by which a thing may be named; by default none is.
    """

    def __init__(
        self,
        eyes: Eyes,
        colors: TellsColors,
        backend: str,
        detector: Detector | None = None,
        verifier: Verifier | None = None,
        backdrops: Set[str] = frozenset(),
        manner: TellsManner | None = None,
        reader: ReadsLines | None = None,
    ) -> None:
        self.eyes = eyes
        self.manner = manner or BoxPosture()
        self._backdrops = backdrops
        self._reader = reader
        self._verifier = verifier or self.manner
        self.detector = detector
        self._colors = colors
        self.backend = backend

    def load(self) -> None:
        """Load all models. Raises WeightsError."""
        self.eyes.load()

    @tool(batch=8, many="look_many")
    def LOC(self, image: Image, name: str, which: str = "") -> Scored[Box]:
        """The best box of the named thing.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        What is read in the image may name a thing: "word SALE", or "sign" with "that says EXIT".

        A condition that no model can judge is left out and told as an assumption. Raises NoDetection when there is
        none, UnknownName for a thing that no model has learnt.
        """
        sight = self._sight(image, name, which, presumed=True)
        if not sight.boxes:
            raise _nothing(image, f"{name} {which}".strip(), sight)
        best, *others = sight.boxes
        told = (sight.assumptions, sight.confidence)
        return Scored(best, sight.scores, (*others, *sight.rejected), (), *told)

    @tool(batch=8, many="look_many")
    def DETECT(self, image: Image, name: str, which: str = "") -> Scored[list[Box]]:
        """All boxes of the named thing, best first; [] if none.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        Raises UnknownName for a thing that no model has learnt.
        """
        sight = self._sight(image, name, which)
        return Scored(list(sight.boxes), sight.scores, sight.rejected, (), sight.assumptions, sight.confidence)

    @tool(batch=8, many="look_many")
    def EXISTS(self, image: Image, name: str, which: str = "") -> Scored[bool]:
        """Is the named thing in the image?

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        A condition that no model can judge is taken to be unmet, which is told as an assumption. Raises UnknownName
        for a thing that no model has learnt, or tells from others of its kind.
        """
        return _is_there(self._sight(image, name, which, told_apart=True))

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, which: str = "") -> Scored[int]: ...
    @tool(batch=8, many="look_many")
    def COUNT(self, *args: Any, **given: Any) -> int | Scored[int]:
        """The number of boxes, or of named things in the image.

        name: a noun, "cup". which: a condition in words, such as "in red", "on the table" or "wearing a helmet".

        Raises UnknownName for a thing that no model has learnt, or tells from others of its kind.
        """
        if len(args) + len(given) == 1:
            return len(*args, *given.values())
        return _summed(len, self._counted(*args, **given))

    @tool(batch=8, many="look_many")
    def THINGS(self, image: Image, kind: str = "thing", which: str = "") -> Scored[list[Box]]:
        """Everything of a kind ("animal", "fruit"), each labelled with its own name.

        kind: "thing" for all. which: a condition in words, such as "on the table".
        """
        sight = self._sight(image, kind, which)
        return Scored(list(sight.boxes), sight.scores, sight.rejected, (), sight.assumptions, sight.confidence)

    @tool(batch=8, many="look_many")
    def PARTNER(self, image: Image, box: Box, relation: str) -> Scored[Box]:
        """What the box is "holding" or "lying on", labelled with its name.

        relation: a verb, a preposition or both, in the words of the question.

        Raises NoDetection where nothing known is there.
        """
        names = worn_on(relation)
        if worn := self._worn(image, box, names):
            return worn
        name = read_relation(relation) or relation
        others = [one for one in self.eyes.everything(image) if not self._is_twin(box, one)]
        found = [] if names else partners(box, name, others, image.frame)
        if not found:
            what = f"what the {box.label or 'thing'} is {relation}"
            raise NoDetection(f"Nothing was found that could be {what}.", hint="No thing with a known name is there.")
        best, *rest = found
        return Scored(best, {one.label: one.score for one in reversed(found)}, tuple(rest), (), (), PARTNER_SURE)

    def _is_twin(self, box: Box, one: Box) -> bool:
        """Is it the same animal under another name: a bear in the place of a squirrel?"""
        names = (box.label, one.label)
        if box.label == one.label:
            return False  # two dogs
        are_animals = all(name and self.eyes.is_kind(name, "animal") and not is_person(name) for name in names)
        return are_animals and OVERLAP(box, one) > _TWINS

    @overload
    def VERIFY(self, image: Image, statement: str) -> Scored[bool]: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool]: ...
    @tool(batch=8, many="look_many")
    def VERIFY(self, *args: Any, **given: Any) -> Scored[bool]:
        """Is it true of the image or box: "open", "wearing a hat"?

        statement: what is said of it, without "is".

        Raises UnknownName where no model can tell.
        """
        image, *rest = (*args, *given.values())
        if len(rest) == 1:
            return self._verify_scene(image, rest[0])
        box, statement = rest
        conditions = read_conditions(statement, box.label or "thing")
        return _judged(self._verdict(image, box, conditions), statement)

    def look_many(self, calls: Sequence[Mapping[str, Any]], tools: Sequence[str]) -> list[Any]:
        """One of the tools for each call, after all images were looked at together."""
        self.eyes.look(list(dict.fromkeys(call["image"] for call in calls if self._looks(call))))
        return each_by_itself(calls, [getattr(self, tool) for tool in tools])

    def _looks(self, call: Mapping[str, Any]) -> bool:
        """Is the image looked at? Not to count boxes, nor for a name that no model knows."""
        if "image" not in call:
            return False
        name = call.get("name")
        try:
            return name is None or self.eyes.knows(name) or self.eyes.knows(read_phrase(name).name)
        except LooksmithError:
            return False  # which the call says itself

    def _verdict(self, image: Image, box: Box, conditions: Sequence[Condition]) -> Verdict:
        judge = self._judge(image)
        return all_of([judge.judge(box, condition) for condition in conditions]) if conditions else Verdict(None)

    def _worn(self, image: Image, box: Box, names: Sequence[str]) -> Scored[Box] | None:
        """What somebody most surely wears, of these names, the usual ones first; None where nothing is told."""
        owner = replace(box, label=box.label or "person")
        told = [(name, self._verdict(image, owner, read_conditions(f"wearing {name}", owner.label))) for name in names]
        sure = {name: verdict.confidence or 0.0 for name, verdict in told if verdict.holds}
        if not sure:
            return None
        best = max(sure, key=lambda name: sure[name])
        place = self._worn_at(image, owner, best)
        return Scored(replace(place, label=best), sure, (), (), (), sure[best] or None)

    def _worn_at(self, image: Image, owner: Box, name: str) -> Box:
        """Where something worn was found; its usual place where it was only told."""
        try:
            found = self._judge(image).held(owner, Phrase(name)).boxes
        except UnknownName:
            found = ()
        return found[0] if found else part_region(owner, owner.label, name) or owner

    def _verify_scene(self, image: Image, statement: str) -> Scored[bool]:
        """Of the whole picture: is the thing that the statement speaks of there, as it says?"""
        if (wanted := says_grayscale(statement)) is not None:
            return _judged(Verdict(is_grayscale(image) == wanted, GRAYSCALE_SURE), statement)
        phrase = read_phrase(statement)
        if phrase.name in _PICTURE or (phrase.name in ANYTHING and phrase.conditions):
            return _judged(self._verdict(image, image.frame, phrase.conditions), statement)
        if phrase.name in ANYTHING or not self.eyes.knows(phrase.name):
            return _judged(Verdict(None), statement)
        return _is_there(self._of_phrase(image, phrase, told_apart=True))

    def _counted(self, image: Image, name: str, which: str = "") -> Sight:
        """What is to be counted; of parts that no model looks for, as many as such things have."""
        phrase = self._phrase(name, which)
        if phrase.name in self._backdrops:
            raise UnknownName(f"No model of this profile can count what {phrase.name!r} is: it has no outline.")
        try:
            sight = self._of_phrase(image, phrase, told_apart=True)
        except UnknownName:
            usual = self._usual(image, phrase)
            if usual is None:
                raise
            return usual
        weak = sight.boxes and sight.confidence is not None and sight.confidence < USUAL
        return (self._usual(image, phrase) or sight) if weak else sight

    def _usual(self, image: Image, phrase: Phrase) -> Sight | None:
        """Parts that no model looks for: hands that are seen, of others as many as such things have, where they are.

        None where nothing with such parts is seen.
        """
        owners = [thing for one in phrase.conditions if isinstance(one, Relation) for thing in one.things]
        owner = next((one for one in owners if self._points_out(one.name)), None)
        wholes = self._of_phrase(image, owner, presumed=True).boxes if owner else self.eyes.everything(image)
        wholes = wholes[:1] if owner and not owner.plural else wholes
        if phrase.name == "hand":
            each = [self.manner.hands(image, whole) for whole in wholes if is_person(whole.label)]
            hands = [hand for some in each if some is not None for hand in some]
            if any(some is not None for some in each):
                return Sight(tuple(hands), confidence=_HANDS_SURE)
        found: list[Box] = []
        for whole in wholes:
            number = usual_number(whole.label, phrase.name) or 0
            place = part_region(whole, whole.label, phrase.name) or whole
            found += [replace(place, label=phrase.name, score=whole.score)] * number
        if not found:
            return None
        return Sight(tuple(found), (), (f"no model counts {phrase.name!r}: took the usual number for each",), USUAL)

    def _sight(
        self, image: Image, name: str, which: str = "", *, told_apart: bool = False, presumed: bool = False
    ) -> Sight:
        """What is seen under a noun with its conditions. told_apart, presumed: as in `Eye.find` and `Judge.choose`."""
        if self._reader and (which or not self._is_one_name(name)) and (written := read_written(name, which)):
            return self._bearing(image, written, self._reader)
        return self._of_phrase(image, self._phrase(name, which), told_apart=told_apart, presumed=presumed)

    def _bearing(self, image: Image, written: Written, reader: ReadsLines) -> Sight:
        """What bears a text, or the text where that is meant or nothing else is found there."""
        lines = lines_with([line for line in reader.READ(image).found if isinstance(line, Box)], written.text)
        things: tuple[Box, ...] = ()
        if lines and not written.is_text:
            with suppress(UnknownName):
                things = bearing(self._of_phrase(image, self._phrase(written.noun), presumed=True).boxes, lines)
        return Sight(things or tuple(replace(line, label=written.noun) for line in lines), confidence=TEXT_SURE)

    def _phrase(self, name: str, which: str = "") -> Phrase:
        """A noun with its conditions, but for those that only say "here"."""
        name, which = part_first(name, which)
        phrase = read_phrase(name)
        if self._is_one_name(name) and phrase.conditions:
            phrase = Phrase(name)  # "hot dog", "dining table": the words before the noun are no conditions
        more = read_conditions(which, phrase.name) if which.strip() else ()
        return Phrase(phrase.name, without_here((*phrase.conditions, *more), self._points_out))

    def _is_one_name(self, name: str) -> bool:
        """Is it a name as a whole, also where its first words could be a condition?"""
        return self.eyes.knows(name)

    def _points_out(self, noun: str) -> bool:
        """Can a thing of that name be found in a picture?"""
        return noun not in self._backdrops and self.eyes.knows(noun)

    def _asked(self, phrase: Phrase) -> str:
        """What the eyes are asked for."""
        return phrase.name

    def _of_phrase(self, image: Image, phrase: Phrase, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        """The things that a phrase means. Raises UnknownName."""
        if presumed and (place := place_on(phrase)) and (sight := self._on_thing(image, *place)):
            return sight
        if phrase.name in ANYTHING:
            seen, presumed = self._others(image, phrase.conditions), False
        elif self._reader and not self.eyes.knows(phrase.name) and (written := written_noun(phrase.name)):
            seen = self._bearing(image, written, self._reader)
        else:
            seen = self.eyes.find(image, self._asked(phrase), told_apart=told_apart, presumed=presumed)
        if not phrase.conditions or phrase.name in self._backdrops:
            return seen
        chosen = self._judge(image).choose(seen, phrase.conditions, presumed=presumed)
        if chosen.boxes or chosen.confidence is None:
            return chosen
        return replace(chosen, confidence=min(NONE_SURE, chosen.confidence))

    def _on_thing(self, image: Image, where: str, thing: Phrase) -> Sight | None:
        """A side or an end of what is found under another name; None where nothing is."""
        try:
            wholes = self._of_phrase(image, thing, presumed=True)
        except UnknownName:
            return None
        places = [part_region(whole, whole.label, where) for whole in wholes.boxes]
        found = tuple(place for place in places if place is not None)
        return replace(wholes, boxes=found) if found else None

    def _others(self, image: Image, conditions: Sequence[Condition]) -> Sight:
        """Everything but people and what the conditions speak of: behind the bench is another thing than the bench."""
        named = {thing.name for one in conditions if isinstance(one, Relation) for thing in one.things}
        own = [box for noun in named if self.eyes.knows(noun) for box in self.eyes.find(image, noun).boxes]
        every = self.eyes.everything(image)
        return Sight(tuple(box for box in every if box not in own and not is_person(box.label)))

    def _judge(self, image: Image) -> Judge:
        return Judge(image, self._colors, self._of_phrase, self._verifier, self._backdrops)


NONE_SURE = 0.55
"""How often there is none where none was found that meets a condition, on the development photos."""
_HANDS_SURE = 0.6
"""About how often all hands that are to be seen are counted."""
USUAL = 0.5
"""How often as many of a part are to be seen as such things have."""
_TWINS = 0.3
"""IoU above which two animals are one: animals that stand side by side share less."""
PARTNER_SURE = 0.45
"""About how often a partner is the right one on the development photos."""


def _is_there(sight: Sight) -> Scored[bool]:
    """Is there any? Of a condition that nobody could judge: no (negation as failure).

    On the development photos none of eight such answers would have been right with yes.
    """
    if not sight.boxes or not sight.untold:
        return _summed(bool, sight)
    told = (*sight.assumptions, "so took it that there is none")
    return Scored(False, sight.scores, (*sight.boxes, *sight.rejected), (), told, NONE_SURE)


def _summed(made: type[bool] | Any, sight: Sight) -> Scored[Any]:
    """A count, or whether there is any, of what was found."""
    told = (sight.assumptions, sight.confidence)
    return Scored(made(sight.boxes), sight.scores, sight.rejected, sight.boxes, *told)


def _judged(verdict: Verdict, statement: str) -> Scored[bool]:
    if verdict.holds is None:
        said = show(read_conditions(statement)) or statement
        raise UnknownName(
            f"No model of this profile can see whether it is so: {said}.",
            hint="Colours, places, smiles, where people look, what is worn, held or near are seen; materials are not.",
        )
    return Scored(verdict.holds, confidence=verdict.confidence)


def _nothing(image: Image, what: str, sight: Sight) -> NoDetection:
    """What is said when nothing is left, with the best of what was rejected."""
    whole = (image.width, image.height) == image.original
    where = "the image" if whole else f"the crop {show_box(image.frame)}"
    if not sight.rejected:
        return NoDetection(f"No {what} was found in {where}: there is no candidate at all.")
    near = sight.rejected[0]
    said = f"the nearest is {show_box(near)} with a score of {near.score:.2f}"
    return NoDetection(f"No {what} was found in {where}: {said}.", rejected=sight.rejected)
