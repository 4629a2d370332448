"""CAPTION without a captioning model: summarizes the results of other models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, overload

from ...core.tool import Scored, tool
from ...core.values import Box, Image
from ..finders.sights import Eyes
from .degrees import TellsColors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_THINGS = 8
"""Kinds of things that are told; each with the places and colours of so many:"""
_EACH = 3
_CLASSES = 4
_LIKELY = 0.05
_TEXT = 120
"""Characters."""
_SIDE_PLACES = (0.36, 0.64)
"""Shares of the picture's width at which left ends and right begins."""


class Classifies(Protocol):
    """An image classifier with named classes (models/efficientnet.py)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes, each with its synonyms: "tabby, tabby cat"."""
        ...

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    def probabilities(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Shape (images, classes)."""
        ...


class Reads(Protocol):
    """Reads text (tools/see/text/read.py)."""

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    def READ(self, image: Image) -> Scored[str]:
        """The text in the image."""
        ...


class NoteTaker:
    """The tool CAPTION from the results of other models. colors, reader: None if the profile has none."""

    backend = "notes"

    def __init__(self, eyes: Eyes, network: Classifies, colors: TellsColors | None, reader: Reads | None) -> None:
        self._eyes = eyes
        self._network = network
        self._colors = colors
        self._reader = reader

    def load(self) -> None:
        """Load all models. Raises WeightsError."""
        self._eyes.load()
        if not self._network.names:
            self._network.load()
        if self._reader:
            self._reader.load()

    @overload
    def CAPTION(self, image: Image) -> str: ...
    @overload
    def CAPTION(self, images: list[Image]) -> list[str]: ...
    @tool
    def CAPTION(self, *args: Any, **given: Any) -> str | list[str]:
        """Notes of what is seen in the image, or each image."""
        (images,) = (*args, *given.values())
        return self._notes(images) if isinstance(images, Image) else [self._notes(image) for image in images]

    def _notes(self, image: Image) -> str:
        """Things with their number, places and colours, what the picture may show as a whole, and its text."""
        parts = [f"Things seen: {self._things(image) or 'none for sure'}.", f"It may show: {self._shows(image)}."]
        text = self._reader.READ(image).value.replace("\n", " / ") if self._reader else ""
        return " ".join([*parts, *([f'Text: "{text[:_TEXT]}".'] if text else [])])

    def _things(self, image: Image) -> str:
        by_name: dict[str, list[Box]] = {}
        for box in self._eyes.everything(image):
            by_name.setdefault(box.label, []).append(box)
        most = sorted(by_name.items(), key=lambda item: -max(box.area * box.score for box in item[1]))[:_THINGS]
        return "; ".join(self._of_one_kind(image, name, boxes) for name, boxes in most)

    def _of_one_kind(self, image: Image, name: str, boxes: Sequence[Box]) -> str:
        boxes = sorted(boxes, key=lambda box: -box.area)
        each = ", ".join(f"{self._color(image, box)}{place(box, image.frame)}" for box in boxes[:_EACH])
        return f"{len(boxes)} {name} ({each})"

    def _color(self, image: Image, box: Box) -> str:
        if self._colors is None or box.label == "person":
            return ""
        return f"{self._colors.COLOR(image, box).value} "

    def _shows(self, image: Image) -> str:
        likely = self._network.probabilities([image])[0]
        best = [int(number) for number in likely.argsort()[::-1][:_CLASSES] if likely[number] > _LIKELY]
        return ", ".join(self._network.names[number].partition(",")[0] for number in best) or "unclear"


def place(box: Box, frame: Box) -> str:
    """Where a thing lies in the picture: "left", "middle" or "right"."""
    across = (box.center_x - frame.left) / frame.width
    first, last = _SIDE_PLACES
    return "left" if across < first else "right" if across > last else "middle"
