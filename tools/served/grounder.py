"""A served model as a detector: each phrase is a request, and the reply contains the boxes."""

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
        """The family whose conventions it follows. Raises ToolError."""
        ...


class Grounder(OverModel[Grounds]):
    """The phrase detector for `PhraseEye`. Boxes have the model's label, or the phrase.

    The score of a box is the probability of its numbers, or 1 if the server does not return probabilities. All boxes
    of the reply count as found.
    """

    threshold = 0.0
    independent = True

    def find(self, images: Sequence[Image], phrases: Sequence[str]) -> list[list[list[Box]]]:
        """The boxes for each image and phrase, best first. Raises ToolError, also for a reply that is not a list."""
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
        found.setdefault(sides, box)  # models sometimes repeat a box
    return sorted(found.values(), key=lambda box: -box.score)
