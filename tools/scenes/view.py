"""Finds things in a scene graph by name and condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..core.values import Box
from ..media.spatial import is_between
from ..phrases.condition_values import All, Attribute, Condition, Either, Negation, Order, Phrase, Place, Relation
from ..phrases.conditions import read_conditions, read_phrase
from ..phrases.here import without_here
from ..see.boxes.parts import part_first
from ..see.find.degrees import by_size
from ..words.english import singular
from ..words.people import ANYBODY, LOOKS
from .graph import SceneGraph, SceneObject
from .places import by_place, in_place, ranked, share
from .relations import COMPARED, ComparedRelation, distance, is_written, link, related, stated
from .words import ends_in, same_name, says, stem, words

_ANYTHING = frozenset(("", "thing", "things", "object", "objects", "item", "items", "something", "anything", "one"))
_NEAREST = ("nearest", "closest")
_WRITING = frozenset(("text", "word", "letter", "number", "writing", "lettering", "inscription", "logo", "name"))
_SHADES = {
    "dark": ("dark", "black", "navy", "maroon"),
    "light": ("light", "white", "pale", "cream", "beige"),
    "bright": ("bright", "neon", "red", "orange", "yellow", "pink"),
}
"""Colors that count as dark or light without an annotation."""
_FARTHEST = ("farthest", "furthest")
_COVERS = frozenset(("feather", "plumage", "fur", "coat", "skin", "peel", "petal", "bark", "paint", "body", "surface"))
"""Coverings of a thing: if not annotated separately, they have the attributes of the thing."""


@dataclass(frozen=True)
class View:
    """The part of a scene that an image or crop shows. frame: its place in the photo."""

    graph: SceneGraph
    frame: Box

    @property
    def objects(self) -> tuple[SceneObject, ...]:
        """The things with at least half of their area in the frame."""
        return tuple(one for one in self.graph.objects.values() if share(one.box, self.frame) >= 0.5)

    def find(self, name: str, which: str = "") -> list[SceneObject]:
        """The things of that name that meet the condition, best first."""
        name, which = part_first(name, which)
        found, conditions = self._named(name)
        if not found and (covered := self._covered(name, which)):
            return covered
        found = self.chosen(found, conditions)
        more = self._conditions(name, which)
        kept = self.chosen(found, more)
        if any(isinstance(condition, Order) for condition in more):
            return kept
        ids = {one.id for one in kept}
        return kept + [one for one in found if one.id not in ids and says(one.attributes, which)]

    def best(self, name: str, which: str = "") -> SceneObject | None:
        """The best one. For "on the left", if none is in the left half, it is the leftmost of several."""
        name, which = part_first(name, which)
        found = self.find(name, which)
        if found:
            return found[0]
        named, conditions = self._named(name)
        said = (*conditions, *self._conditions(name, which))
        places = [one for one in said if isinstance(one, Place) and one.of is None]
        others = [one for one in said if one not in places]
        there = self.farthest(self.chosen(named, others), places) if places else self.presumed(named, said)
        return next(iter(there), None)

    def presumed(self, found: Sequence[SceneObject], conditions: Sequence[Condition]) -> list[SceneObject]:
        """The ones that meet most conditions: "the toy that they pull" presupposes that there is one."""
        kept = list(found)
        for condition in conditions:
            kept = self.chosen(kept, [condition]) or kept
        return kept

    def _covered(self, name: str, which: str) -> list[SceneObject]:
        """The things that have such a covering: the flowers, if their petals are asked for."""
        phrase = read_phrase(name)
        said = (*phrase.conditions, *self._conditions(name, which))
        owners = [
            thing for one in said if isinstance(one, Relation) and one.name in ("of", "on") for thing in one.things
        ]
        return self._things(owners[0]) if phrase.name in _COVERS and owners else []

    def _conditions(self, name: str, which: str) -> tuple[Condition, ...]:
        """The conditions in a text about things of that name, without words such as "here"."""
        read = read_conditions(which, read_phrase(name).name) if which.strip() else ()
        return without_here(read, lambda place: bool(self.called(place, self.objects)))

    def _named(self, name: str) -> tuple[list[SceneObject], tuple[Condition, ...]]:
        """The things of that name, and the conditions that the name contains."""
        plain = self.called(name, self.objects)
        if plain:
            return plain, ()
        phrase = read_phrase(name)
        if phrase.name in _ANYTHING and not phrase.conditions:
            return [], ()
        named = self.called(phrase.name, self.objects)
        if not named and singular(phrase.name) in _WRITING:
            named = [one for one in self.objects if one.text]  # what carries the text: writing itself is rarely boxed
        return named, phrase.conditions

    def called(self, name: str, among: Iterable[SceneObject]) -> list[SceneObject]:
        """The things with the name, those with it as main name first, then by size, largest first."""
        ranks = {one.id: (_rank(one, name), -one.box.area) for one in among}
        kept = [one for one in among if ranks[one.id][0] < _BY_LOOKS]
        kept = kept or [one for one in among if ranks[one.id][0] == _BY_LOOKS]
        return sorted(kept, key=lambda one: ranks[one.id])

    def chosen(self, found: Sequence[SceneObject], conditions: Sequence[Condition]) -> list[SceneObject]:
        """Those that meet the conditions."""
        kept = list(found)
        for condition in conditions:
            if not isinstance(condition, Order):
                kept = self._those(kept, condition)
        for condition in conditions:
            if isinstance(condition, Order):
                order = ranked(kept, condition.along)
                kept = [order[condition.index]] if -len(order) <= condition.index < len(order) else []
        return kept

    def _those(self, found: list[SceneObject], condition: Condition) -> list[SceneObject]:
        if isinstance(condition, Place) and condition.of is None:
            return by_place([one for one in found if self.holds(one, condition)], condition.where)
        if isinstance(condition, Attribute) and not any(self.holds(one, condition) for one in found):
            return by_size(found, condition.word, lambda one: one.box) or []
        if isinstance(condition, Relation) and condition.name.startswith((*_NEAREST, *_FARTHEST)) and condition.things:
            others = self._things(condition.things[0])
            pairs = [(distance(one.box, other.box), one) for one in found for other in others if one.id != other.id]
            pick = min if condition.name.startswith(_NEAREST) else max
            return [pick(pairs, key=lambda pair: pair[0])[1]] if pairs else []
        return [one for one in found if self.holds(one, condition)]

    def holds(self, one: SceneObject, condition: Condition) -> bool:
        """Does the thing meet the condition, by the graph?"""
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
        """Is the word an attribute, before the noun in a name, or the verb of a relation (lying on the sofa)?"""
        doing = (link(relation.name).verb for relation in one.relations)
        if says((*one.attributes, *_modifiers(one)), word) or stem(word) in doing:
            return True
        shades = _SHADES.get(word.casefold().removesuffix("-colored").removesuffix("-coloured"), ())
        return any(shade in words(color) for color in one.kinds.get("color", one.attributes)[:2] for shade in shades)

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
        """Is it among the attributes: flying a kite, looking at the camera, with black hair?"""
        named = [_text(thing) for thing in condition.things]
        if says(one.attributes, " ".join((condition.name, *named))):
            return True
        asked = link(condition.name)
        return bool(named) and _is_worn_by(asked) and all(says(one.attributes, text) for text in named)

    def _has_part(self, one: SceneObject, thing: Phrase) -> bool:
        """Does it have such a part, or wear such a thing? "Clothes" are any that it wears."""
        own = self.owned(one)
        if thing.name in ("clothes", "clothing"):
            return bool(self.chosen([other for other in own if _is_worn(other, one)], thing.conditions))
        covered = [one] if thing.name in _COVERS else []
        return bool(self.chosen([*self.called(thing.name, own), *covered], thing.conditions))

    def owned(self, one: SceneObject) -> list[SceneObject]:
        """Its parts, and the things that it wears, holds or has."""
        return [other for other in self.graph.objects.values() if _belongs(self.graph, other, one)]

    def _is_placed(self, one: SceneObject, place: Place) -> bool:
        if place.of is None:
            return in_place(one, place.where, self.frame)
        wholes = [other for other in self._things(place.of) if other.id != one.id]
        if any(is_written(one, place.where, other) for other in wholes):
            return True
        return place.where not in ("front", "back") and any(
            in_place(one, place.where, other.box) for other in wholes if share(one.box, other.box) > 0.5
        )

    def _is_more(self, one: SceneObject, condition: Relation) -> bool:
        """Is it bigger, taller, closer and so on than all the others that the condition names?"""
        measure = COMPARED[condition.name]
        others = [other for thing in condition.things for other in self._things(thing) if other.id != one.id]
        return bool(others) and all(measure(one.box) > measure(other.box) for other in others)

    def _is_between(self, one: SceneObject, things: Sequence[Phrase]) -> bool:
        found = [self._things(thing) for thing in things]
        pairs = [(a, b) for a in found[0] for b in found[-1] if a.id != b.id] if found else []
        return any(one.id not in (a.id, b.id) and is_between(one.box, a.box, b.box) for a, b in pairs)

    def _things(self, phrase: Phrase) -> list[SceneObject]:
        """The things that a phrase names, anywhere in the photo."""
        whole = View(self.graph, Box(0, 0, self.graph.width, self.graph.height))
        plain = all(isinstance(one, Attribute) for one in phrase.conditions)
        full = whole.called(_text(phrase), whole.objects) if plain else []
        return full or whole.meant(phrase)

    def meant(self, phrase: Phrase) -> list[SceneObject]:
        """The things that a phrase names. With a place, a singular noun is the one farthest in that direction."""
        found = self.called(phrase.name, self.objects)
        places = [one for one in phrase.conditions if isinstance(one, Place) and one.of is None]
        if phrase.plural or not places:
            return self.chosen(found, phrase.conditions)
        others = [one for one in phrase.conditions if one not in places]
        return self.farthest(self.chosen(found, others), places)

    def farthest(self, found: Sequence[SceneObject], places: Sequence[Place]) -> list[SceneObject]:
        """The one farthest in a direction: of those in that part of the picture, or else of all."""
        there = self.chosen(found, places)
        if there or len(found) < 2:
            return there[:1]
        return by_place(found, places[0].where)[:1] if places[0].where in ("left", "right", "top", "bottom") else []


_BY_LOOKS, _NO_RANK = 4, 5


def _rank(one: SceneObject, name: str) -> int:
    """0 for its main name, 1 for a synonym, 2 for a narrower one, 3 for a part as "thing", 4 by its looks, else 5."""
    if name.strip().casefold() in _ANYTHING:
        return 3 if one.part_of else 0
    if same_name(name, one.name):
        return 0
    if any(same_name(name, other) for other in one.also):
        return 1
    if any(ends_in(name, known) for known in one.names):
        return 2
    return _BY_LOOKS if _may_be_called(one, singular(name.strip().casefold())) else _NO_RANK


def _may_be_called(one: SceneObject, name: str) -> bool:
    """Is it somebody, where the name is one for people: an uncle is a man, a cousin anybody?"""
    looks = ("person",) if name in ANYBODY else LOOKS.get(name, ())
    return any(same_name(look, known) for look in looks for known in one.names)


def _modifiers(one: SceneObject) -> list[str]:
    """The words before the noun in its names, such as "folding" in "folding chair"."""
    return [word for name in one.names for word in words(name)[:-1]]


def _text(phrase: Phrase) -> str:
    """The attributes and the noun of a phrase, as text."""
    attributes = (one.word for one in phrase.conditions if isinstance(one, Attribute))
    return " ".join((*attributes, phrase.name))


def _is_worn_by(asked: ComparedRelation) -> bool:
    """Does the relation mean that somebody wears, holds or has something?"""
    return asked.place in ("in", "with") or asked.verb in ("wear", "hold")


def _belongs(graph: SceneGraph, other: SceneObject, one: SceneObject) -> bool:
    return other.part_of == one.id or any(
        stated(graph, one, link(verb), other) for verb in ("wearing", "holding", "with")
    )


def _is_worn(other: SceneObject, one: SceneObject) -> bool:
    worn = any(relation.object == other.id and link(relation.name).verb == "wear" for relation in one.relations)
    return worn or any(stem(word) == stem("clothes") for name in other.names for word in words(name))
