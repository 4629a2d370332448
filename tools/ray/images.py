"""Pictures on their way to a replica: each lies once in Ray's store, and calls name it and the part that they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import Any, cast

from ..core.values import Image
from ..runtime.cache import Recent

KEPT = 64
"""Pictures that a client has in the store, and that a replica has at hand."""


@dataclass(frozen=True)
class Sent:
    """An image. ref: the picture in Ray's store; whole: that picture's `Image.key`, own: the image's."""

    ref: Any
    whole: tuple[str, int, int, int, int]
    own: tuple[str, int, int, int, int]


class Sending:
    """Puts pictures into Ray's store, each once while it is among the latest. Several threads may use it."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ray: Any = import_module("ray")
        self._refs: Recent[Any] = Recent(kept)
        self._turn = Lock()

    def packed(self, value: Any) -> Any:
        """The value with a reference in place of each image."""
        return _changed(value, lambda one: self._sent(one) if isinstance(one, Image) else one)

    def _sent(self, image: Image) -> Sent:
        """A part of an original that is in the store is not put there again: its key says which part it is."""
        original = (image.source, 0, 0, *image.original)
        with self._turn:
            whole = original if original in self._refs else image.key
            return Sent(self._refs.get(whole, lambda: self._ray.put(image)), whole, image.key)


class Received:
    """Gets the pictures on the replica, each once while it is among the latest. For one thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ray: Any = import_module("ray")
        self._images: Recent[Image] = Recent(kept)

    def unpacked(self, value: Any) -> Any:
        """The value that was packed."""
        return _changed(value, lambda one: self._image(one) if isinstance(one, Sent) else one)

    def _image(self, sent: Sent) -> Image:
        whole = self._images.get(sent.whole, lambda: self._ray.get(sent.ref))
        if sent.own == sent.whole:
            return whole
        source, left, top, width, height = sent.own
        part = whole.pixels.crop((left, top, left + width, top + height))
        return Image(part, source, left, top, whole.original)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of a program with each of its parts changed."""
    match value:
        case list():
            return [_changed(one, change) for one in cast("list[Any]", value)]
        case tuple():
            return tuple(_changed(one, change) for one in cast("tuple[Any, ...]", value))
        case dict():
            pairs = cast("dict[Any, Any]", value).items()
            return {_changed(key, change): _changed(one, change) for key, one in pairs}
        case set() | frozenset():
            return {_changed(one, change) for one in cast("set[Any]", value)}
        case _:
            return change(value)
