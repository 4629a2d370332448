"""Names, labels, colors and texts of a scene and its things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.errors import NoDetection
from ..core.values import Box
from ..phrases.conditions import read_conditions, read_phrase
from ..see.color.color import COLORS
from .graph import SceneObject
from .relations import link
from .view import View
from .words import first_said, same_name, says, words

_PLACES = frozenset(["place", "scene", "location", "room", "environment", "setting", "weather"])
_KIND_WORDS = frozenset(
    ["kind", "type", "sort", "breed", "species", "make", "model", "variety", "style", "brand", "of"]
)
_SHADES = {
    **{"silver": "gray", "grey": "gray", "gold": "yellow", "golden": "yellow", "blond": "yellow", "blonde": "yellow"},
    **{
        "beige": "brown",
        "tan": "brown",
        "khaki": "brown",
        "terracotta": "brown",
        "amber": "orange",
        "ginger": "orange",
    },
    **{"cream": "white", "ivory": "white", "navy": "blue", "turquoise": "blue", "teal": "blue", "maroon": "red"},
    **{
        "crimson": "red",
        "olive": "green",
        "lime": "green",
        "magenta": "pink",
        "violet": "purple",
        "lavender": "purple",
    },
}
"""Other words for colors by the nearest basic one."""


def name_of(view: View, ones: Sequence[SceneObject], kind: str) -> str:
    """The narrowest name of a thing that is of that kind and is not the kind itself.

    ones: entries for the same thing, or things of which the first counts. For "material", "pattern" or "shape" it is
    the annotated attribute; raises NoDetection if there is none.
    """
    asked = " ".join(word for word in words(kind) if word not in _KIND_WORDS)
    quality = _quality(ones, asked)
    if quality:
        return quality
    one = next(iter([*view.called(asked, ones), *ones]))
    narrower_asked = asked != " ".join(words(kind))  # breed, type of ...
    if not (narrower_asked and not asked) and not same_name(asked, one.name):
        return one.name
    said = [name.partition(":")[2].strip() for name in one.attributes if name.partition(":")[0] in _KIND_WORDS]
    # Synonyms of several words are narrower (golden retriever); one of a single word may be wider (pet).
    return next(iter([*said, *(name for name in one.also if len(words(name)) > 1)]), one.name)


_QUALITIES = {
    **{"material": "material", "fabric": "material", "pattern": "pattern", "print": "pattern", "shape": "shape"},
    **{"form": "shape", "size": "size", "activity": "pose", "action": "pose", "pose": "pose", "state": "state"},
    **{"direction": "direction", "condition": "state", "emotion": "state", "mood": "state"},
}
"""Kinds of attributes that programs ask for as if they were names."""
_DIRECTIONS = ("left", "right", "up", "down", "camera", "away", "forward", "straight")


def _quality(ones: Sequence[SceneObject], asked: str) -> str:
    """The annotated attribute of that kind; "" if a name is asked for. Raises NoDetection if it is not annotated."""
    kind = _QUALITIES.get(asked)
    if kind is None:
        return ""
    for one in ones:
        if kind == "direction":
            found = [way for said in one.attributes for way in _DIRECTIONS if way in words(said)]
        else:
            found = list(one.kinds.get(kind, ()))
            found += [words(said)[0] for said in one.attributes if kind == "shape" and words(said)[-1:] == ("shaped",)]
        if found:
            return found[0]
    raise NoDetection(f"The scene graph does not say what {asked} it is.")


def scene_name(view: View, kind: str) -> str:
    """The first word for the whole picture if the kind asks for one, else ""."""
    asks = any(word in _PLACES for word in words(kind))
    return view.graph.scene[0] if asks and view.graph.scene else ""


def support(view: View, one: SceneObject, label: str) -> float:
    """How well a label fits a thing; 0 if the graph does not say that it does.

    Names count most, then attributes in their order in the graph, then other statements that hold, then what the thing
    has or wears.
    """
    if any(same_name(label, name) for name in one.names):
        return 4.0 if same_name(label, one.name) else 3.5
    if view.called(label, [one]):
        return 3.0
    place = first_said(one.attributes, label)
    if place < len(one.attributes):
        return 2.0 - place / 100
    if says(one.attributes, label):
        return 1.5
    phrase = read_phrase(label)
    if phrase.conditions and view.called(phrase.name, [one]):
        return 2.5 if view.chosen(view.called(phrase.name, [one]), phrase.conditions) else 0.0
    conditions = read_conditions(label, one.name)
    if conditions and all(view.holds(one, condition) for condition in conditions):
        return 1.0
    owned = view.owned(one)
    has = view.called(label, owned) or view.chosen(view.called(phrase.name, owned), phrase.conditions)
    return 0.5 if has else 0.0


def picture_support(view: View, label: str) -> float:
    """How well a label fits the picture, as a word for the scene or for something large in it."""
    place = first_said(view.graph.scene, label)
    scene = 4.0 - place / 100 if place < len(view.graph.scene) else 0.0
    area = view.frame.area
    things = ((support(view, one, label), min(one.box.area / area, 1.0)) for one in view.objects)
    return max([scene, *(fit * 0.5 + share for fit, share in things if fit)], default=0.0)


_LIT = frozenset(("red", "yellow", "amber", "green"))


def color_of(one: SceneObject) -> str:
    """Its first annotated color as a basic name, or ""; for a traffic light, the color that is lit."""
    colors = one.kinds.get("color", one.attributes)
    if same_name("traffic light", one.name):
        colors = sorted(colors, key=lambda said: not _LIT.intersection(words(said)))
    for said in colors:
        word = words(said)[-1:] or ("",)
        name = _SHADES.get(word[0], word[0])
        if name in COLORS and (one.kinds.get("color") or len(words(said)) <= 2):
            return name
    return ""


def text_on(view: View, ones: Sequence[SceneObject]) -> list[Box]:
    """The texts on things, on their parts and on what lies on them, in the order of `in_order`."""
    ids = {one.id for one in ones}
    carrying = [one for one in view.graph.objects.values() if one.id in ids or _is_on(one, ids)]
    return in_order(carrying)


def in_order(carrying: Sequence[SceneObject]) -> list[Box]:
    """The boxes of things labelled with their texts, from top to bottom, without those inside another one."""
    lines = sorted((one for one in carrying if one.text), key=lambda one: (one.box.top, one.box.left))
    texts = {one.text: replace(one.box, label=one.text) for one in reversed(lines)}
    return [
        texts[text]
        for text in dict.fromkeys(one.text for one in lines)
        if not any(text != other and text in other for other in texts)
    ]


def _is_on(one: SceneObject, ids: set[str]) -> bool:
    on = (relation.object in ids for relation in one.relations if link(relation.name).place in ("on", "in"))
    return one.part_of in ids or any(on)
