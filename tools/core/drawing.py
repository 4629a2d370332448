"""Drawn scenes: made-up pictures of which a domain knows everything, to try programs on.

Panagopoulou et al., "ViUniT: Visual Unit Tests for More Robust Visual Programming", 2024, draw pictures with a
diffusion model; a domain whose pictures are simple can draw them itself, and know the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .values import Image


@dataclass(frozen=True)
class DrawnScene:
    """A scene for a question.

    image: stands for the picture; its pixels need not show it, since the domain's tools know the truth by `source`.
    told: what it shows, in words; answer: what is certainly right there, None where nobody knows.
    """

    image: Image
    told: str
    answer: Any = None


class Drawing(Protocol):
    """A domain's generator of scenes."""

    def scenes(self, question: str) -> Sequence[DrawnScene]:
        """A few scenes for a question, always the same ones; none if it cannot draw any."""
        ...

    @property
    def tools(self) -> Sequence[Any]:
        """The domain's tools, which answer from the truth of every scene that was drawn."""
        ...
