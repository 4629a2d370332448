"""What a network's image encoder made of the latest images, for models that also read a text: other names in the same
image need no second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.values import Image
from ...runtime.cache import Recent


class SeenOnce:
    """Has an encoder, a torch module inside a network, look at the same images once.

    The network stays the library's own. What the encoder gives stays on its device, of the latest `size` passes, as
    long as the encoder is in memory.
    """

    def __init__(self, encoder: Any, size: int) -> None:
        self._look = encoder.forward
        self._made: Recent[Any] = Recent(size)
        self._images: tuple[Any, ...] = ()
        encoder.forward = self._forward

    def now(self, images: Sequence[Image]) -> None:
        """Say which images the network's next pass is about."""
        self._images = tuple(image.key for image in images)

    def _forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._made.get(self._images, lambda: self._look(*args, **kwargs))
