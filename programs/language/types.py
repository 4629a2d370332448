"""Types as the checker sees them: Python annotations, with `Any` for what is not known.

`Never` is the item type of a list that is still empty. `Literal` with several values is each of them in turn, as a
loop over written-out strings gives; a union of literals is one of them.
"""

from __future__ import annotations

import ast
import enum
import operator
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Never, Union, get_args, get_origin

from ...tools.core.annotations import type_text
from .language import ATTRIBUTES, METHODS

NUMBERS = (bool, int, float)
NONE = type(None)
LAZY = (Iterator, Collection, range)
"""What can be looped over and is no value of its own: generators, the views of a dict, ranges."""
_CONTAINERS = (list, set, dict, tuple)
_MAX_MEMBERS = 8
_MAX_VALUES = 24
_MAX_NESTING = 4
_memo = lru_cache(maxsize=4096)
_LITERAL = type(Literal[""])
_UNIONS = (type(Union[int, str]), types.UnionType)  # noqa: UP007  (the two are different at run time)


@dataclass(frozen=True, eq=False)
class Function:
    """A function as a value, before it is called.

    body: its definition, when the program wrote it; scope: the names (programs/check/scope.py) that it was defined
    among.
    """

    name: str
    what: Literal["tool", "built-in function", "function", "method"]
    body: ast.FunctionDef | ast.Lambda | None = None
    scope: Any = None


def members(t: Any) -> tuple[Any, ...]:
    """The alternatives of a union; the type itself when it is none."""
    return t.__args__ if type(t) in _UNIONS else (t,)


def is_literal(t: Any) -> bool:
    """Is the type a `Literal`? The quick way to ask: hashing one for a cache takes longer."""
    return type(t) is _LITERAL


@_memo
def join(*parts: Any) -> Any:
    """The type of a value that is one of these; unknown as soon as one is unknown, or when they are many."""
    flat = dict.fromkeys(m for part in parts for m in members(part) if m is not Never)
    if len(flat) < 2:
        return next(iter(flat), Never)
    if Any in flat or any(isinstance(m, Function) for m in flat):
        return Any
    kept = [m for m in flat if not _absorbed(m, flat)]
    if len(kept) > _MAX_MEMBERS:
        kept = list(dict.fromkeys(base(m) if is_literal(m) else m for m in kept))
    return Any if len(kept) > _MAX_MEMBERS else Union[tuple(kept)]  # noqa: UP007  (known at run time only)


def _absorbed(t: Any, others: dict[Any, None]) -> bool:
    """Does another alternative say all that this one says? `list` does for `list[Box]`, `str` for `Literal['a']`."""
    kind = base(t)
    if kind is t or _is_enum(t):
        return False
    unknown = get_args(t).count(Never)
    return kind in others or any(base(o) is kind and get_args(o).count(Never) < unknown for o in others)


@_memo
def container(kind: Any, *parts: Any) -> Any:
    """`kind[parts]`, such as `list[Box]`.

    Types that are deep or wide are not followed: `a = (a, a)` on every line would double them.
    """
    if len(parts) > _MAX_MEMBERS or any(_nesting(part) >= _MAX_NESTING for part in parts):
        return kind
    return kind[parts]


@_memo
def _nesting(t: Any) -> int:
    inner = () if is_literal(t) else get_args(t)
    return 1 + max(map(_nesting, inner), default=0)


def items_of(*parts: Any) -> Any:
    """The item type of a container that was written out with these parts.

    Strings are kept value by value. Where only some parts may be None nothing is known, since items are told apart by
    their place.
    """
    strings = [value for part in parts if is_literal(part) for value in get_args(part)]
    if len(parts) > 1 and len({has_none(part) for part in parts}) > 1:
        return Any
    rest = [part for part in parts if not is_literal(part)]
    if not strings:
        return join(*rest)
    if len(set(strings)) > _MAX_VALUES:
        kinds: list[Any] = [type(value) for value in strings]
        return join(*kinds, *rest)
    return join(Literal[tuple(dict.fromkeys(strings))], *rest)


@_memo
def base(t: Any) -> Any:
    """The class behind a type: `str` for a literal string, `list` for `list[Box]`, the type itself otherwise."""
    if isinstance(t, Function):
        return Function
    if is_literal(t):
        value: Any = get_args(t)[0]
        return value.__class__
    if _is_enum(t):
        return literal_values(t)[0].__class__
    return get_origin(t) or t


def number(t: Any) -> Any:
    """What arithmetic makes of a number: `-True` is an int."""
    return {bool: int, int: int, float: float}.get(base(t), Any)


def has_none(t: Any) -> bool:
    """May a value of this type be None?"""
    return t is NONE or (type(t) in _UNIONS and NONE in t.__args__)


@_memo
def without_none(t: Any) -> Any:
    """The type of a value that is not None; unknown when it can only be None."""
    rest = [m for m in members(t) if m is not NONE]
    return join(*rest) if rest else Any


@_memo
def assignable(given: Any, wanted: Any) -> bool:
    """Can a value of type `given` be what `wanted` asks for? Doubt counts as yes: the host checks every value again."""
    if given in (Any, Never) or wanted is Any:
        return True
    if len(members(given)) > 1:
        return any(assignable(m, wanted) for m in members(given))
    if len(members(wanted)) > 1:
        return any(assignable(given, m) for m in members(wanted)) or _spread(given, wanted)
    if is_literal(wanted) or _is_enum(wanted):
        return _fits_literal(given, wanted)
    if base(given) is not base(wanted):
        return base(given) in NUMBERS and base(wanted) in NUMBERS[NUMBERS.index(base(given)) :]
    if base(wanted) in _CONTAINERS:
        return _fits_items(get_args(given), get_args(wanted), base(wanted) is tuple)
    return True


def _fits_items(given: tuple[Any, ...], wanted: tuple[Any, ...], is_tuple: bool) -> bool:
    if is_tuple and given and wanted:
        if wanted[-1] is ...:
            return all(assignable(g, wanted[0]) for g in given if g is not ...)
        if ... not in given and len(given) != len(wanted):
            return False
    pairs = zip(given, wanted, strict=False)
    return all(assignable(g, w) for g, w in pairs if g is not ... and w is not ...)


def _fits_literal(given: Any, wanted: Any) -> bool:
    allowed = literal_values(wanted)
    if is_literal(given) or _is_enum(given):
        # As at run time: True is 1 for a literal, and not for an enumeration.
        same = _same_type if _is_enum(wanted) else operator.eq
        return all(any(same(value, v) for v in allowed) for value in literal_values(given))
    return any(base(given) is type(value) for value in allowed)


def _same_type(a: object, b: object) -> bool:
    return a == b and type(a) is type(b)


def _spread(given: Any, wanted: Any) -> bool:
    """Does a union of literals allow all the values together?"""
    allowed = values_of(wanted)
    return is_literal(given) and all(value in allowed for value in get_args(given))


@_memo
def literal_values(t: Any) -> tuple[Any, ...]:
    """The values that a Literal or an enumeration allows; empty for any other type."""
    if _is_enum(t):
        return tuple(member.value for member in t)
    return get_args(t) if is_literal(t) else ()


@_memo
def values_of(t: Any) -> tuple[Any, ...]:
    """The values that the literals and enumerations among its alternatives allow."""
    return tuple(value for m in members(t) for value in literal_values(m))


@_memo
def possible_values(t: Any) -> tuple[Any, ...]:
    """The only values that a type has; empty when there is no end to them."""
    found = [literal_values(m) for m in members(t) if m is not NONE]
    return tuple(value for values in found for value in values) if all(found) else ()


def loosened(t: Any) -> Any:
    """One of the values, where `Literal` with several would mean each of them in turn."""
    return join(*[part for m in members(t) for part in alternatives(m)]) if goes_through(t) else t


def goes_through(t: Any) -> bool:
    """Does the type mean each of several known values in turn?"""
    return any([is_literal(m) and len(get_args(m)) > 1 for m in members(t)])


def alternatives(t: Any) -> list[Any]:
    """A literal of several values as literals of one; any other type as it is."""
    return [Literal[value] for value in get_args(t)] if is_literal(t) else [t]


def _is_enum(t: Any) -> bool:
    return isinstance(t, type) and issubclass(t, enum.Enum)


@_memo
def never_equal(a: Any, b: Any) -> bool:
    """Are values of these types never equal, so that comparing them is a mistake? None may always be compared."""
    kinds_a, kinds_b = {_kind(m) for m in members(a)}, {_kind(m) for m in members(b)}
    if not {Any, Never, NONE}.isdisjoint(kinds_a | kinds_b):
        return False
    return kinds_a.isdisjoint(kinds_b)


@_memo
def ordered(a: Any, b: Any) -> bool:
    """Can values of these types be said to be more or less? Lists compare item by item, which no question means."""
    if never_equal(a, b):
        return False
    unordered = {*ATTRIBUTES, list, dict, Function, NONE, *LAZY}
    return any(base(m) not in unordered for m in members(a)) and any(base(m) not in unordered for m in members(b))


def _kind(t: Any) -> Any:
    return float if base(t) in NUMBERS else base(t)


@_memo
def element(t: Any) -> Any:
    """What a loop over a value of this type yields; None when it cannot be looped over."""
    results = [_element(m) for m in members(t)]
    return known(join(*results)) if all(r is not None for r in results) else None


def _element(t: Any) -> Any:
    if t is Any:
        return Any
    kind, args = base(t), get_args(t)
    if kind is str:
        return str
    if kind is tuple:
        return items_of(*(a for a in args if a is not ...)) if args else Any
    if kind in (*_CONTAINERS, *LAZY):
        return args[0] if args else (int if kind is range else Any)
    return None


def known(t: Any) -> Any:
    """An item of an empty list, or a value that cannot be here, may be taken for anything."""
    return Any if t is Never else t


@_memo
def item(t: Any) -> Any:
    """The type of `value[key]`; None when no alternative of the type has items."""
    found = [_item(m) for m in members(t) if m is Any or base(m) in (str, list, tuple, dict, range)]
    return loosened(known(join(*found))) if found else None


def _item(t: Any) -> Any:
    if base(t) is not dict:
        return _element(t)
    args = get_args(t)
    return args[1] if args else Any


@_memo
def attribute(t: Any, name: str) -> Any:
    """The type of `value.name`; None when no alternative of the type has it. Methods are callable, hence `Any`."""
    found: list[Any] = []
    for member in members(t):
        if member is Any:
            return Any
        kind = base(member)
        if name in ATTRIBUTES.get(kind, {}):
            found.append(ATTRIBUTES[kind][name])
        elif name in METHODS.get(kind, ()):
            found.append(Any)
    return join(*found) if found else None


def attribute_names(t: Any) -> list[str]:
    """What may stand behind the dot of a value of this type."""
    names = (n for m in members(t) for n in (*ATTRIBUTES.get(base(m), ()), *sorted(METHODS.get(base(m), ()))))
    return list(dict.fromkeys(names))


@_memo
def text(t: Any) -> str:
    """The type in words of the language: literal strings are told as `str`."""
    return " | ".join(dict.fromkeys(_text(m) for m in members(t)))


def _text(t: Any) -> str:
    if isinstance(t, Function):
        return f"the {t.what} {t.name}".replace("the function lambda", "a lambda")
    kind, args = base(t), get_args(t)
    if t in (Any, Never):
        return "Any"
    if kind is Collection:
        return "the view of a dict"
    if is_literal(t) or _is_enum(t):
        return kind.__name__
    if not args:
        return type_text(t)
    if Never in args:
        return f"empty {kind.__name__}"
    return f"{kind.__name__}[{', '.join('...' if a is ... else text(a) for a in args)}]"
