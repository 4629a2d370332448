"""Interfaces between the rules of expressions, scalars and containers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

from .ebnf import Fragment
from .words import WordRules


class ScalarRules(Protocol):
    """Rules of scalars that containers are written with."""

    def text(self, level: int) -> Fragment:
        """A string, or several put together."""
        ...

    def spoken(self, level: int) -> Fragment:
        """A string that is neither written out, nor a variable's, nor one of a few."""
        ...

    def number(self, level: int) -> Fragment:
        """A number, computed or not."""
        ...

    def whole(self, level: int) -> Fragment:
        """A whole number, computed or not."""
        ...


class ContainerRules(Protocol):
    """Rules of containers that scalars are computed from."""

    def lists(self, element: Any, level: int) -> Fragment:
        """A list of such items, or several put together."""
        ...

    def sized(self, level: int) -> Fragment:
        """What can be counted and looped over."""
        ...

    def iterable(self, level: int) -> Fragment:
        """What can be looped over with one variable."""
        ...

    def counted(self, level: int) -> Fragment:
        """What `len` counts."""
        ...

    def clause(self, level: int) -> Fragment:
        """What stands behind the item of a comprehension."""
        ...

    def loop(self, level: int) -> Fragment:
        """`for` with its variables and what it goes over."""
        ...


class ExpressionRules(Protocol):
    """The rules of expressions (values.py), as far as their parts need them."""

    @property
    def words(self) -> WordRules:
        """The smallest parts: names, numbers and strings."""
        ...

    @property
    def choices(self) -> Sequence[Any]:
        """The types of which a tool gives one of a few strings, or a list of them."""
        ...

    @property
    def scalars(self) -> ScalarRules:
        """Numbers, strings and truth values."""
        ...

    @property
    def containers(self) -> ContainerRules:
        """Lists, sets and dicts."""
        ...

    def rule(self, name: str, level: int, body: Callable[[], Fragment]) -> Fragment:
        """A rule of this family and level."""
        ...

    def value(self, level: int) -> Fragment:
        """Anything that a variable may be set to."""
        ...

    def condition(self, level: int) -> Fragment:
        """Anything but `a if b else c`."""
        ...

    def slot(self, t: Any, level: int) -> Fragment:
        """An argument of this type."""
        ...

    def given(self, wanted: Any, level: int, without: Collection[Any] = ()) -> Fragment:
        """The inputs, and the calls of tools, whose value is of this type."""
        ...

    def items_given(self, wanted: Any, level: int) -> Fragment:
        """The same, taken from a list that is given."""
        ...

    def said(self, level: int) -> Fragment:
        """The strings that are given, and those that belong to something."""
        ...

    @property
    def inside(self) -> ExpressionRules:
        """The rules of the item of a comprehension, which has the loop's variable."""
        ...

    def loose(self, level: int) -> Fragment:
        """A value of a type that is not known."""
        ...

    def loose_list(self, level: int) -> Fragment:
        """The same, where a list or set is wanted."""
        ...

    def key(self, level: int) -> Fragment:
        """What things are ordered by: a function of one of them."""
        ...

    def attribute(self, kinds: tuple[type, ...], level: int) -> Fragment:
        """An attribute of one of these types, of anything that has it."""
        ...
