"""Text formatting for programs: limited in size, and without memory addresses of the worker."""

from __future__ import annotations

import re
from typing import Any

from .limits import LimitExceeded

MAX_WIDTH = 10_000
"""Maximum width and precision of a format."""
_PLAIN = frozenset({bool, int, float, str, type(None)})
_NUMBERS = re.compile(r"\d+|\*")
_ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")


def modulo(left: Any, right: Any) -> Any:
    """`left % right`. Raises LimitExceeded if the width is too large."""
    if left.__class__ is not str:
        return left % right
    _refuse_wide(left)
    if right.__class__ is tuple:
        return left % tuple(map(_shown, right))
    return left % ({key: _shown(value) for key, value in right.items()} if right.__class__ is dict else _shown(right))


def formatted(value: Any, conversion: int, spec: str) -> str:
    """A part of an f-string; conversion: as in `ast`. Raises LimitExceeded if the width is too large."""
    _refuse_wide(spec)
    if conversion == ord("r"):
        value = without_addresses(repr(value))
    elif conversion == ord("s"):
        value = string(value)
    elif conversion == ord("a"):
        value = without_addresses(ascii(value))
    return without_addresses(format(value, spec))


def without_addresses(text: str) -> str:
    """The text without memory addresses, which appear in the representations of generators and functions."""
    return text if " at 0x" not in text else _ADDRESS.sub("", text)


def string(value: Any = "", /) -> str:
    """The `str` of programs."""
    text = str(value)
    return text if " at 0x" not in text else _ADDRESS.sub("", text)


class _Shown:
    """Wraps a value for `%`, because an address truncated to a width could not be recognized afterwards."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __str__(self) -> str:
        return string(self._value)

    def __repr__(self) -> str:
        return without_addresses(repr(self._value))


def _shown(value: Any) -> Any:
    return value if value.__class__ in _PLAIN else _Shown(value)


def _refuse_wide(text: str) -> None:
    """Check widths, including those given by a star."""
    if any(number == "*" or int(number[:9]) > MAX_WIDTH for number in _NUMBERS.findall(text)):
        raise LimitExceeded(f"a text formatted to more than {MAX_WIDTH:,} characters")


class PrintBuffer:
    """Collects printed text up to a number of characters."""

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
        """The collected text."""
        return "".join(self._parts)
