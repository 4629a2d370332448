"""Judges whether a condition holds of a thing, as far as small models can tell: by boxes, colors, and other things
found there.

A verdict is true, false, or unknown, with how often such verdicts are right. Conditions that no model sees ("smiling")
are unknown, and the caller decides what that means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from ...core.errors import ToolError, UnknownName
from ...core.tool import Scored
from ...core.values import Box, Image
from ...media.geometry import OVERLAP
from ...media.spatial import BY_BOXES, covered, is_at, is_between, ordered
from ...phrases.condition_values import (
    All,
    Attribute,
    Condition,
    Either,
    Negation,
    Order,
    Phrase,
    Place,
    Relation,
    show,
)
from ...words.english import is_color
from ..boxes.parts import is_person, part_region
from ..color.blur import BLUR_SURE, BLURRED_FROM, BLURRY, SHARP, blur
from ..color.colors_meant import colors_meant
from ..finders.sights import Sight
from .degrees import SHADES, TellsColors, by_size, most

_POSSESSIONS = frozenset(("wearing", "with", "holding", "carrying", "using", "riding", "of"))
_BY_BOXES_SURE, _COLOR_SURE, _FOUND_SURE, _PART_SURE, _DEGREE_SURE = 0.75, 0.7, 0.6, 0.5, 0.6
"""About how often each kind of verdict was right on the development photos (tests/bench/RESULTS.md, "Photos")."""
_SAME = 0.6
"""Intersection over union from which two boxes are the same person."""
_REACH = 0.15
"""How far around a person things in the hands are, as a share of the person's box."""
_AROUND = 0.25
"""How much around the usual place of what is worn is looked at, as a share of it."""
_HELD = 0.6
"""What is held is smaller than this share of the person's box."""


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds; None if that cannot be told. confidence: about how often such verdicts are right."""

    holds: bool | None
    confidence: float | None = None


_UNKNOWN = Verdict(None)


class Verifier(Protocol):
    """Judges whether a statement is true of the thing in a box (tools/name/matching.py, tools/name/answering.py)."""

    def load(self) -> None:
        """Bring its model into memory."""
        ...

    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool] | bool:
        """Is it? statement: without "is". Raises ToolError."""
        ...


class TellsManner(Verifier, Protocol):
    """Judges the posture and expression of people (tools/see/people)."""

    def choose(self, image: Image, box: Box | None, labels: Sequence[str]) -> Scored[str] | None:
        """The label that holds; None if the labels are not exclusive manners, or cannot be seen."""
        ...

    def hands(self, image: Image, person: Box) -> list[Box] | None:
        """The visible hands of a person; None if that cannot be told."""
        ...


class FindsPhrases(Protocol):
    """Finds the things that a phrase means (find.py)."""

    def __call__(self, image: Image, phrase: Phrase, *, told_apart: bool = False, presumed: bool = False) -> Sight:
        """What is seen; told_apart, presumed: as in `Eyes.find`. Raises UnknownName."""
        ...


class Judge:
    """Judges conditions of the things in one image.

    find: the things of a phrase, with its own conditions, in an image.
    verifier: is asked what boxes and colours cannot say.
    backdrops: nouns whose place says nothing about other things.
    """

    def __init__(
        self,
        image: Image,
        colors: TellsColors,
        find: FindsPhrases,
        verifier: Verifier | None = None,
        backdrops: Set[str] = frozenset(),
    ) -> None:
        self._verifier = verifier
        self._backdrops = backdrops
        self._image = image
        self._colors = colors
        self._find = find

    def judge(self, box: Box, condition: Condition) -> Verdict:
        """Does the condition hold of the thing in the box?"""
        match condition:
            case Attribute():
                return self._or_asked(self._attribute(box, condition.word), box, condition)
            case Relation():
                return self._or_asked(self._relation(box, condition), box, condition)
            case Place():
                return self._place(box, condition)
            case Order():
                return _UNKNOWN
            case Negation():
                inner = self.judge(box, condition.condition)
                return inner if inner.holds is None else Verdict(not inner.holds, inner.confidence)
            case Either():
                return _either([self.judge(box, one) for one in condition.conditions])
            case All():
                return all_of([self.judge(box, one) for one in condition.conditions])

    def choose(self, sight: Sight, conditions: Sequence[Condition], *, presumed: bool = False) -> Sight:
        """The things for which all conditions hold or are unknown, most certain first.

        Conditions that are unknown for all of them become an assumption. presumed: there is such a thing, as "the cup
        on the left" implies; a condition that would leave none is then dropped, with an assumption.
        """
        kept, told, sure = list(sight.boxes), list(sight.assumptions), [sight.confidence]
        untold = sight.untold
        for condition in conditions:
            if isinstance(condition, Order):
                kept = _in_order(kept, condition)
                continue
            degree = self._by_degree(kept, condition, presumed)
            if degree:
                kept = degree
                sure.append(_DEGREE_SURE)
                continue
            verdicts = [self.judge(box, condition) for box in kept]
            if kept and all(verdict.holds is None for verdict in verdicts):
                told.append(f"could not tell which {sight.boxes[0].label or 'thing'} is: {show(condition)}")
                sure.append(_GUESS)
                untold = True
                continue
            pairs = [(box, one) for box, one in zip(kept, verdicts, strict=True) if one.holds is not False]
            if presumed and kept and not pairs:
                if isinstance(condition, Place):
                    kept = ordered(kept, condition.where.split()[-1])
                else:
                    told.append(f"found no {sight.boxes[0].label or 'thing'} that is: {show(condition)}")
                    kept = self._most(kept, condition) or kept
                sure.append(_GUESS)
                continue
            kept = [box for box, _ in sorted(pairs, key=lambda pair: pair[1].holds is None)]
            sure += [one.confidence for one in verdicts]
            if isinstance(condition, Place):
                kept = ordered(kept, condition.where.split()[-1])
        least = min((one for one in sure if one is not None), default=None)
        left_out = tuple(box for box in sight.boxes if box not in kept)
        return Sight(tuple(kept), (*left_out, *sight.rejected), tuple(dict.fromkeys(told)), least, untold)

    def _by_degree(self, boxes: Sequence[Box], condition: Condition, presumed: bool) -> list[Box] | None:
        """The big ones, and the dark or pale one: such words compare things of one kind."""
        if len(boxes) < 2 or not isinstance(condition, Attribute):
            return None
        sized = by_size(boxes, condition.word, lambda box: box)
        if sized:
            return sized[:1] if presumed else sized
        return self._most(boxes, condition) if presumed and condition.word in SHADES else None

    def _most(self, boxes: Sequence[Box], condition: Condition) -> list[Box] | None:
        """The boxes with the one first that is most so, for a colour or shade."""
        return most(self._image, boxes, condition.word, self._colors) if isinstance(condition, Attribute) else None

    def _or_asked(self, verdict: Verdict, box: Box, condition: Condition) -> Verdict:
        """The verdict, or where there is none the verifier's."""
        if verdict.holds is not None or self._verifier is None:
            return verdict
        self._verifier.load()
        try:
            said = self._verifier.VERIFY(self._image, box, show(condition))
        except ToolError:
            return _UNKNOWN
        return Verdict(said.value, said.confidence) if isinstance(said, Scored) else Verdict(said)

    def _attribute(self, box: Box, word: str) -> Verdict:
        words = word.split()
        color = next((one for one in words if is_color(one)), "")
        if words and all(is_color(one) or one in _SHADES for one in words):
            return self._colored(box, color or words[0])
        if word in BLURRY | SHARP:
            seen = blur(self._image, box)
            return _UNKNOWN if seen is None else Verdict((seen > BLURRED_FROM) == (word in BLURRY), BLUR_SURE)
        return self._is_a(box, words[-1]) if words and is_person(box.label) and is_person(words[-1]) else _UNKNOWN

    def _is_a(self, box: Box, noun: str) -> Verdict:
        """Is the person in the box a woman, a boy?"""
        try:
            found = self._find(self._image, Phrase(noun), told_apart=True)
        except UnknownName:
            return _UNKNOWN
        return Verdict(any(OVERLAP(box, one) >= _SAME for one in found.boxes), found.confidence)

    def _colored(self, box: Box, color: str) -> Verdict:
        wanted = colors_meant(color)
        if wanted is None:
            return _UNKNOWN
        try:
            return Verdict(self._colors.COLOR(self._image, box).value in wanted, _COLOR_SURE)
        except ToolError:
            return _UNKNOWN

    def _relation(self, box: Box, relation: Relation) -> Verdict:
        if relation.name == "between":
            return self._between(box, relation.things)
        if not relation.things or any(thing.name in _VIEWER for thing in relation.things):
            return _UNKNOWN
        verdicts = [self._related(box, relation.name, thing) for thing in relation.things]
        return all_of(verdicts)

    def _related(self, box: Box, name: str, thing: Phrase) -> Verdict:
        if name in ("wearing", "with", "holding", "carrying", "using"):
            return self._has(box, name, thing)
        test = BY_BOXES.get(name)
        if test is None or thing.name in self._backdrops:
            return _UNKNOWN
        try:
            found = self._find(self._image, thing, presumed=name in _COMPARED)
            others = [other for other in found.boxes if other != box]
        except UnknownName:
            return _UNKNOWN
        return Verdict(any(test(box, other, self._image.frame) for other in others), _BY_BOXES_SURE)

    def _between(self, box: Box, things: Sequence[Phrase]) -> Verdict:
        try:
            found = [list(self._find(self._image, thing, presumed=True).boxes) for thing in things]
        except UnknownName:
            return _UNKNOWN
        if len(found) == 1 and len(found[0]) >= 2:
            found = [[one] for one in found[0][:2]]
        if len(found) < 2 or not all(found):
            return Verdict(False, _FOUND_SURE)
        return Verdict(any(is_between(box, a, b) for a in found[0] for b in found[1] if a != b), _BY_BOXES_SURE)

    def _has(self, box: Box, relation: str, thing: Phrase) -> Verdict:
        """Does the thing in the box wear, hold or have another one? By what is found there, and by its colour."""
        region = part_region(box, box.label, thing.name)
        colors = [one.word for one in thing.conditions if isinstance(one, Attribute) and is_color(one.word)]
        if colors and (thing.name == "clothes" or region is not None):
            return self._colored(region or part_region(box, box.label, "shirt") or box, colors[0])
        try:
            held = self.held(box, thing)
        except UnknownName:
            return _UNKNOWN
        sure = min(_FOUND_SURE, 1.0 if held.confidence is None else held.confidence)
        return Verdict(bool(held.boxes), sure)

    def held(self, box: Box, thing: Phrase) -> Sight:
        """The things of that name that somebody holds, wears or has. Raises UnknownName."""
        region, near = part_region(box, box.label, thing.name), _grown(box, _REACH)
        found = self._find(self._image, thing, told_apart=True)
        held = [one for one in found.boxes if covered(one, near) > 0.6 and one.area < _HELD * box.area]
        if not held and region is not None:  # what is worn is small in the picture, and large in its place
            found = self._find(self._image.crop(_grown(region, _AROUND)), thing, told_apart=True)
            held = list(found.boxes)
        return Sight(tuple(held), confidence=found.confidence)

    def _place(self, box: Box, place: Place) -> Verdict:
        if place.of is None:
            where = is_at(box, place.where, self._image.frame)
            return Verdict(where, _BY_BOXES_SURE)
        try:
            owners = self._find(self._image, place.of, presumed=True).boxes
        except UnknownName:
            return _UNKNOWN
        return Verdict(any(is_at(box, place.where, owner) for owner in owners), _BY_BOXES_SURE)


_COMPARED = frozenset(("left of", "right of", "above", "below", "in front of", "behind", "of", "nearest"))
"""Whoever says that the cup is left of the dog says that there is a dog; next to a dog may be next to nothing."""
_GUESS = 0.35
"""Confidence where a condition was not looked at."""
_SHADES = frozenset(("light", "dark", "bright", "pale", "mostly", "all", "deep"))
_VIEWER = frozenset(("camera", "viewer", "photographer", "us", "you"))


def _in_order(boxes: Sequence[Box], order: Order) -> list[Box]:
    """The box at that place of the order; [] where there are not as many."""
    row = ordered(boxes, order.along)
    return [row[order.index]] if -len(row) <= order.index < len(row) else []


def _either(verdicts: Sequence[Verdict]) -> Verdict:
    if any(one.holds for one in verdicts):
        return Verdict(True, _least(verdicts))
    return _UNKNOWN if any(one.holds is None for one in verdicts) else Verdict(False, _least(verdicts))


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Do all hold? One that does not hold decides; otherwise, an unknown one leaves it unknown."""
    if any(one.holds is False for one in verdicts):
        return Verdict(False, _least(verdicts))
    return _UNKNOWN if any(one.holds is None for one in verdicts) else Verdict(True, _least(verdicts))


def _least(verdicts: Iterable[Verdict]) -> float | None:
    return min((one.confidence for one in verdicts if one.confidence is not None), default=None)


def _grown(box: Box, share: float) -> Box:
    across, down = share * box.width, share * box.height
    return Box(box.left - across, box.top - down, box.right + across, box.bottom + down)
