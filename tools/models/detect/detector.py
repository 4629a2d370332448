"""The interface of a detector with a fixed vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ...core.values import Box, Image
from ...words.vocabulary import Vocabulary

THRESHOLD = 0.4
"""The default detection threshold, tuned for NanoDet."""


class Detector(Protocol):
    """A model that detects objects in an image."""

    @property
    def backend(self) -> str:
        """Its name in traces."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its classes."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Detection thresholds by name, where they differ from the default."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of words for its classes."""
        ...

    def load(self) -> None:
        """Load the model. Idempotent."""
        ...

    def detect(self, image: Image) -> list[Box]:
        """All candidates, including poor ones, in pixels of the original, labelled with one of `names`, best first."""
        ...

    def look(self, images: Sequence[Image]) -> None:
        """Process several images in one batch, and cache the results for `detect`."""
        ...
