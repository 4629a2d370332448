"""What a program turns into text: bounded, and without addresses of the worker's memory."""

from __future__ import annotations

import re
from typing import Any

from .limits import OverBudget

MAX_WIDTH = 10_000
"""The width and the digits that a format may ask for."""
_PLAIN = frozenset({bool, int, float, str, type(None)})
_NUMBERS = re.compile(r"\d+|\*")
_ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")


def modulo(left: Any, right: Any) -> Any:
    """`left % right`. Raises OverBudget for a text that would be too wide."""
    if left.__class__ is not str:
        return left % right
    _refuse_wide(left)
    if right.__class__ is tuple:
        return left % tuple(map(_shown, right))
    return left % ({key: _shown(value) for key, value in right.items()} if right.__class__ is dict else _shown(right))


def formatted(value: Any, conversion: int, spec: str) -> str:
    """A part of an f-string; conversion: as `ast` has it. Raises OverBudget for one that would be too wide."""
    _refuse_wide(spec)
    if conversion == ord("r"):
        value = without_addresses(repr(value))
    elif conversion == ord("s"):
        value = string(value)
    elif conversion == ord("a"):
        value = without_addresses(ascii(value))
    return without_addresses(format(value, spec))


def without_addresses(text: str) -> str:
    """The text without the addresses that Python's own texts of generators, functions and methods hold."""
    return text if " at 0x" not in text else _ADDRESS.sub("", text)


def string(value: Any = "", /) -> str:
    """A program's `str`."""
    text = str(value)
    return text if " at 0x" not in text else _ADDRESS.sub("", text)


class _Shown:
    """Stands for a value where `%` writes it: cut to a width, an address could not be told from other digits."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __str__(self) -> str:
        return string(self._value)

    def __repr__(self) -> str:
        return without_addresses(repr(self._value))


def _shown(value: Any) -> Any:
    return value if value.__class__ in _PLAIN else _Shown(value)


def _refuse_wide(text: str) -> None:
    """A star takes the width from the values."""
    if any(number == "*" or int(number[:9]) > MAX_WIDTH for number in _NUMBERS.findall(text)):
        raise OverBudget(f"a text formatted to more than {MAX_WIDTH:,} characters")


class PrintBuffer:
    """What the program printed, up to a number of characters."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._left = limit

    def _call_print(self, *values: Any, sep: str = " ", end: str = "\n") -> None:
        if not self._left:
            return
        text = (sep.join(map(string, values)) + end)[: self._left]
        self._left -= len(text)
        self._parts.append(text)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)
