"""Phrases and conditions while they are being read; afterwards the frozen values are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from .condition_values import All, Condition, Either, Negation, Order, Phrase, Place, Relation

_MOST_RANKS = 12


@dataclass(eq=False)
class Noun:
    """A phrase that is being read. via: the relation by which it hangs on another."""

    name: str = "thing"
    plural: bool = False
    number: int | None = None
    ordinal: int | None = None
    via: str = ""
    units: list[Unit] = field(default_factory=list["Unit"])

    def say(self, *conditions: Part) -> Unit:
        """Add what must hold."""
        self.units.append(Unit(self, [list(conditions)]))
        return self.units[-1]

    def conditions(self) -> tuple[Condition, ...]:
        """All that must hold, each once."""
        found = [condition for unit in self.units for condition in unit.finished()]
        if self.ordinal is not None:  # "the third chair": people count as they read
            found.append(self.ranked("left", self.ordinal))
        return tuple(dict.fromkeys(found))

    def ranked(self, along: str, rank: int) -> Condition:
        """The rank from that side; "the first two" are two ranks."""
        several = self.number or 1
        if rank != 0 or not 1 < several <= _MOST_RANKS:
            return Order(along, rank)
        return Either(tuple(Order(along, index) for index in range(several)))

    def phrase(self) -> Phrase:
        """The finished value."""
        return Phrase(self.name, self.conditions(), self.plural, self.number)


@dataclass(eq=False)
class Link:
    """A relation, or with `place` a part of its one thing, that is being read."""

    name: str
    nouns: list[Noun]
    place: bool = False

    def finished(self) -> tuple[Condition, ...]:
        """A relation to "no hat" is its negation."""
        things = tuple(noun.phrase() for noun in self.nouns)
        if self.place:
            return (Place(self.name, things[0]),)
        if len(things) == 1 and things[0].number == 0:
            some = Phrase(things[0].name, things[0].conditions, things[0].plural)
            return (Negation(Relation(self.name, (some,))),)
        return (Relation(self.name, things),)


@dataclass(eq=False)
class Unit:
    """Conditions of which one option must hold; each option is a list that must hold as a whole."""

    owner: Noun
    options: list[list[Part]]
    negated: bool = False

    def finished(self) -> tuple[Condition, ...]:
        """The finished conditions."""
        options = [_finish(option) for option in self.options if option]
        if not options:
            return ()
        if len(options) == 1 and not self.negated:
            return options[0]
        whole = [option[0] if len(option) == 1 else All(option) for option in options]
        joined = whole[0] if len(whole) == 1 else Either(tuple(whole))
        return (Negation(joined),) if self.negated else (joined,)


Part: TypeAlias = Condition | Link | Unit


def _finish(option: list[Part]) -> tuple[Condition, ...]:
    return tuple(c for part in option for c in (part.finished() if isinstance(part, Link | Unit) else (part,)))
