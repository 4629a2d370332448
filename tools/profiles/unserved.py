"""Declarations of tools without a backend: programs with them can be checked and dry-run, but not run.

They are never offered to the language model. A plug-in can replace them by registering a tool of the same name.
"""

from __future__ import annotations

from ..core.errors import ToolError
from ..core.registry import Registry
from ..core.tool import is_tool, tool
from ..core.values import Box, Image, Mask, Point, Video

REASON = "no backend in this profile"


def register_declared(registry: Registry, *, usable: bool) -> None:
    """Add the tools of `Declared` that are missing in the registry.

    usable: allow programs to call them; otherwise, they are only marked as unavailable.
    """
    declared = Declared()
    for name, function in vars(Declared).items():
        if not is_tool(function) or name in registry:
            continue
        if usable:
            registry.add(getattr(declared, name))
        elif name not in registry.missing:
            registry.refuse(name, REASON)


class Declared:
    """The tools' types and docs. Each call raises ToolError."""

    backend = "none"

    @tool
    def VQA(self, image: Image, question: str) -> str:
        """A short answer to a question about the image."""
        raise _no_backend("VQA")

    @tool
    def CAPTION(self, image: Image) -> str:
        """A sentence that describes the image."""
        raise _no_backend("CAPTION")

    @tool
    def POINT(self, image: Image, name: str) -> list[Point]:
        """A point on each named thing; [] if none."""
        raise _no_backend("POINT")

    @tool
    def DEPTH(self, image: Image, box: Box | None = None) -> float:
        """Median distance from the camera; larger is farther.

        box: the part of the image to look at; all of it when it is not given.

        In relative units: two depths of one image can be compared, and mean nothing by themselves.
        """
        raise _no_backend("DEPTH")

    @tool
    def VERIFY(self, image: Image, statement: str) -> bool:
        """Is the statement true of the image?

        statement: such as "the car is red".
        """
        raise _no_backend("VERIFY")

    @tool
    def MATCH(self, images: list[Image], text: str) -> int:
        """The index of the image that fits the text best."""
        raise _no_backend("MATCH")

    @tool
    def SEGMENT_ALL(self, image: Image) -> list[Mask]:
        """A labelled mask for each thing and background region.

        Panoptic: no pixel belongs to two masks.
        """
        raise _no_backend("SEGMENT_ALL")

    @tool
    def TRACK(self, video: Video, where: Box, *, start: int = 0, count: int | None = None) -> list[Mask]:
        """The mask of a thing in each frame; empty where gone.

        where: the thing's box in the frame `start`.
        start: the frame to begin with, whose mask comes first.
        count: how many frames; all that follow when it is not given.
        """
        raise _no_backend("TRACK")

    @tool
    def FACES(self, image: Image) -> list[Box]:
        """The box of each face; [] if none."""
        raise _no_backend("FACES")

    @tool
    def REPLACE(self, image: Image, mask: Mask, prompt: str) -> Image:
        """The image with the masked part painted anew from the prompt."""
        raise _no_backend("REPLACE")

    @tool
    def ASK_LLM(self, question: str) -> str:
        """A language model's answer, from general knowledge."""
        raise _no_backend("ASK_LLM")

    @tool
    def LIST(self, question: str, max: int) -> list[str]:
        """Names that answer the question, from general knowledge.

        max: how many there may be.
        """
        raise _no_backend("LIST")


def _no_backend(name: str) -> ToolError:
    hint = f"Run the program with --dry-run, or register a tool {name} (--tools FILE)."
    return ToolError(f"{name} has no backend here.", hint=hint)
