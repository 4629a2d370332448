"""The tools that programs about one image call, declared alone: what examples are checked against anywhere."""

from __future__ import annotations

from typing import Any, overload

from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import is_tool, tool
from looksmith.tools.core.values import Box, Image, Mask, Point
from looksmith.tools.media import crop, geometry
from looksmith.tools.profiles.unserved import register_declared


class Surface:
    """Tools without a model: each has the signature and the line of the prompt, and no body."""

    backend = "declared"

    @tool
    def LOC(self, image: Image, name: str, which: str = "") -> Box:
        """The best box of the named thing."""
        raise AssertionError

    @tool
    def DETECT(self, image: Image, name: str, which: str = "") -> list[Box]:
        """All boxes of the named thing, best first; [] if none."""
        raise AssertionError

    @tool
    def EXISTS(self, image: Image, name: str, which: str = "") -> bool:
        """Is the named thing in the image?"""
        raise AssertionError

    @overload
    def COUNT(self, items: list[Box]) -> int: ...
    @overload
    def COUNT(self, image: Image, name: str, which: str = "") -> int: ...
    @tool
    def COUNT(self, *args: Any, **given: Any) -> int:
        """The number of boxes, or of named things in the image."""
        raise AssertionError

    @tool
    def THINGS(self, image: Image, kind: str = "thing", which: str = "") -> list[Box]:
        """Everything of a kind ("animal", "fruit"), each labelled with its own name."""
        raise AssertionError

    @tool
    def PARTNER(self, image: Image, box: Box, relation: str) -> Box:
        """What the box is "holding" or "lying on", labelled with its name."""
        raise AssertionError

    @overload
    def NAME(self, image: Image, kind: str) -> str: ...
    @overload
    def NAME(self, image: Image, box: Box, kind: str) -> str: ...
    @tool
    def NAME(self, *args: Any, **given: Any) -> str:
        """What the image or the thing in the box is called: which "fruit", "dog breed", "vehicle"."""
        raise AssertionError

    @overload
    def VERIFY(self, image: Image, statement: str) -> bool: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> bool: ...
    @tool
    def VERIFY(self, *args: Any, **given: Any) -> bool:
        """Is it true of the image or box: "open", "wearing a hat"?"""
        raise AssertionError

    @overload
    def CLASSIFY(self, image: Image, labels: list[str]) -> str: ...
    @overload
    def CLASSIFY(self, image: Image, box: Box, labels: list[str]) -> str: ...
    @tool
    def CLASSIFY(self, *args: Any, **given: Any) -> str:
        """The label that fits the image, or the thing in the box, best."""
        raise AssertionError

    @tool
    def COLOR(self, image: Image, where: Box | Mask | None = None) -> str:
        """The main color, a basic name such as "red" or "gray"."""
        raise AssertionError

    @tool
    def BRIGHTNESS(self, image: Image, where: Box | None = None) -> float:
        """How bright, 0 to 255."""
        raise AssertionError

    @overload
    def READ(self, image: Image, what: str = "") -> str: ...
    @overload
    def READ(self, image: Image, box: Box, what: str = "") -> str: ...
    @tool
    def READ(self, *args: Any, **given: Any) -> str:
        """The text in the image or box, in lines; "" if none."""
        raise AssertionError


@tool
def SEGMENT(image: Image, where: Box | Point) -> Mask:
    """The exact outline of the thing in the box, or at the point."""
    raise AssertionError


def surface(*, declared: bool = False) -> Registry:
    """The surface with the plain tools. declared: also with tools that only some profiles offer, such as VQA."""
    registry = Registry()
    plain = [function for module in (crop, geometry) for function in vars(module).values() if is_tool(function)]
    registry.add(Surface(), *dict.fromkeys(plain))
    if declared:
        registry.add(SEGMENT)
        register_declared(registry, usable=True)
    return registry
