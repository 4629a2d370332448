"""The tool POINT over a model that points."""

from __future__ import annotations

from ...core.errors import ToolError
from ...core.over_model import OverModel
from ...core.tool import Scored, tool
from ...core.values import Image, Point
from ...models.grounding.families import NONE
from ...models.grounding.family import Family, sent
from ...models.grounding.molmo import Molmo
from ...models.language.vlm import VisionLanguageModel, VLMRequest, quoted, told
from ..finders.detector_phrases import read_phrases

_LONGEST = 2048
"""Tokens of a reply: a point takes about twenty."""


class Pointer(OverModel[VisionLanguageModel]):
    """POINT over a vision-language model that has learnt to point: in the form of its family, or else Molmo's."""

    @tool
    def POINT(self, image: Image, name: str) -> list[Point]:
        """A point on each named thing; [] if none.

        name: a noun phrase, "red cup".

        Scores are the probabilities that the model gave the points' numbers, 1 where it does not tell.
        Raises ToolError that shows the reply when it is no list of points in the image.
        """
        (phrase,) = read_phrases([name])
        family = self._family()
        size = family.shown(image.pixels.size)
        request = VLMRequest((sent(image, size), family.point_prompt(phrase)), _LONGEST)
        (reply,) = told(self.model, [request], extra=family.extra)
        if reply.cut:
            raise ToolError(f"The model pointed at more than fits a reply: {quoted(reply.text)}.", hint="Crop first.")
        return [
            Point(
                image.left + spot.x * image.width,
                image.top + spot.y * image.height,
                phrase,
                1.0 if (sure := reply.sureness(spot.span)) is None else sure,
            )
            for spot in family.read_points(reply.text, size)
        ]

    def count(self, image: Image, name: str) -> Scored[int]:
        """The number of points on the named things, with the points. Raises ToolError."""
        points = self.POINT(image, name)
        return Scored(len(points), found=tuple(points))

    def _family(self) -> Family:
        known: Family | None = getattr(self.model, "family", None)
        return Molmo() if known is None or known is NONE else known
