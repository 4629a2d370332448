"""The models in memory: loaded on first use, and evicted when others need the room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Shelf:
    """Keeps models within a memory budget by evicting the least recently used ones.

    budget: bytes of parameters and buffers, None for no limit. A single model may exceed it.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._held: OrderedDict[Slot[Any], int] = OrderedDict()
        self._turn = RLock()

    def slot(self, make: Callable[[], T]) -> Slot[T]:
        """A slot for the model that `make` loads."""
        return Slot(self, make)

    @property
    def size(self) -> int:
        """Total bytes of the models in memory."""
        return sum(self._held.values())

    def take(self, slot: Slot[T]) -> T:
        """The slot's model, now marked as the most recently used."""
        with slot.making:  # not the shelf's lock, so that a hanging load does not block other models
            model = slot.model
            if model is None:
                model = slot.make()
            with self._turn:
                slot.model = model
                if slot not in self._held:
                    self._held[slot] = size_of(model)
                self._held.move_to_end(slot)
                self._make_room()
        return model

    def _make_room(self) -> None:
        while self._budget is not None and self.size > self._budget and len(self._held) > 1:
            oldest, _ = self._held.popitem(last=False)
            oldest.model = None
            _release()


class Slot(Generic[T]):
    """The slot of a model."""

    def __init__(self, shelf: Shelf, make: Callable[[], T]) -> None:
        self._shelf = shelf
        self.make = make
        self.making = RLock()
        self.model: T | None = None

    def load(self) -> None:
        """Load the model. If it is loaded, only mark it as used."""
        self._shelf.take(self)

    def get(self) -> T:
        """The model, reloaded if it was evicted."""
        return self._shelf.take(self)


def size_of(model: Any) -> int:
    """Bytes of the parameters and buffers of a torch module, or of all modules in a tuple."""
    if isinstance(model, tuple):
        return sum(map(size_of, cast("tuple[Any, ...]", model)))
    tensors = [*_tensors(model, "parameters"), *_tensors(model, "buffers")]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _tensors(model: Any, kind: str) -> list[Any]:
    listed: Any = getattr(model, kind, None)
    # A diffusers pipeline has an unrelated attribute `parameters`.
    found: Any = listed() if callable(listed) else ()
    return list(found)


def _release() -> None:
    """Release cached GPU memory, if there is a GPU."""
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
