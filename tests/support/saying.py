"""A vision-language model that replies as it was told."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image as Pillow

from looksmith.tools.core.values import Image
from looksmith.tools.models.language.vlm import VLMRequest


class Says:
    """A model that replies as it was told, and keeps what it was asked."""

    backend = "says"

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)
        self.asked: list[VLMRequest] = []

    def load(self) -> None:
        """Nothing to load."""

    def reply(self, requests: Sequence[VLMRequest]) -> list[str]:
        """The next replies."""
        self.asked += requests
        return [self._replies.pop(0) for _ in requests]


PICTURE = Image.of(Pillow.new("RGB", (200, 100), "red"))
