"""What a noun phrase or a condition says, as frozen values, and the same in plain English again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Attribute:
    """A property, in the words of the text: "red", "striped", "sitting", "facing left", "facing camera".

    What cannot be read is an Attribute too.
    """

    word: str


@dataclass(frozen=True)
class Relation:
    """A relation to other things: `name` is a key of RELATIONS, or a verb of its own ("kicking").

    things: one thing, but for "between", which may have two.
    """

    name: str
    things: tuple[Phrase, ...]


@dataclass(frozen=True)
class Place:
    """A part of the picture, or of the thing `of`: "on the left side of the table" is Place("left", table).

    where: "left" "right" "top" "bottom" "middle" "foreground" "background" "corner" "edge" "side" "end" "front" "back",
    or two of them: "top left".
    """

    where: str
    of: Phrase | None = None


@dataclass(frozen=True)
class Order:
    """One of several by its rank.

    along: "left" (rank 0 is the leftmost), "right", "top", "bottom", "camera" (0 is the closest), "size" (0 is the
    biggest), "height" (0 is the tallest), "width".
    index: as a Python index: -1 is the last, so that the smallest is Order("size", -1).
    """

    along: str
    index: int


@dataclass(frozen=True)
class Negation:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True)
class Either:
    """One of the conditions holds, or more."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class All:
    """All of the conditions hold; stands only inside Negation and Either."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Attribute | Relation | Place | Order | Negation | Either | All


@dataclass(frozen=True)
class Phrase:
    """A kind of thing and what must hold of it.

    name: the noun in the singular ("coffee table"); "person" for somebody, "thing" where no noun is given.
    conditions: all of them must hold.
    plural: the words speak of several.
    number: how many the words speak of ("two cups"; 0 for "no cups"). It says nothing about which things are
        meant, so phrases that differ in it alone are equal.
    """

    name: str
    conditions: tuple[Condition, ...] = ()
    plural: bool = False
    number: int | None = field(default=None, compare=False)


def show(value: Condition | Phrase | tuple[Condition, ...]) -> str:
    """The value in plain English: "cup (red; on table)", "not wearing hat", "left or right"."""
    if isinstance(value, tuple):
        return "; ".join(map(show, value))
    if isinstance(value, Phrase):
        return _show_phrase(value)
    if isinstance(value, Attribute):
        return value.word
    if isinstance(value, Relation):
        return f"{value.name} {' and '.join(map(show, value.things))}".strip()
    if isinstance(value, Place):
        return f"at the {value.where}{f' of {show(value.of)}' if value.of else ''}"
    if isinstance(value, Order):
        return _show_order(value)
    if isinstance(value, Negation):
        return f"not {_in_brackets(value.condition)}"
    joint = " or " if isinstance(value, Either) else " and "
    return joint.join(map(_in_brackets, value.conditions))


def _show_phrase(phrase: Phrase) -> str:
    many = "" if phrase.number is None else f"{phrase.number} "
    return f"{many}{phrase.name} ({show(phrase.conditions)})" if phrase.conditions else f"{many}{phrase.name}"


def _in_brackets(condition: Condition) -> str:
    return f"({show(condition)})" if isinstance(condition, Either | All) else show(condition)


_FIRST_AND_LAST = {
    "left": ("leftmost", "rightmost"),
    "right": ("rightmost", "leftmost"),
    "top": ("topmost", "lowest"),
    "bottom": ("lowest", "topmost"),
    "camera": ("closest to the camera", "farthest from the camera"),
    "size": ("biggest", "smallest"),
    "height": ("tallest", "shortest"),
    "width": ("widest", "narrowest"),
}


def _show_order(order: Order) -> str:
    first, last = _FIRST_AND_LAST.get(order.along, (f"first by {order.along}", f"last by {order.along}"))
    rank, end = (order.index + 1, first) if order.index >= 0 else (-order.index, last)
    return end if rank == 1 else f"number {rank}, counted from the {end}"
