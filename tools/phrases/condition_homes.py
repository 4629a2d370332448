"""Finds of which noun a condition is said: "the man next to the dog with a hat on the bench"."""

from __future__ import annotations

from ..words.english import is_alive, word_set
from .function_words import DETERMINERS
from .noun_reader import Words
from .phrase_parts import Link, Noun, Part, Unit
from .relations import POSSESSIONS, SUPPORTS

SCENES = word_set("picture photo photograph image scene room shot frame view snapshot yard surroundings")
_HERE = word_set("in of on at within throughout inside from across around")
_DEEPEST = 5


class Homes:
    """`root` is the noun that all is said of, `open` those that it has led to, the last one innermost."""

    def __init__(self, words: Words, root: Noun) -> None:
        self.words, self.root = words, root
        self.open = [root]
        self.last: Unit | None = None
        self.joint = ""  # the joiner before the unit that is being read
        self.negated = False
        self.pose: Unit | None = None  # "sitting", which may go on with "on a bench"

    def _say(self, kind: str, *conditions: Part) -> Unit:
        """Add one unit to the noun that it is said of."""
        self.pose = None
        if self.joint == "or" and self.last:
            self._or(self.last, list(conditions))
        else:
            owner = self.last.owner if self.joint and self.last else self._home(kind)
            self.last = owner.say(*conditions)
            self.last.negated = self.negated
        self.joint, self.negated = "", False
        return self.last

    def _or(self, unit: Unit, option: list[Part]) -> None:
        """Another option; "not red or blue" negates both, "not red or not blue" each."""
        self._split(unit)
        if self.negated and unit.negated:
            unit.options, unit.negated = [[Unit(unit.owner, unit.options, True)]], False
        unit.options.append([Unit(unit.owner, [option], True)] if self.negated else option)

    def _split(self, unit: Unit) -> None:
        """Of "sitting on a bench or a chair" only the bench has the choice."""
        if not unit.negated and len(unit.options) == 1 and len(unit.options[0]) > 1:
            *before, choice = unit.options[0]
            unit.options = [[choice]]
            unit.owner.units.insert(len(unit.owner.units) - 1, Unit(unit.owner, [before]))

    def _home(self, kind: str) -> Noun:
        """The noun that a condition of this kind is said of: the nearest that it fits.

        Whoever wears a hat or sits is alive; what stands after a mark ("with a hat") is said of its bearer; what is
        near a cup's table is near the cup.
        """
        while len(self.open) > 1:
            top, parent = self.open[-1], self.open[-2]
            if kind == "of":
                return top
            alive = is_alive(top.name) and (top.via not in POSSESSIONS or not may_act(parent))
            mark = top.via in POSSESSIONS
            fits = {
                "verb": alive,
                "mark": not mark and (alive or top.via not in SUPPORTS or not is_alive(parent.name)),
                "place": not mark and top.via not in SUPPORTS,
                "state": top.via == "with" and not is_alive(top.name),
            }
            if fits[kind]:
                return top
            self.open.pop()
        return self.root

    def _hang(self, link: Link, nouns: list[Noun]) -> None:
        """What comes next may be said of these nouns."""
        for noun in nouns:
            noun.via = link.name
        if self.last and self.last.owner in self.open:
            del self.open[self.open.index(self.last.owner) + 1 :]
        if nouns and len(self.open) < _DEEPEST:
            self.open.append(nouns[-1])

    def _scene_size(self, ahead: int = 0) -> int:
        """How many words from there on say only "here": "in the picture"."""
        if self.words.peek(ahead) not in _HERE:
            return 0
        size = ahead + 1 + (self.words.peek(ahead + 1) in DETERMINERS)
        ends = self.words.peek(size) in SCENES and self._said_all(size + 1) and self.words.peek(size + 1) != "'s"
        return size + 1 - ahead if ends else 0

    def _said_all(self, ahead: int) -> bool:
        """Does a noun end before the word there?"""
        return not self.words.goes_on(ahead) or self.words.noun_ends("", ahead)


def may_act(noun: Noun) -> bool:
    """Is it alive, or may it be?"""
    return noun.name == "thing" or is_alive(noun.name)
