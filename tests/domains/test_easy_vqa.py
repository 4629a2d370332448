"""The tools for easy-VQA on shapes drawn here, as the data set draws them: blended at their borders."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor

TOOLS = Path(__file__).parent / "easy_vqa.py"
COLORS = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "brown": (165, 42, 42),
    "gray": (128, 128, 128),
    "green": (0, 255, 0),
    "red": (255, 0, 0),
    "teal": (0, 128, 128),
    "yellow": (255, 255, 0),
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Settings(tmp_path_factory.mktemp("home"), "cpu", (TOOLS,), installed=False).registry()


def drawn(shape: str, color: str, size: float, left: float, top: float, background: str = "#eef4f8") -> Image:
    """An image of 64 x 64 pixels with a shape, drawn eight times as large and made smaller."""
    big = Pillow.new("RGB", (512, 512), background)
    draw = ImageDraw.Draw(big)
    x, y, side = left * 8, top * 8, size * 8
    if shape == "circle":
        draw.ellipse((x, y, x + side, y + side), fill=COLORS[color])
    elif shape == "rectangle":
        draw.rectangle((x, y, x + side, y + side * 0.6), fill=COLORS[color])
    else:
        draw.polygon([(x, y + side * 0.87), (x + side / 2, y), (x + side, y + side * 0.87)], fill=COLORS[color])
    return Image.of(big.resize((64, 64), Pillow.Resampling.BOX))


@pytest.mark.parametrize("shape", ["circle", "rectangle", "triangle"])
@pytest.mark.parametrize(("size", "left", "top"), [(8, 3, 40), (9.5, 20.3, 0.7), (14, 49.8, 49.8), (30, 33, 20)])
def test_shapes_of_every_size_are_told_apart(
    registry: Registry, shape: str, size: float, left: float, top: float
) -> None:
    for color in COLORS:
        image = drawn(shape, color, size, left, top)
        seen = Executor(registry).call("SHAPE", (image,), {})
        assert (seen.value, seen.error) == (shape, None), color
        assert abs(seen.found[0].left - left) < 1.5
        assert abs(seen.found[0].top - top) < 1.5


@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize("background", ["#f6e9f4", "#fbfae3", "#e9e9e9", "#ffffff"])
def test_colors_on_every_pale_background(registry: Registry, color: str, background: str) -> None:
    image = drawn("circle", color, 11, 20, 20, background)
    assert Executor(registry).call("SHAPE_COLOR", (image,), {}).value == color


def test_an_empty_picture_has_no_shape(registry: Registry) -> None:
    image = Image.of(Pillow.new("RGB", (64, 64), "#eef4f8"))
    for name in ("SHAPE", "SHAPE_COLOR"):
        assert type(Executor(registry).call(name, (image,), {}).error).__name__ == "NoDetection"


def test_every_example_checks(registry: Registry) -> None:
    assert len(registry.examples) >= 8
    for example in registry.examples:
        checked = check(Program(example.program, example.question), registry)
        assert isinstance(checked, Checked), (example.question, checked)
