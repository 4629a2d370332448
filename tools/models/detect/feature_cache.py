"""Caches image features of text-conditioned models, so that other texts for the same image skip the encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.values import Image
from ...runtime.cache import Recent


class SeenOnce:
    """Caches the output of an encoder, a torch module inside a network.

    The network itself is not modified. Features of the latest `size` passes stay on the encoder's device while it is
    in memory.
    """

    def __init__(self, encoder: Any, size: int) -> None:
        self._look = encoder.forward
        self._made: Recent[Any] = Recent(size)
        self._images: tuple[Any, ...] = ()
        encoder.forward = self._forward

    def now(self, images: Sequence[Image]) -> None:
        """Set the images of the network's next pass."""
        self._images = tuple(image.key for image in images)

    def _forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._made.get(self._images, lambda: self._look(*args, **kwargs))
