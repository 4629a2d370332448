"""A served model as a detector: each phrase is a request, and the boxes stand in the reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.errors import ToolError
from ..core.over_model import OverModel
from ..core.values import Box, Image
from ..models.grounding.family import Family, Size, sent
from ..models.language.vlm import Told, VisionLanguageModel, VLMRequest, quoted, told

_LONGEST = 2048
"""Tokens of a reply: a box with its label takes about thirty."""


class Grounds(VisionLanguageModel, Protocol):
    """A model whose family is known."""

    @property
    def family(self) -> Family:
        """Whose conventions it keeps. Raises ToolError."""
        ...


class Grounder(OverModel[Grounds]):
    """What a phrase detector is to `PhraseEye`; boxes have the label that the model gave them, or the phrase.

    A box's score is the probability of its numbers, 1 where the server does not tell: the model says what is there, so
    that all of them count as found.
    """

    threshold = 0.0
    independent = True

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """For each image and each phrase its boxes, best first. Raises ToolError, also for a reply that is no list."""
        family = self.model.family
        sizes = [family.shown(image.pixels.size) for image in images]
        asked = [
            VLMRequest((picture, family.box_prompt(phrase)), _LONGEST)
            for picture in map(sent, images, sizes)
            for phrase in phrases
        ]
        replies = iter(told(self.model, asked, extra=family.extra))
        return [
            [_boxes(next(replies), family, image, size, phrase) for phrase in phrases]
            for image, size in zip(images, sizes, strict=True)
        ]


def _boxes(reply: Told, family: Family, image: Image, size: Size, phrase: str) -> list[Box]:
    if reply.cut:
        said = f"The model saw more of {phrase!r} than fits a reply: {quoted(reply.text)}."
        raise ToolError(said, hint="Crop first, or ask for less.")
    found: dict[tuple[float, ...], Box] = {}
    for seen in family.read_boxes(reply.text, size):
        sides = (
            image.left + seen.left * image.width,
            image.top + seen.top * image.height,
            image.left + seen.right * image.width,
            image.top + seen.bottom * image.height,
        )
        sure = reply.sureness(seen.span)
        box = Box(*sides, seen.label.lower() or phrase, 1.0 if sure is None else sure)
        found.setdefault(sides, box)  # models that repeat themselves write the same box again
    return sorted(found.values(), key=lambda box: -box.score)
