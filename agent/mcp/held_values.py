"""Holds images and masks, which JSON cannot: clients get a name for a value, and pass it to other tools."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock
from typing import TypeVar

from ...tools.core.errors import InputError
from ...tools.core.values import Image, Mask, Video

PREFIX = "looksmith://values/"
COUNT = 256
MEMORY = 500_000_000
"""Maximum bytes of pixels."""

Kept = Image | Mask | Video
K = TypeVar("K", Image, Mask, Video)


class HeldValues:
    """Holds the latest values. Thread-safe."""

    def __init__(self, count: int = COUNT, memory: int = MEMORY) -> None:
        self._count, self._memory, self._size = count, memory, 0
        self._values: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def keep(self, value: Kept) -> str:
        """An unguessable name."""
        name = f"{PREFIX}{secrets.token_urlsafe(12)}"
        with self._lock:
            self._values[name] = value
            self._size += _size(value)
            while len(self._values) > self._count or (self._size > self._memory and len(self._values) > 1):
                self._size -= _size(self._values.popitem(last=False)[1])
        return name

    def holds(self, text: str) -> bool:
        """Is this such a name?"""
        return text.startswith(PREFIX)

    def get(self, name: str, kind: type[K]) -> K:
        """The value of that name. Raises InputError if it was evicted or is of another kind."""
        with self._lock:
            value = self._values.get(name)
        if value is None:
            raise InputError(f"{name:.100} is no longer held.", hint="Call the tool that returned it again.")
        if not isinstance(value, kind):
            raise InputError(f"{name:.100} is not a {kind.__name__.lower()} but a {type(value).__name__.lower()}.")
        return value


def _size(value: Kept) -> int:
    return 3 * value.width * value.height if isinstance(value, Image) else 0
