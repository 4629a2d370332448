"""What a photo's scene graph has to ask about: things that can be spoken of, and words that fit or do not."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from looksmith.tools.scenes.graph import SceneGraph, SceneObject
from looksmith.tools.words.english import singular

ALIKE = ({"gray", "silver", "white", "black"}, {"brown", "tan", "beige", "orange", "yellow"}, {"pink", "red", "purple"})
"""Colors that people may well call each other: none is asked in place of another."""
SHOWN = ("color", "material")


@dataclass(frozen=True)
class Made:
    """A question. fact: what it is about; entailed: names of the facts that follow from it; options: valid answers."""

    question: str
    answer: str
    structural: str
    semantic: str
    group: str
    fact: str
    implies: tuple[str, ...] = ()
    options: tuple[str, ...] = ("yes", "no")
    program: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class World:
    """What all photos say: by kind the words for things of a name, the names of things, and by kind the usual words."""

    attributes: Mapping[str, Mapping[str, set[str]]]
    names: Sequence[str]
    usual: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, graphs: Iterable[SceneGraph]) -> World:
        """Of these photos."""
        attributes = {kind: defaultdict[str, set[str]](set) for kind in SHOWN}
        names, said = Counter[str](), {kind: Counter[str]() for kind in SHOWN}
        for graph in graphs:
            names.update({one.name for one in graph.objects.values()})
            for one in graph.objects.values():
                for kind in SHOWN:
                    attributes[kind][one.name].update(one.kinds.get(kind, ()))
                    said[kind].update(one.kinds.get(kind, ()))
        usual = {kind: sorted(w for w, n in found.items() if n > 2 and " " not in w) for kind, found in said.items()}
        return cls(attributes, [name for name, count in names.items() if count > 2], usual)


class Photo:
    """A photo, and the things in it that can be spoken of."""

    def __init__(self, graph: SceneGraph, world: World, chance: random.Random) -> None:
        self.graph, self.world, self.chance = graph, world, chance
        self.things = list(graph.objects.values())
        self.words = Counter(word for one in self.things for word in {*one.names})
        self.heads = {singular(word.split()[-1]) for word in self.words}
        self.known = [one for one in self.things if self.is_one(one)]

    def is_one(self, one: SceneObject) -> bool:
        """Do its name, and its name's last word, fit nothing else?"""
        head = singular(one.name.split()[-1])
        fits = [other for other in self.things if any(singular(w.split()[-1]) == head for w in other.names)]
        return one.count == 1 and len(fits) == 1

    def absent(self) -> str:
        """The name of something that other photos have and this one lacks."""
        lacking = [name for name in self.world.names if singular(name.split()[-1]) not in self.heads]
        return self.chance.choice(lacking)

    def other(self, kind: str, one: SceneObject) -> str | None:
        """A word of the kind that does not fit a thing, and is not easily said of it."""
        has = {part for word in (*one.kinds.get(kind, ()), *one.attributes) for part in word.split()}
        near = set[str]().union(*(alike for alike in ALIKE if alike & has))
        free = [word for word in self.world.usual[kind] if word not in has | near]
        return self.chance.choice(free) if free else None


def many(name: str) -> bool:
    """Is a name a plural?"""
    last = name.split()[-1]
    return singular(last) != last or last in ("people", "jeans", "pants", "trousers", "glasses", "shorts")


def be(name: str) -> str:
    return "are" if many(name) else "is"


def a(name: str) -> str:
    return name if many(name) else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def step(operation: str, argument: str, *dependencies: int) -> dict[str, Any]:
    return {"operation": operation, "argument": argument, "dependencies": list(dependencies)}


def select(one: SceneObject) -> dict[str, Any]:
    return step("select", f"{one.name} ({one.id})")
