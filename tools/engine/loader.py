"""Loads models on first use."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from time import perf_counter
from typing import Any

from ..core.tool import Tool


class Loader:
    """Loads each model once, several concurrently. Thread-safe."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, Lock] = {}
        self._loaded: set[Hashable] = set()

    def has(self, tool: Tool) -> bool:
        """Whether it is loaded, or needs no loading."""
        return tool.load is None or (owner_of(tool.load) in self._loaded and (tool.alive is None or tool.alive()))

    def load(self, tool: Tool) -> float:
        """Load it; returns the seconds this took, 0 if it was loaded. Raises whatever the tool's `load` raises."""
        if tool.load is None or self.has(tool):
            return 0.0
        start, model = perf_counter(), owner_of(tool.load)
        with self._locks.setdefault(model, Lock()):
            if not self.has(tool):
                tool.load()
                self._loaded.add(model)
        return perf_counter() - start


def owner_of(method: Any) -> Hashable:
    """A key from method and identity of its object, which may not be comparable; functions are their own key."""
    owner = getattr(method, "__self__", None)
    return method if owner is None else (id(owner), method.__name__)
