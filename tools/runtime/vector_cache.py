"""A cache of embeddings, so that encoders do not process the same text or crop twice."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Generic, TypeVar

from cachetools import LRUCache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[K]):
    """An LRU cache of up to `size` vectors by key.

    hits: number of cached vectors requested; misses: number of vectors computed.
    """

    def __init__(self, size: int) -> None:
        self._known: LRUCache[K, NDArray[np.float32]] = LRUCache(size)
        self._turn = RLock()
        self.hits = 0
        self.misses = 0

    def vectors(
        self, items: Mapping[K, T], make: Callable[[Sequence[T]], Sequence[NDArray[np.float32]]]
    ) -> dict[K, NDArray[np.float32]]:
        """The vector of each item by its key; `make` is called once with all missing items.

        Other threads wait meanwhile, since they may need the same ones.
        """
        with self._turn:
            found = {key: self._known[key] for key in items if key in self._known}
            new = [key for key in items if key not in found]
            self.hits += len(found)
            self.misses += len(new)
            if new:
                found.update(zip(new, make([items[key] for key in new]), strict=True))
            self._known.update(found)
            return found
