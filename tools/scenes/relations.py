"""Relations between the things of a scene: annotated ones, and those derived from boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..core.values import Box
from ..media.spatial import BY_BOXES, BoxTest, abreast, covered, gap
from ..phrases.relations import RELATIONS
from .graph import SceneGraph, SceneObject
from .words import stem, words

_PLACES = {
    "left of": "left of|to left of|left side of|on left of|on left side of|left",
    "right of": "right of|to right of|right side of|on right of|on right side of|right",
    "above": "above|over|higher than",
    "below": "below|under|underneath|beneath|lower than",
    "on": "on|upon|atop|on top of|onto|on back of|on surface of|along",
    "in": "in|inside|inside of|within|into|full of",
    "next to": "next to|beside|near|by|close to|adjacent to|alongside|at side of|nearest|nearest to|closest to|"
    "on side of|next|around|surrounding|nearby|with next to",
    "in front of": "in front of|before|ahead of|closer than",
    "behind": "behind|in back of|at back of|after|beyond|on wall behind",
    "at": "at|at end of",
    "with": "with|has|have|having|owns|possesses|contains|containing|includes|contain|equipped with",
    "of": "of|belonging to|belongs to|part of|owned by|from",
    "between": "between|in between|in middle of|among",
    "touch": "touching|touch|against",
}
"""Prepositions and similar wordings, each by one that stands for its group; without articles and "to be"."""
_BY_WORDS = {tuple(one.split()): name for name, group in _PLACES.items() for one in group.split("|")}
_NAMES = {tuple(words(wording)): tuple(words(name)) for name, group in RELATIONS.items() for wording in group} | {
    ("playing",): ("using",)  # as "playing with"
}
"""The words of a relation's name, by the words of each of its wordings."""
_INVERSE = {
    **{"left of": "right of", "right of": "left of", "above": "below", "below": "above", "next to": "next to"},
    **{"in front of": "behind", "behind": "in front of", "touch": "touch", "with": "of", "of": "with"},
}
_SUPPORTS = frozenset(("on", "in"))
_FORMS = frozenset(["is", "are", "was", "be", "being", "been", "it", "the", "a", "an", "to", "that", "which"])
_POSSESSION = frozenset(("wear", "hold", "with"))
_GROUND = 0.5
"""Share of a picture from which a box is background that things stand on or before, not a thing among others."""


@dataclass(frozen=True)
class ComparedRelation:
    """A relation as it is compared: the stem of its verb, and its preposition; either may be ""."""

    verb: str
    place: str


@lru_cache(4096)
def link(text: str) -> ComparedRelation:
    """The relation that a text names: "is sitting on" has the verb sit and the preposition on."""
    found = [word for word in words(text) if word not in _FORMS] or list(words(text))
    found = list(_NAMES.get(tuple(found), found))
    for start in range(len(found)):
        place = _BY_WORDS.get(tuple(found[start:]))
        if place is not None:
            verb = " ".join(stem(word) for word in found[:start])
            place = "on" if (verb, place) == ("hang", "of") else place  # hanging from a hook is hanging on it
            return ComparedRelation(verb, place)
    said = " ".join(stem(word) for word in found)
    return ComparedRelation(said, "")


def fits(asked: ComparedRelation, stated: ComparedRelation) -> bool:
    """Does the annotated relation imply the asked one?"""
    if asked == stated:
        return True
    if asked.place and asked.place == stated.place:
        return not asked.verb  # sitting on is on, but on is not sitting on
    if asked.place == "with" and not asked.verb:
        return stated.verb in _POSSESSION
    if asked.verb and stated.verb == asked.verb:
        return not asked.place or not stated.place
    return asked == ComparedRelation("", "at") and stated.place in ("in", "next to", "on")


def inverse(asked: ComparedRelation) -> ComparedRelation | None:
    """The inverse of the relation, if there is a word for it."""
    if asked.verb.endswith(" by") or (asked.place == "next to" and asked.verb in ("hold", "wear", "rid", "pull")):
        return ComparedRelation(asked.verb.removesuffix(" by"), "")  # held by, worn by
    if asked.verb:
        return None
    place = _INVERSE.get(asked.place)
    return ComparedRelation("", place) if place else None


def stated(graph: SceneGraph, one: SceneObject, asked: ComparedRelation, other: SceneObject) -> bool:
    """Is the relation of one to the other annotated, in either direction?"""
    if any(relation.object == other.id and fits(asked, link(relation.name)) for relation in one.relations):
        return True
    back = inverse(asked)
    if back and any(relation.object == one.id and fits(back, link(relation.name)) for relation in other.relations):
        return True
    if asked == ComparedRelation("", "with"):
        return other.part_of == one.id or _links(other, one, "on") or _links(other, one, "in")
    if asked == ComparedRelation("", "of"):
        return one.part_of == other.id or _links(one, other, "on") or _owned(other, one)
    if asked.place == "in" and not asked.verb:
        return _worn(one, other)
    if asked.place in ("on", "in") and not asked.verb:
        return one.part_of == other.id
    if asked.place == "below":
        return not asked.verb and _links(other, one, "on")
    if asked.place == "above":
        return not asked.verb and _links(one, other, "on")
    return asked == ComparedRelation("wear", "") and _worn(one, other)


def seen(graph: SceneGraph, one: SceneObject, asked: ComparedRelation, other: SceneObject) -> bool:
    """Do the boxes imply the relation of one to the other?"""
    test = _BY_BOX.get(asked.place)
    if test is None or asked.verb or one.id == other.id:
        return False
    return test(one.box, other.box, Box(0, 0, graph.width, graph.height))


def related(graph: SceneGraph, one: SceneObject, asked: ComparedRelation, other: SceneObject) -> bool:
    """Is one in that relation to the other?"""
    if one.id == other.id:
        return False
    if stated(graph, one, asked, other):
        return True
    back = inverse(asked)
    if back and not asked.verb and _stated_other_way(one, back, other):
        return False
    return seen(graph, one, asked, other)


def partners(graph: SceneGraph, one: SceneObject, asked: ComparedRelation) -> Iterator[SceneObject]:
    """Candidates for the other thing of a relation, best first.

    With a verb, `one` is the subject: what the cat is lying on. With a preposition alone, the other thing is: what is
    behind the bench, on the table. If there is no such thing, `one` is: what the vase is on.
    """
    others = [other for other in graph.objects.values() if other.id != one.id]
    if asked.verb or asked.place in ("with", "of", "at"):
        yield from (other for other in others if stated(graph, one, asked, other))
        if asked.verb and asked.place:
            plain = ComparedRelation("", asked.place)
            yield from (other for other in others if _states(one, plain, other))
            yield from _near_first(graph, one, [o for o in others if seen(graph, one, plain, o)])
        yield from (other for other in others if stated(graph, other, asked, one))
        return
    apart = [other for other in others if not _parts(one, other)]
    yield from (other for other in apart if _states(other, asked, one) and other.part_of != one.id)
    back = inverse(asked)
    if back:
        yield from (other for other in apart if _states(one, back, other))
    yield from (other for other in apart if stated(graph, other, asked, one))
    if asked.place in _SUPPORTS:
        yield from (other for other in others if _states(one, asked, other))
    things = [other for other in apart if not _is_ground(graph, other)]
    yield from _near_first(graph, one, [other for other in things if seen(graph, other, asked, one)])
    yield from (other for other in apart if stated(graph, one, asked, other))


def is_written(one: SceneObject, where: str, other: SceneObject) -> bool:
    """Does a relation of one to the other name that side: "on the back of"?"""
    return any(relation.object == other.id and where in words(relation.name) for relation in one.relations)


def _states(one: SceneObject, asked: ComparedRelation, other: SceneObject) -> bool:
    return any(relation.object == other.id and fits(asked, link(relation.name)) for relation in one.relations)


def _stated_other_way(one: SceneObject, back: ComparedRelation, other: SceneObject) -> bool:
    """Is the opposite annotated, such as "behind" for "in front of"?"""
    return back.place != "next to" and (_states(one, back, other))


def _links(one: SceneObject, other: SceneObject, place: str) -> bool:
    return any(relation.object == other.id and link(relation.name).place == place for relation in one.relations)


def _worn(one: SceneObject, other: SceneObject) -> bool:
    return any(relation.object == other.id and link(relation.name).verb == "wear" for relation in one.relations)


def _owned(owner: SceneObject, thing: SceneObject) -> bool:
    verbs = (link(relation.name).verb for relation in owner.relations if relation.object == thing.id)
    return any(verb in _POSSESSION for verb in verbs)


def _parts(one: SceneObject, other: SceneObject) -> bool:
    """Is one a part of the other, or worn by it?"""
    return one.part_of == other.id or other.part_of == one.id or _worn(one, other) or _worn(other, one)


def _is_ground(graph: SceneGraph, one: SceneObject) -> bool:
    return one.box.area > _GROUND * graph.width * graph.height


def _near_first(graph: SceneGraph, one: SceneObject, others: list[SceneObject]) -> list[SceneObject]:
    return sorted(others, key=lambda other: (bool(other.part_of), distance(one.box, other.box), -other.box.area))


def distance(a: Box, b: Box) -> float:
    """Pixels between two boxes, plus a small part of the distance of their centers to break ties."""
    centers = abs(a.center_x - b.center_x) + abs(a.center_y - b.center_y)
    return gap(a, b) + centers / 100


def _on(a: Box, b: Box, frame: Box) -> bool:
    """Does a's lower edge lie in b, a tenth of a's height or more below b's upper edge, and is b not much narrower?"""
    rests = b.top + 0.02 * frame.height < a.bottom <= b.bottom + 0.02 * frame.height
    return rests and a.top < b.bottom and abreast(a.left, a.right, b.left, b.right) > 0.6 and a.area < b.area


def _in(a: Box, b: Box, frame: Box) -> bool:
    return covered(a, b) > 0.8 and a.area < 0.9 * b.area


def _near(a: Box, b: Box, frame: Box) -> bool:
    return (
        distance(a, b) < 0.08 * max(frame.width, frame.height) + 0.25 * min(a.width + a.height, b.width + b.height) / 2
    )


def _touching(a: Box, b: Box, frame: Box) -> bool:
    return distance(a, b) < 0.02 * max(frame.width, frame.height)


def _in_front(a: Box, b: Box, frame: Box) -> bool:
    """Is a in front of b? Nearer things end lower in the picture, and hide what is behind them."""
    return a.bottom > b.bottom and abreast(a.left, a.right, b.left, b.right) > 0.2


_BY_BOX: Mapping[str, BoxTest] = {
    **{place: BY_BOXES[place] for place in ("left of", "right of", "above", "below")},
    "next to": _near,
    "on": _on,
    "in": _in,
    "touch": _touching,
    "in front of": _in_front,
    "behind": lambda a, b, frame: _in_front(b, a, frame),
}
"""Relations by boxes. Hand-drawn boxes are tight, so most tests are stricter than those for detected boxes."""


COMPARED: Mapping[str, Callable[[Box], float]] = {
    "bigger than": lambda box: box.area,
    "smaller than": lambda box: -box.area,
    "taller than": lambda box: box.height,
    "shorter than": lambda box: -box.height,
    "longer than": lambda box: max(box.width, box.height),
    "wider than": lambda box: box.width,
    "closer than": lambda box: box.bottom,
    "farther than": lambda box: -box.bottom,
}
"""Comparisons: the measure that is larger for the first thing. Nearer things end lower in the picture."""
