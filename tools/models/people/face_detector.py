"""The interface of a face detector."""

from __future__ import annotations

from typing import Protocol

from ...core.values import Box, Image

THRESHOLD = 0.9
"""The default threshold, tuned for MTCNN."""


class FaceDetector(Protocol):
    """A model that detects faces."""

    @property
    def backend(self) -> str:
        """Its name in traces."""
        ...

    def load(self) -> None:
        """Load the model. Idempotent."""
        ...

    def faces(self, image: Image) -> list[Box]:
        """All candidates, including poor ones, in pixels of the original, labelled "face", best first."""
        ...
