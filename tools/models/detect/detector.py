"""What a detector with a closed list of names is to those who ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ...core.values import Box, Image
from ...words.vocabulary import Vocabulary

THRESHOLD = 0.4
"""A score from which a candidate counts as found, in NanoDet's measure."""


class Detector(Protocol):
    """A model that finds things in an image."""

    @property
    def backend(self) -> str:
        """What the trace calls it."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it can find."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score from which a candidate counts as found, for those of `names` where the common one does not fit."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """What people call its names."""
        ...

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def detect(self, image: Image) -> list[Box]:
        """Every candidate in original pixels, labelled with one of `names`, best score first, also poor ones."""
        ...

    def look(self, images: Sequence[Image]) -> None:
        """Look at several images at once, a batch at most, which `detect` remembers."""
        ...
