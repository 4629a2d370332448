"""Types as the checker sees them: Python annotations, with `Any` for what is not known."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from ..tools.annotations import type_text
from .language import ATTRIBUTES, METHODS

NUMBERS = (bool, int, float)
_MAX_MEMBERS = 8
_MAX_NESTING = 4


def members(t: Any) -> tuple[Any, ...]:
    """The alternatives of a union; the type itself when it is none."""
    return get_args(t) if get_origin(t) in (Union, types.UnionType) else (t,)


def join(*parts: Any) -> Any:
    """The type of a value that is one of these; unknown as soon as one is unknown, or when they are many."""
    flat = list(dict.fromkeys(m for part in parts for m in members(part)))
    if not flat or Any in flat or len(flat) > _MAX_MEMBERS:
        return Any
    return Union[tuple(flat)]  # noqa: UP007  (the members are known at run time only)


def container(kind: Any, *parts: Any) -> Any:
    """`kind[parts]`, such as `list[Box]`.

    Types that are deep or wide are not followed: `a = (a, a)` on every line would double them.
    """
    if len(parts) > _MAX_MEMBERS or any(_nesting(part) >= _MAX_NESTING for part in parts):
        return kind
    return kind[parts]


def _nesting(t: Any) -> int:
    inner = () if get_origin(t) is Literal else get_args(t)
    return 1 + max(map(_nesting, inner), default=0)


def base(t: Any) -> Any:
    """The class behind a type: `str` for a literal string, `list` for `list[Box]`, the type itself otherwise."""
    if get_origin(t) is Literal:
        value: Any = get_args(t)[0]
        return value.__class__
    if _is_enum(t):
        return literal_values(t)[0].__class__
    return get_origin(t) or t


def number(t: Any) -> Any:
    """What arithmetic makes of a number: `-True` is an int."""
    return {bool: int, int: int, float: float}.get(t, Any)


def assignable(given: Any, wanted: Any) -> bool:
    """Can a value of type `given` be what `wanted` asks for? Doubt counts as yes: the host checks every value again."""
    if given is Any or wanted is Any:
        return True
    if len(members(given)) > 1:
        return any(assignable(m, wanted) for m in members(given))
    if len(members(wanted)) > 1:
        return any(assignable(given, m) for m in members(wanted))
    if get_origin(wanted) is Literal or _is_enum(wanted):
        return _fits_literal(given, wanted)
    if base(given) is not base(wanted):
        return base(given) in NUMBERS and base(wanted) in NUMBERS[NUMBERS.index(base(given)) :]
    pairs = zip(get_args(given), get_args(wanted), strict=False)
    if get_origin(wanted) in (list, set, dict, tuple):
        return all(assignable(g, w) for g, w in pairs if g is not ... and w is not ...)
    return True


def _fits_literal(given: Any, wanted: Any) -> bool:
    allowed = literal_values(wanted)
    if get_origin(given) is Literal:
        return all(value in allowed for value in get_args(given))
    return any(base(given) is type(value) for value in allowed)


def literal_values(t: Any) -> tuple[Any, ...]:
    """The values that a Literal or an enumeration allows; empty for any other type."""
    if _is_enum(t):
        return tuple(member.value for member in t)
    return get_args(t) if get_origin(t) is Literal else ()


def _is_enum(t: Any) -> bool:
    return isinstance(t, type) and issubclass(t, enum.Enum)


def never_equal(a: Any, b: Any) -> bool:
    """Are values of these types never equal, so that comparing them is a mistake? None may always be compared."""
    kinds_a, kinds_b = {_kind(m) for m in members(a)}, {_kind(m) for m in members(b)}
    if not {Any, type(None)}.isdisjoint(kinds_a | kinds_b):
        return False
    return kinds_a.isdisjoint(kinds_b)


def ordered(a: Any, b: Any) -> bool:
    """Can values of these types be said to be more or less? Lists compare item by item, which no question means."""
    if never_equal(a, b):
        return False
    unordered = {*ATTRIBUTES, list, dict}
    return any(base(m) not in unordered for m in members(a)) and any(base(m) not in unordered for m in members(b))


def _kind(t: Any) -> Any:
    return float if base(t) in NUMBERS else base(t)


def element(t: Any) -> Any:
    """What a loop over a value of this type yields; None when it cannot be looped over."""
    results = [_element(m) for m in members(t)]
    return join(*results) if all(r is not None for r in results) else None


def _element(t: Any) -> Any:
    if t is Any:
        return Any
    kind, args = base(t), get_args(t)
    if kind is str:
        return str
    if kind is tuple:
        return join(*(a for a in args if a is not ...))
    if kind in (list, set, dict, range, Iterator):
        return args[0] if args else (int if kind is range else Any)
    return None


def item(t: Any) -> Any:
    """The type of `value[key]`; None when no alternative of the type has items."""
    found = [_item(m) for m in members(t) if m is Any or base(m) in (str, list, tuple, dict, range)]
    return join(*found) if found else None


def _item(t: Any) -> Any:
    if base(t) is not dict:
        return _element(t)
    args = get_args(t)
    return args[1] if args else Any


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


def text(t: Any) -> str:
    """The type in words of the language: literal strings are told as `str`."""
    return " | ".join(dict.fromkeys(type_text(base(m) if get_origin(m) is Literal else m) for m in members(t)))
