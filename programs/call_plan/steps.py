"""The parts of a plan: expressions for values, and the calls made with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, eq=False)
class Constant:
    """A literal value."""

    value: Any


@dataclass(frozen=True, eq=False)
class PlannedInput:
    """An input."""

    name: str


@dataclass(frozen=True, eq=False)
class LoopItem:
    """The current item of the loop with this number."""

    loop: int


@dataclass(frozen=True, eq=False)
class PlannedAttribute:
    """A visible attribute of a value."""

    of: Expression
    name: str


@dataclass(frozen=True, eq=False)
class Called:
    """The result of a tool."""

    tool: str
    args: tuple[Expression, ...]
    kwargs: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, eq=False)
class Apply:
    """An operator or built-in function.

    operator: a name of `OPERATORS`, `and`, `or` or `if`, whose later operands are evaluated lazily.
    """

    operator: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """A list comprehension: the element for each item that passes all tests."""

    loop: int
    items: Expression
    tests: tuple[Expression, ...]
    element: Expression


Expression: TypeAlias = Constant | PlannedInput | LoopItem | PlannedAttribute | Called | Apply | Listed


@dataclass(frozen=True, eq=False)
class Issue:
    """Make this call."""

    call: Called


@dataclass(frozen=True, eq=False)
class PlannedLoop:
    """Steps for each item of a loop. most: the maximum number of items; None for all."""

    loop: int
    items: Expression
    most: int | None
    body: tuple[Planned, ...]


@dataclass(frozen=True, eq=False)
class When:
    """Steps under a condition."""

    test: Expression
    body: tuple[Planned, ...]


Planned: TypeAlias = Issue | PlannedLoop | When
NOTHING: tuple[Planned, ...] = ()
