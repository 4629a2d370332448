"""Caches of tool results, and of models' intermediate results for images."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from cachetools import LRUCache

from ..core.call import Call
from ..core.values import Image, Mask

T = TypeVar("T")


RESULTS = 512
KEPT = 256_000_000
"""Maximum number of results of one question to keep; and the maximum bytes of a cache, including pixels of images."""


class ResultCache(Generic[T]):
    """The latest results, by tool and arguments. Meant for one question, in any threads.

    size: how many at most; kept: of how many bytes. One that takes more than half of them is not kept.
    """

    def __init__(self, size: int = RESULTS, kept: int = KEPT) -> None:
        self._size = size
        self._kept = kept
        self._bytes = 0
        self._results: OrderedDict[Any, tuple[T, int]] = OrderedDict()
        self._turn = Lock()

    def get(self, tool: str, arguments: Mapping[str, Any]) -> T | None:
        """The result of an earlier call with the same arguments."""
        key = call_key(tool, arguments)
        with self._turn:
            if key in self._results:
                self._results.move_to_end(key)
            return self._known(key)

    def peek(self, tool: str, arguments: Mapping[str, Any]) -> T | None:
        """Like `get`, without marking it as used."""
        with self._turn:
            return self._known(call_key(tool, arguments))

    def put(self, tool: str, arguments: Mapping[str, Any], result: T) -> None:
        """Store a result; may evict the least recently used one."""
        with self._turn:
            self._keep(call_key(tool, arguments), result)

    def known_or_put(self, tool: str, arguments: Mapping[str, Any], result: T) -> T | None:
        """The result of an earlier call with the same arguments; if there is none, store this one and return None."""
        key = call_key(tool, arguments)
        with self._turn:
            known = self._known(key)
            self._keep(key, result if known is None else known)
        return known

    def reading(self) -> ResultCache[T]:
        """A read-only view of the same results."""
        return _Reading(self)

    def _known(self, key: Any) -> T | None:
        found = self._results.get(key)
        return None if found is None else found[0]

    def _keep(self, key: Any, result: T) -> None:
        _, before = self._results.pop(key, (None, 0))
        self._bytes -= before
        size = size_of(key) + size_of(result)
        if size > self._kept // 2:
            return
        self._results[key] = result, size
        self._bytes += size
        while len(self._results) > self._size or self._bytes > self._kept:
            _, (_, oldest) = self._results.popitem(last=False)
            self._bytes -= oldest


class _Reading(ResultCache[T]):
    """A read-only view of another cache."""

    def __init__(self, of: ResultCache[T]) -> None:
        super().__init__(0)
        self._of = of

    def get(self, tool: str, arguments: Mapping[str, Any]) -> T | None:
        """Look up in the other cache."""
        return self._of.peek(tool, arguments)

    def put(self, tool: str, arguments: Mapping[str, Any], result: T) -> None:
        """Do nothing."""


class Recent(Generic[T]):
    """A small LRU cache by image, for example for an encoder's features. Thread-safe.

    size: how many values at most; kept: of how many bytes. A value that takes more than all of them is not kept.
    """

    def __init__(self, size: int, kept: int = KEPT) -> None:
        def weight(value: T) -> float:
            return max(size_of(value), kept / size)

        self._kept: LRUCache[Any, T] = LRUCache(kept, getsizeof=weight)
        self._turn = Lock()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        """The value for a key, computed if missing."""
        with self._turn:
            if key in self._kept:
                return self._kept[key]
        made = make()
        self.put(key, made)
        return made

    def put(self, key: Any, made: T) -> None:
        """Store a value that was computed elsewhere, for example in a batch."""
        with self._turn, suppress(ValueError):  # it takes more than all
            self._kept[key] = made

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def clear(self) -> None:
        """Keep nothing."""
        with self._turn:
            self._kept.clear()


def size_of(value: Any) -> int:
    """The approximate size of a value, or of a call's result, in bytes, including pixels of images."""
    match value:
        case Image():
            return 1_000 + value.bytes
        case Call():
            return 500 + size_of([value.value, value.scores, value.found, value.rejected])
        case Mask():
            return 500 + 36 * len(value.counts)
        case float() | None:
            return 24
        case str():
            return 50 + 4 * len(value)
        case int():
            return 30 + value.bit_length() // 8
        case list() | tuple() | set() | frozenset():
            return 60 + sum(map(size_of, cast("list[Any]", value)))
        case dict():
            return 60 + sum(size_of(key) + size_of(one) for key, one in cast("dict[Any, Any]", value).items())
        case _:
            held: Any = getattr(value, "nbytes", 300)  # of arrays and tensors
            return held if isinstance(held, int) else 300


def call_key(tool: str, arguments: Mapping[str, Any]) -> Any:
    """A key that is equal for identical calls. Images are identified by original and region."""
    return tool, tuple((name, _key(arguments[name])) for name in sorted(arguments))


def _key(value: Any) -> Any:
    """A hashable key that distinguishes values that are equal in Python, such as `1`, `1.0` and `True`."""
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return dict, tuple((_key(key), _key(item)) for key, item in items)
    if isinstance(value, list | tuple):
        kind = list if isinstance(value, list) else tuple
        return kind, tuple(_key(item) for item in cast("tuple[Any, ...]", value))
    if isinstance(value, set | frozenset):
        return set, frozenset(_key(item) for item in cast("set[Any]", value))
    return value.__class__, value
