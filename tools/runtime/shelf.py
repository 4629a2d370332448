"""The models in memory: loaded on first use, and put out again when others need the room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Shelf:
    """Holds models up to a budget; beyond it, the one that was not used for longest goes first.

    budget: bytes of parameters and buffers, None for no limit. One model alone may be larger: it has to be somewhere.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._held: OrderedDict[Slot[Any], int] = OrderedDict()
        self._turn = RLock()

    def slot(self, make: Callable[[], T]) -> Slot[T]:
        """A place for the model that `make` brings into memory."""
        return Slot(self, make)

    @property
    def size(self) -> int:
        """Bytes of all models in memory."""
        return sum(self._held.values())

    def take(self, slot: Slot[T]) -> T:
        """The slot's model, which is now the one used last."""
        with slot.making:  # not the shelf's own lock: a model that never comes keeps no other one waiting
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
    """One model's place on a shelf."""

    def __init__(self, shelf: Shelf, make: Callable[[], T]) -> None:
        self._shelf = shelf
        self.make = make
        self.making = RLock()
        self.model: T | None = None

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing but mark it as used."""
        self._shelf.take(self)

    def get(self) -> T:
        """The model, loaded anew when it had to make room."""
        return self._shelf.take(self)


def size_of(model: Any) -> int:
    """Bytes of the parameters and buffers of a torch module, or of those among the parts of a tuple."""
    if isinstance(model, tuple):
        return sum(map(size_of, cast("tuple[Any, ...]", model)))
    tensors = [*_tensors(model, "parameters"), *_tensors(model, "buffers")]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _tensors(model: Any, kind: str) -> list[Any]:
    listed: Any = getattr(model, kind, None)
    # A pipeline of diffusers has `parameters` too, which are something else.
    found: Any = listed() if callable(listed) else ()
    return list(found)


def _release() -> None:
    """Give a GPU's memory back; without a GPU there is nothing to do."""
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
