"""The tool SEGMENT on a promptable model, given a box, a point, or a name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, overload

from ...core.batch_calls import in_one_pass
from ...core.errors import NoDetection, ToolError
from ...core.over_model import Loadable, OverModel
from ...core.tool import Scored, tool
from ...core.values import Box, Image, Mask, Point, show_box
from ...models.pixels.prompts import local_prompts

Granularity = Literal["best", "part", "object", "scene"]
SIZES = ("part", "object", "scene")
"""The masks of one prompt, by their usual meaning."""


class PromptedModel(Loadable, Protocol):
    """A promptable segmentation model."""

    def masks(self, image: Image, prompts: Sequence[Box | Point]) -> list[list[Mask]]:
        """Three masks per prompt over the whole original image, with their predicted quality.

        They have the prompt's label. Raises ToolError for a prompt outside the image.
        """
        ...


class Finder(Protocol):
    """A finder of things by name."""

    def load(self) -> None:
        """Load the model."""
        ...

    def LOC(self, image: Image, name: str) -> Scored[Box]:
        """The best box. Raises NoDetection."""
        ...


class PromptedSegmenter(OverModel[PromptedModel]):
    """SEGMENT on a promptable model.

    finder: what finds a thing that is given by name; without it, names are refused.
    """

    def __init__(self, model: PromptedModel, finder: Finder | None = None) -> None:
        super().__init__(model)
        self._finder = finder

    @overload
    def SEGMENT(self, image: Image, where: Box | Point, *, granularity: Granularity = "best") -> Scored[Mask]: ...
    @overload
    def SEGMENT(self, image: Image, name: str, *, granularity: Granularity = "best") -> Scored[Mask]: ...
    @tool(batch=32, many="segment_many")
    def SEGMENT(self, image: Image, *args: Any, **given: Any) -> Scored[Mask]:
        """The mask of the thing in the box, at the point, or of that name.

        where: of a box, the part that lies outside the image is not looked at.
        name: a noun phrase, "red cup"; its best box is segmented.
        granularity: a model gives three masks, of a part, of the object, and of what it stands with; the best is the
            one that it holds for the most exact.

        The three scores are the model's own estimates of the masks' IoU with the truth (Kirillov et al., "Segment
        Anything", ICCV 2023, section 3). The three sizes are told apart by area.
        Raises ToolError for a place outside the image, NoDetection when the mask is empty or the name is not found.
        """
        granularity: Granularity = given.pop("granularity", "best")
        (where,) = (*args, *given.values())
        place = self._find(image, where) if isinstance(where, str) else where
        ((*masks,),) = self.model.masks(image, [place])
        return _chosen(masks, granularity, place)

    def segment_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """SEGMENT for each call: an image is encoded once, and all its prompts are decoded together."""

        def read(call: Mapping[str, Any]) -> tuple[Image, Box | Point]:
            image = call["image"]
            place = self._find(image, call["name"]) if "name" in call else call["where"]
            local_prompts(image, [place])  # one that lies outside must not fail the others
            return image, place

        return in_one_pass(
            calls,
            lambda call: (*read(call), call.get("granularity", "best")),
            self._masks,
            lambda asked, masks: _chosen(masks, asked[2], asked[1]),
        )

    def _masks(self, asked: Sequence[tuple[Image, Box | Point, Granularity]]) -> list[list[Mask]]:
        """The three masks of each prompt."""
        found: dict[int, list[Mask]] = {}
        for image in dict.fromkeys(image for image, _, _ in asked):
            numbers = [number for number, (other, _, _) in enumerate(asked) if other == image]
            found.update(zip(numbers, self.model.masks(image, [asked[n][1] for n in numbers]), strict=True))
        return [found[number] for number in range(len(asked))]

    def _find(self, image: Image, name: str) -> Box:
        if self._finder is None:
            raise ToolError("No detector of the profile finds things by name.", hint="Give a box or a point.")
        self._finder.load()
        return self._finder.LOC(image, name).value


def _chosen(masks: Sequence[Mask], granularity: Granularity, place: Box | Point) -> Scored[Mask]:
    """One of the masks, with the scores of all; raises NoDetection when it is empty."""
    if not all(math.isfinite(mask.score) for mask in masks):
        raise ToolError("The scores of the masks are not finite.", hint='Try precision = "float32" in the profile.')
    by_area = sorted(masks, key=lambda mask: mask.area)
    named = dict(zip(SIZES, by_area, strict=True))
    best = max(masks, key=lambda mask: mask.score) if granularity == "best" else named[granularity]
    if best.area == 0:
        where = show_box(place) if isinstance(place, Box) else f"({place.x:.0f}, {place.y:.0f})"
        raise NoDetection(f"SEGMENT found nothing at {where}.")
    scores = {name: mask.score for name, mask in named.items()}
    return Scored(best, dict(sorted(scores.items(), key=lambda one: -one[1])))
