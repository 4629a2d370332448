"""Evaluates operators and built-in functions for run-ahead in the host process, under strict limits.

The program is untrusted, and the host process is not sandboxed. So values must be small and flat, only scalars are
compared, ordered or used as keys, and all work is counted. Whatever exceeds the limits is left to the program in its
worker.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard, cast

from ...tools.core.albums import Album
from ...tools.core.times import Moment, Segment
from ...tools.core.values import OPAQUE, Box, Point

MAX_WORK = 50_000
"""Work limit for one program: expressions, plus the items and characters they process."""
MAX_VALUES = 2_000
"""Maximum items in one value; shared items count each time they occur."""
MAX_DEPTH = 4
"""Maximum nesting of lists."""
MAX_CHARACTERS = 10_000
"""Maximum characters of all texts in one value."""
MAX_INTEGER = 1 << 63
"""Integers must be smaller, as in the sandbox's wire format."""
_CHARACTERS_A_STEP = 64
_SORTED_STEPS = 8
"""Work per item when sorting a list."""

_SEEN: tuple[type[Any], ...] = (Box, Point, Segment, Moment, Album, *OPAQUE)
_SINGLE = (bool, int, float, str, type(None))
_Lists = list[Any] | tuple[Any, ...] | range


class Unplanned(Exception):
    """A value that cannot be computed early."""


class WorkExhausted(Exception):
    """The work limit for one program is exhausted."""


class Meter:
    """Counts the work for one program."""

    def __init__(self, work: int = MAX_WORK) -> None:
        self._left = work

    def spend(self, steps: int) -> None:
        """Raise WorkExhausted if the limit is exceeded."""
        self._left -= steps
        if self._left < 0:
            raise WorkExhausted

    def admit(self, value: Any) -> Any:
        """Return the value if it is within the limits. Raises Unplanned, WorkExhausted."""
        self._count(value, MAX_DEPTH, [MAX_VALUES, MAX_CHARACTERS])
        return value

    def _count(self, value: Any, depth: int, room: list[int]) -> None:
        self.spend(1)
        room[0] -= 1
        if type(value) is str:
            room[1] -= len(value)
            self.spend(len(value) // _CHARACTERS_A_STEP)
        elif type(value) is range:
            room[0] -= len(value)
        elif type(value) in (list, tuple, dict):
            if depth == 0 or len(value) > room[0]:
                raise Unplanned
            for part in cast("Sequence[Any]", (*value, *value.values()) if type(value) is dict else value):
                self._count(part, depth - 1, room)
        elif not (_is_number(value) or isinstance(value, _SEEN)):
            raise Unplanned
        if min(room) < 0:
            raise Unplanned

    def apply(self, name: str, values: Sequence[Any]) -> Any:
        """Apply an operator of `OPERATORS` to admitted values.

        Raises Unplanned, WorkExhausted, or whatever Python raises for invalid operands.
        """
        if name not in _AT_ONCE:
            each = _SORTED_STEPS if name in _ORDERED else 1
            self.spend(sum(each * _steps(value) for value in values))
        return self.admit(_OPERATORS[name](*values))


def visible(value: Any, name: str) -> Any:
    """An attribute that programs may read. Raises Unplanned for any other."""
    if not isinstance(value, _SEEN) or name not in value.visible:
        raise Unplanned
    return getattr(value, name)


def is_list(value: Any) -> TypeGuard[_Lists]:
    """Whether a loop can iterate over it."""
    return type(value) in (list, tuple, range)


def _steps(value: Any) -> int:
    """The work of iterating over it."""
    if type(value) is str:
        return len(value) // _CHARACTERS_A_STEP
    return len(value) if is_list(value) else 0


def _is_number(value: Any) -> bool:
    if type(value) is int:
        return -MAX_INTEGER <= value < MAX_INTEGER
    return value is None or type(value) in (bool, float)


def _single(*values: Any) -> None:
    """Raise Unplanned unless all are numbers, texts or None, for which any binary operation is cheap."""
    if not all(type(value) in _SINGLE for value in values):
        raise Unplanned


def _listed(*values: Any) -> None:
    if not all(map(is_list, values)):
        raise Unplanned


def _compared(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compared(a: Any, b: Any) -> Any:
        _single(a, b)
        return compare(a, b)

    return compared


def _is_in(item: Any, owner: Any) -> bool:
    _single(item)
    if type(owner) is not str:
        _listed(owner)
        _single(*owner)
    return item in owner


def _is_not_in(item: Any, owner: Any) -> bool:
    return not _is_in(item, owner)


def _item(owner: Any, place: Any) -> Any:
    _single(place)
    return owner[place]


def _part(owner: Any, lower: Any, upper: Any) -> Any:
    _single(lower, upper)
    return owner[lower:upper]


def _text(*parts: Any) -> str:
    if not all(isinstance(part, str | int | float) for part in parts):
        raise Unplanned
    texts = [str(part) for part in parts]
    if sum(map(len, texts)) > MAX_CHARACTERS:
        raise Unplanned
    return "".join(texts)


def _picked(pick: Callable[..., int]) -> Callable[[Any, Any, Any], Any]:
    def picked(items: Any, keys: Any, _reverse: Any) -> Any:
        _listed(items, keys)
        _single(*keys)
        return items[pick(range(len(items)), key=keys.__getitem__)]

    return picked


def _sorted(items: Any, keys: Any, reverse: Any) -> list[Any]:
    _listed(items, keys)
    _single(reverse, *keys)
    return [items[place] for place in sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)]


def _range(*bounds: Any) -> range:
    _single(*bounds)
    made = range(*bounds)
    if len(made) > MAX_VALUES:
        raise Unplanned
    return made


def _of_list(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def applied(items: Any) -> Any:
        _listed(items)
        return function(items)

    return applied


def _enumerated(items: Any, start: Any = 0) -> list[tuple[int, Any]]:
    _listed(items)
    _single(start)
    return list(enumerate(cast("Sequence[Any]", items), start))


def _zipped(*lists: Any) -> list[tuple[Any, ...]]:
    _listed(*lists)
    if len(lists) * max(map(len, lists), default=0) > MAX_VALUES:
        raise Unplanned
    return list(zip(*lists, strict=False))


def _made_list(*parts: Any) -> list[Any]:
    return list(parts)


def _made_tuple(*parts: Any) -> tuple[Any, ...]:
    return parts


def _negative(value: Any) -> Any:
    _single(value)
    return operator.neg(value)


def _reversed(items: Any) -> list[Any]:
    return list(reversed(cast("Sequence[Any]", items)))


_OPERATORS: dict[str, Callable[..., Any]] = {
    **{"==": _compared(operator.eq), "!=": _compared(operator.ne), "<": _compared(operator.lt)},
    **{"<=": _compared(operator.le), ">": _compared(operator.gt), ">=": _compared(operator.ge)},
    **{"is": operator.is_, "is not": operator.is_not, "not": operator.not_, "negative": _negative},
    **{"in": _is_in, "not in": _is_not_in, "[]": _item, "[:]": _part, "len": len, "text": _text},
    **{"[,]": _made_list, "(,)": _made_tuple, "max": _picked(max), "min": _picked(min), "sorted": _sorted},
    **{"all": _of_list(all), "any": _of_list(any), "list": _of_list(list), "tuple": _of_list(tuple)},
    **{"range": _range, "enumerate": _enumerated, "reversed": _of_list(_reversed), "zip": _zipped},
}
_ORDERED = frozenset({"max", "min", "sorted"})
_AT_ONCE = frozenset({"[]", "is", "is not", "len", "not", "negative"})
"""Functions that take constant time for a list."""
