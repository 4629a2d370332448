"""What a model that finds faces is to those who ask it."""

from __future__ import annotations

from typing import Protocol

from ...core.values import Box, Image

THRESHOLD = 0.9
"""A score from which a candidate counts as a face, in MTCNN's measure."""


class FaceDetector(Protocol):
    """A model that finds faces."""

    @property
    def backend(self) -> str:
        """What the trace calls it."""
        ...

    def load(self) -> None:
        """Bring the model into memory. A second call does nothing."""
        ...

    def faces(self, image: Image) -> list[Box]:
        """Every candidate in original pixels, labelled "face", best score first, also poor ones."""
        ...
