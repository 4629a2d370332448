"""Transfers images to replicas: originals are stored once in Ray's object store; calls refer to regions of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import Any, cast

from ..core.values import Image
from ..runtime.cache import Recent

KEPT = 64
"""Number of images that a client keeps in the store, and a replica in memory."""


@dataclass(frozen=True)
class ImageRef:
    """A reference to an image. ref: the stored image; whole: its `Image.key`; own: the key of the image itself."""

    ref: Any
    whole: tuple[str, int, int, int, int]
    own: tuple[str, int, int, int, int]


class Sending:
    """Puts images into Ray's store, with an LRU cache. Thread-safe."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ray: Any = import_module("ray")
        self._refs: Recent[Any] = Recent(kept)
        self._turn = Lock()

    def packed(self, value: Any) -> Any:
        """Replace each image in a value by a reference."""
        return _changed(value, lambda one: self._sent(one) if isinstance(one, Image) else one)

    def _sent(self, image: Image) -> ImageRef:
        """A crop of a stored original is not stored again: its key has the region."""
        original = (image.source, 0, 0, *image.original)
        with self._turn:
            whole = original if original in self._refs else image.key
            return ImageRef(self._refs.get(whole, lambda: self._ray.put(image)), whole, image.key)


class Received:
    """Gets images on a replica, with an LRU cache. Not thread-safe."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ray: Any = import_module("ray")
        self._images: Recent[Image] = Recent(kept)

    def unpacked(self, value: Any) -> Any:
        """Restore a packed value."""
        return _changed(value, lambda one: self._image(one) if isinstance(one, ImageRef) else one)

    def _image(self, sent: ImageRef) -> Image:
        whole = self._images.get(sent.whole, lambda: self._ray.get(sent.ref))
        if sent.own == sent.whole:
            return whole
        source, left, top, width, height = sent.own
        part = whole.pixels.crop((left, top, left + width, top + height))
        return Image(part, source, left, top, whole.original)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """Map a function over the parts of a value."""
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
