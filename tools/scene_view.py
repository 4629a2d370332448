"""Finding things in a scene graph by name and condition, as a perfect vision model would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .condition_values import All, Attribute, Condition, Either, Negation, Order, Phrase, Place, Relation
from .conditions import read_conditions, read_phrase
from .scene_graph import SceneGraph, SceneObject
from .scene_relations import COMPARED, Link, between, gap, link, related, stated
from .scene_words import ends_in, same_name, says, stem, words
from .values import Box

_ANYTHING = frozenset(("", "thing", "things", "object", "objects", "item", "items", "something", "anything", "one"))
_NEAREST = ("nearest", "closest")
_FARTHEST = ("farthest", "furthest")
_SCENERY = 0.5


@dataclass(frozen=True)
class View:
    """The part of a scene that an image or crop shows. frame: its place in the photo."""

    graph: SceneGraph
    frame: Box

    @property
    def objects(self) -> tuple[SceneObject, ...]:
        """What lies in the frame by half of its area or more."""
        return tuple(one for one in self.graph.objects.values() if _share(one.box, self.frame) >= 0.5)

    def find(self, name: str, which: str = "") -> list[SceneObject]:
        """The things of that name for which the condition holds, best first."""
        found, conditions = self._named(name)
        more = read_conditions(which, read_phrase(name).name) if which.strip() else ()
        return self.chosen(found, (*conditions, *more))

    def _named(self, name: str) -> tuple[list[SceneObject], tuple[Condition, ...]]:
        """The things that are called so, and what else the name says."""
        plain = self.called(name, self.objects)
        if plain:
            return plain, ()
        phrase = read_phrase(name)
        if phrase.name in _ANYTHING and not phrase.conditions:
            return [], ()
        return self.called(phrase.name, self.objects), phrase.conditions

    def called(self, name: str, among: Iterable[SceneObject]) -> list[SceneObject]:
        """The things that have the name, those whose own it is first, larger ones first."""
        ranks = {one.id: (_rank(one, name), -one.box.area) for one in among}
        kept = [one for one in among if ranks[one.id][0] < _NO_RANK]
        return sorted(kept, key=lambda one: ranks[one.id])

    def chosen(self, found: Sequence[SceneObject], conditions: Sequence[Condition]) -> list[SceneObject]:
        """Those of the things found for which the conditions hold."""
        kept = list(found)
        for condition in conditions:
            if not isinstance(condition, Order):
                kept = self._those(kept, condition)
        for condition in conditions:
            if isinstance(condition, Order):
                ranked = sorted(kept, key=_RANKS.get(condition.along, _RANKS["size"]))
                kept = [ranked[condition.index]] if -len(ranked) <= condition.index < len(ranked) else []
        return kept

    def _those(self, found: list[SceneObject], condition: Condition) -> list[SceneObject]:
        if isinstance(condition, Place) and condition.where in _RANKS and condition.of is None:
            return sorted((one for one in found if self.holds(one, condition)), key=_RANKS[condition.where])
        if isinstance(condition, Relation) and condition.name.startswith((*_NEAREST, *_FARTHEST)) and condition.things:
            others = self._things(condition.things[0])
            pairs = [(gap(one.box, other.box), one) for one in found for other in others if one.id != other.id]
            pick = min if condition.name.startswith(_NEAREST) else max
            return [pick(pairs, key=lambda pair: pair[0])[1]] if pairs else []
        return [one for one in found if self.holds(one, condition)]

    def holds(self, one: SceneObject, condition: Condition) -> bool:
        """Does the graph say so of the thing?"""
        match condition:
            case Attribute():
                return self._has(one, condition.word)
            case Relation():
                return self._is_related(one, condition)
            case Negation():
                return not self.holds(one, condition.condition)
            case Either():
                return any(self.holds(one, each) for each in condition.conditions)
            case All():
                return all(self.holds(one, each) for each in condition.conditions)
            case Place():
                return self._is_placed(one, condition)
            case Order():
                same = self.chosen(self.called(one.name, self.objects), [condition])
                return any(one.id == other.id for other in same)

    def _has(self, one: SceneObject, word: str) -> bool:
        """Is it said by an attribute, the words before the noun, or the verb of a relation (lying on the sofa)?"""
        doing = (link(relation.name).verb for relation in one.relations)
        return says((*one.attributes, *_modifiers(one)), word) or stem(word) in doing

    def _is_related(self, one: SceneObject, condition: Relation) -> bool:
        asked, things = link(condition.name), condition.things
        if self._is_said(one, condition):
            return True
        if condition.name in COMPARED:
            return self._is_more(one, condition)
        if asked.place == "between":
            return self._is_between(one, things)
        if _is_worn_by(asked) and things and all(self._has_part(one, thing) for thing in things):
            return True
        found = [[other for other in self._things(thing) if other.id != one.id] for thing in things]
        return bool(found) and all(any(related(self.graph, one, asked, other) for other in each) for each in found)

    def _is_said(self, one: SceneObject, condition: Relation) -> bool:
        """Do the attributes say it: flying a kite, looking at the camera, with black hair?"""
        named = [_text(thing) for thing in condition.things]
        if says(one.attributes, " ".join((condition.name, *named))):
            return True
        asked = link(condition.name)
        return bool(named) and _is_worn_by(asked) and all(says(one.attributes, text) for text in named)

    def _has_part(self, one: SceneObject, thing: Phrase) -> bool:
        """Has it such a part, or wears it such a thing? Of a color alone, any clothes will do."""
        own = [other for other in self.graph.objects.values() if _belongs(self.graph, other, one)]
        if thing.name in ("clothes", "clothing"):
            return bool(self.chosen([other for other in own if _is_worn(other, one)], thing.conditions))
        return bool(self.chosen(self.called(thing.name, own), thing.conditions))

    def _is_placed(self, one: SceneObject, place: Place) -> bool:
        if place.of is None:
            return in_place(one, place.where, self.frame)
        wholes = [other for other in self._things(place.of) if other.id != one.id]
        return any(in_place(one, place.where, other.box) for other in wholes if _share(one.box, other.box) > 0.5)

    def _is_more(self, one: SceneObject, condition: Relation) -> bool:
        """Is it bigger, taller, closer ... than all that are meant?"""
        measure = COMPARED[condition.name]
        others = [other for thing in condition.things for other in self._things(thing) if other.id != one.id]
        return bool(others) and all(measure(one.box) > measure(other.box) for other in others)

    def _is_between(self, one: SceneObject, things: Sequence[Phrase]) -> bool:
        found = [self._things(thing) for thing in things]
        pairs = [(a, b) for a in found[0] for b in found[-1] if a.id != b.id] if found else []
        return any(one.id not in (a.id, b.id) and between(one.box, a.box, b.box) for a, b in pairs)

    def _things(self, phrase: Phrase) -> list[SceneObject]:
        """What a phrase names, anywhere in the photo."""
        whole = View(self.graph, Box(0, 0, self.graph.width, self.graph.height))
        full = whole.called(_text(phrase), whole.objects)
        return full or whole.chosen(whole.called(phrase.name, whole.objects), phrase.conditions)


_NO_RANK = 4


def _rank(one: SceneObject, name: str) -> int:
    """0 for its own name, 1 for another word for it, 2 for a narrower name, 4 for none."""
    if name.strip().casefold() in _ANYTHING:
        return 3 if one.part_of else 0
    if same_name(name, one.name):
        return 0
    if any(same_name(name, other) for other in one.also):
        return 1
    return 2 if any(ends_in(name, known) for known in one.names) else _NO_RANK


def _modifiers(one: SceneObject) -> list[str]:
    """The words before the noun in its names: "folding" of a folding chair; one word names are no attributes."""
    return [word for name in one.names for word in words(name)[:-1]]


def _text(phrase: Phrase) -> str:
    """The words of a phrase, as far as they are attributes and a name."""
    attributes = (one.word for one in phrase.conditions if isinstance(one, Attribute))
    return " ".join((*attributes, phrase.name))


def _is_worn_by(asked: Link) -> bool:
    """Does the relation say what somebody wears, holds or has?"""
    return asked.place in ("in", "with") or asked.verb in ("wear", "hold")


def _belongs(graph: SceneGraph, other: SceneObject, one: SceneObject) -> bool:
    return other.part_of == one.id or any(
        stated(graph, one, link(verb), other) for verb in ("wearing", "holding", "with")
    )


def _is_worn(other: SceneObject, one: SceneObject) -> bool:
    worn = any(relation.object == other.id and link(relation.name).verb == "wear" for relation in one.relations)
    return worn or any(stem(word) == stem("clothes") for name in other.names for word in words(name))


def _share(box: Box, frame: Box) -> float:
    shared = box.intersection(frame)
    return shared.area / box.area if shared else 0.0


def in_place(one: SceneObject, where: str, frame: Box) -> bool:
    """Is it at that place of the picture, by its attributes or its center?"""
    x, y = (one.box.center_x - frame.left) / frame.width, (one.box.center_y - frame.top) / frame.height
    if where in ("foreground", "front", "background", "back"):
        return _is_deep(one, y, frame) == (where in ("background", "back"))
    tests: dict[str, bool] = {
        "left": x < 0.5,
        "right": x > 0.5,
        "top": y < 0.5,
        "bottom": y > 0.5,
        "middle": 0.25 <= x <= 0.75,
        "center": 0.25 <= x <= 0.75,
        "corner": (x < 0.35 or x > 0.65) and (y < 0.35 or y > 0.65),
    }
    asked = [tests[word] for word in words(where) if word in tests]
    return all(asked) if asked else True


def _is_deep(one: SceneObject, y: float, frame: Box) -> bool:
    """Far from the camera: as it is said, else small and not low in the picture."""
    if says(one.attributes, "background") or says(one.attributes, "far away"):
        return True
    if says(one.attributes, "foreground"):
        return False
    bottom = (one.box.bottom - frame.top) / frame.height
    return bottom < 0.66 and one.box.area < _SCENERY * frame.area


_RANKS: dict[str, Callable[[SceneObject], float]] = {
    "left": lambda one: one.box.center_x,
    "right": lambda one: -one.box.center_x,
    "top": lambda one: one.box.center_y,
    "bottom": lambda one: -one.box.center_y,
    "camera": lambda one: -one.box.bottom,
    "front": lambda one: -one.box.bottom,
    "back": lambda one: one.box.bottom,
    "size": lambda one: -one.box.area,
    "height": lambda one: -one.box.height,
    "width": lambda one: -one.box.width,
}
