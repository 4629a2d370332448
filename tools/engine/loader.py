"""Brings models into memory when they are first asked."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from time import perf_counter
from typing import Any

from ..core.tool import Tool


class Loader:
    """Brings models into memory, each once; several at a time. Threads may share it."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, Lock] = {}
        self._loaded: set[Hashable] = set()

    def has(self, tool: Tool) -> bool:
        """Has it been loaded, or is there nothing to load?"""
        return tool.load is None or (owner_of(tool.load) in self._loaded and (tool.alive is None or tool.alive()))

    def load(self, tool: Tool) -> float:
        """Seconds that it took, 0 where there was nothing to do. Raises whatever the tool's `load` does."""
        if tool.load is None or self.has(tool):
            return 0.0
        start, model = perf_counter(), owner_of(tool.load)
        with self._locks.setdefault(model, Lock()):
            if not self.has(tool):
                tool.load()
                self._loaded.add(model)
        return perf_counter() - start


def owner_of(method: Any) -> Hashable:
    """The method and the object that it is of, whether or not that can be compared; functions are their own."""
    owner = getattr(method, "__self__", None)
    return method if owner is None else (id(owner), method.__name__)
