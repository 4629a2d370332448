"""Conditions that only refer to the scene: "in this group photo", or "on the street" if the street has no outline."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..words.vocabulary import is_scene
from .condition_values import Attribute, Condition, Phrase, Relation

_RELATIONS = frozenset(("in", "on", "at", "along", "of", "inside"))
_POSING = ("posing", "somewhere", "anywhere", "smiling for", "standing for")
_SAYS_NOTHING = frozenset(
    ("posing", "straight", "ahead", "total", "altogether", "visible", "shown", "pictured", "seen")
)
_GROUPS = frozenset(("group", "herd", "flock", "crowd", "bunch", "team", "family"))
_PICTURES = frozenset(("picture", "photo", "photograph", "image", "camera", "shot", "selfie", "portrait", "total"))


def without_here(conditions: Iterable[Condition], known: Callable[[str], bool]) -> tuple[Condition, ...]:
    """The conditions that say more than "here".

    known: can things of that name be found in this picture? Then a place is a condition: "on the road".
    """
    return tuple(condition for condition in conditions if not _says_here(condition, known))


def _says_here(condition: Condition, known: Callable[[str], bool]) -> bool:
    if isinstance(condition, Attribute):
        return condition.word in _SAYS_NOTHING
    if not isinstance(condition, Relation) or not condition.things:
        return False
    if all(_last(thing) in _PICTURES for thing in condition.things):
        return condition.name in _RELATIONS or condition.name.startswith(_POSING)
    if condition.name in _RELATIONS and all(_last(thing) in _GROUPS for thing in condition.things):
        return True
    places = all(is_scene(thing.name) and not known(thing.name) for thing in condition.things)
    return places and condition.name in _RELATIONS


def _last(thing: Phrase) -> str:
    return thing.name.split()[-1] if thing.name else ""
