"""The text in an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .tool import Scored, tool
from .values import Image


class ReadLine(Protocol):
    """A line of text."""

    @property
    def text(self) -> str:
        """What it says."""
        ...

    @property
    def score(self) -> float:
        """How sure the model is of its characters, 0 to 1."""
        ...


class TextReader(Protocol):
    """A model that reads."""

    def load(self) -> None:
        """Read the weights into memory."""
        ...

    def lines(self, image: Image) -> Sequence[ReadLine]:
        """The lines of text from top to bottom."""
        ...


class Reader:
    """The tool READ over a text reader."""

    backend = "rapidocr"

    def __init__(self, model: TextReader) -> None:
        self._model = model

    def load(self) -> None:
        """Load the model. Raises WeightsError when its weights have not been pulled."""
        self._model.load()

    @tool(cost=0.5)
    def READ(self, image: Image) -> Scored[str]:
        r"""The text written in the image, line by line; "" if none.

        Lines go from top to bottom and are joined by "\n". The scores are the lines', in that order, numbered from 1.
        """
        lines = self._model.lines(image)
        scores = {f"{number}: {line.text}": line.score for number, line in enumerate(lines, start=1)}
        return Scored("\n".join(line.text for line in lines), scores)
