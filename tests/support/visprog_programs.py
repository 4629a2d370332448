"""VisProg's programs, and a small world that they look at, for the tests of the dialect."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.programs.dialects.front import dialect_tools, translate
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import is_tool, tool
from looksmith.tools.core.values import Box, Image, Mask
from looksmith.tools.media import crop
from looksmith.tools.profiles.unserved import register_declared

PROGRAMS = tomllib.loads(
    (Path(__file__).parents[1] / "programs/dialects/visprog/visprog.toml").read_text(encoding="utf-8")
)["program"]
WIDTH, HEIGHT = 100, 80


class World:
    """Tools that say what a test tells them to. The first box is (10, 20, 25, 40), each next one 20 to the right."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self.known = known or {}

    def _of(self, table: str, name: str, default: Any) -> Any:
        return self.known.get(table, {}).get(name, default)

    @tool
    def DETECT(self, image: Image, name: str) -> list[Box]:
        """Boxes of the name."""
        return [_box(i, name) for i in range(self._of("found", name, 0))]

    @tool
    def FACES(self, image: Image) -> list[Box]:
        """Faces."""
        return [_box(i, "face") for i in range(self.known.get("faces", 0))]

    @tool
    def SEGMENT_ALL(self, image: Image) -> list[Mask]:
        """A mask for each label, half as high as a box."""
        masks: list[Mask] = []
        for i, label in enumerate(self.known.get("labels", [])):
            array = np.zeros((HEIGHT, WIDTH), bool)
            array[20:30, 10 + 20 * i : 25 + 20 * i] = True
            masks.append(Mask.from_array(array, label))
        return masks

    @tool
    def VQA(self, image: Image, question: str) -> str:
        """The answer, or the place of the image."""
        if question.startswith("Where"):
            frame = image.frame
            return f"{frame.left:.0f} {frame.top:.0f} {frame.right:.0f} {frame.bottom:.0f}"
        return self.known["said"][question]

    @tool
    def CLASSIFY(self, image: Image, labels: list[str]) -> str:
        """The kind of the thing that the image shows, by its place."""
        kind = self.known["kinds"][round((image.frame.center_x - 17.5) / 20)]
        assert kind in labels
        return kind

    @tool
    def MATCH(self, images: list[Image], text: str) -> int:
        """The best."""
        return self.known["best"][text]

    @tool
    def LIST(self, question: str, max: int) -> list[str]:
        """What is listed."""
        return self.known["listed"][question][:max]

    @tool
    def REPLACE(self, image: Image, mask: Mask, prompt: str) -> Image:
        """Blue paint."""
        pixels = image.array().copy()
        pixels[mask.array()] = (0, 0, 255)
        return Image.of(Pillow.fromarray(pixels))


def _box(i: int, label: str) -> Box:
    return Box(10 + 20 * i, 20, 25 + 20 * i, 40, label, 0.9)


def registry(known: Mapping[str, Any] | None = None) -> Registry:
    made = Registry()
    made.add(World(known), *(f for f in vars(crop).values() if is_tool(f)), *dialect_tools("visprog"))
    register_declared(made, usable=True)
    return made


def read(source: str) -> Program:
    program = translate("visprog", source)
    assert isinstance(program, Program), program
    return program


MODULES = (
    *("LOC", "VQA", "COUNT", "CROP", "CROP_RIGHTOF", "CROP_LEFTOF"),
    *("CROP_ABOVE", "CROP_BELOW", "CROP_FRONTOF", "CROP_INFRONT", "CROP_INFRONTOF", "CROP_BEHIND"),
    *("CROP_AHEAD", "EVAL", "RESULT", "SEG", "SELECT", "CLASSIFY"),
    *("COLORPOP", "BGBLUR", "REPLACE", "EMOJI", "TAG", "FACEDET"),
    "LIST",
)


lines = st.sampled_from([line for row in PROGRAMS for line in row["source"].split("\n")])
