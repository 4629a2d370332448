"""The NLVR tools see on pixels what was drawn, and mean what their docstrings say."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageDraw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.tools.core.errors import ArgumentError, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Image
from looksmith.tools.profiles.plugins import Register, load_file
from looksmith.tools.weights.store import Weights

FILE = Path(__file__).with_name("nlvr.py")
COLORS = {"#0099ff": (0, 153, 255), "Black": (0, 0, 0), "Yellow": (255, 255, 0)}
Row = Mapping[str, Any]
DATA = os.environ.get("LOOKSMITH_NLVR", "")


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("nlvr_plugin", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["nlvr_plugin"] = module
    spec.loader.exec_module(module)
    return module


NLVR = _load()


def row(kind: str, color: str, size: int, left: int, top: int) -> Row:
    """An item as the data set writes it."""
    return {"type": kind, "color": color, "size": size, "x_loc": left, "y_loc": top}


def draw(scene: Sequence[Sequence[Row]]) -> Image:
    """The picture of a scene: drawn four times too large and reduced, which blends the edges."""
    scale = 4
    picture = PIL.Image.new("RGB", (400 * scale, 100 * scale), (128, 128, 128))
    pen = PIL.ImageDraw.Draw(picture)
    for home, rows in zip((0, 150, 300), scene, strict=True):
        pen.rectangle((home * scale, 0, (home + 100) * scale - 1, 100 * scale), fill=(211, 211, 211))
        for item in rows:
            left, top, side = (home + item["x_loc"]) * scale, item["y_loc"] * scale, item["size"] * scale
            right, bottom = left + side - 1, top + side - 1
            color = COLORS[item["color"]]
            if item["type"] == "square":
                pen.rectangle((left, top, right, bottom), fill=color)
            elif item["type"] == "circle":
                pen.ellipse((left, top, right, bottom), fill=color)
            else:
                pen.polygon([(left, bottom), (right, bottom), ((left + right) / 2, top)], fill=color)
    return Image.of(picture.resize((400, 100), PIL.Image.Resampling.BOX))


@st.composite
def scenes(make: Any) -> list[list[Row]]:
    """Three boxes with items on a grid of 33 pixels, so that none overlap."""
    boxes: list[list[Row]] = []
    for _ in range(3):
        cells = make(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), unique=True, max_size=7))
        rows: list[Row] = []
        for column, line in cells:
            size = make(st.sampled_from([10, 20, 30]))
            left, top = (
                {0: 0, 1: 33, 2: 66}[place] + make(st.integers(0, {0: 33, 1: 33, 2: 34}[place] - size - 1))
                for place in (column, line)
            )
            if make(st.booleans()) and line == 2:
                top = 100 - size
            kind = make(st.sampled_from(["circle", "square", "triangle"]))
            rows.append(row(kind, make(st.sampled_from(list(COLORS))), size, left, top))
        boxes.append(rows)
    return boxes


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_pixels_show_what_was_drawn(scene: list[list[Row]]) -> None:
    image = draw(scene)
    seen, true = NLVR.PixelEyes(), NLVR.OracleEyes({image.source: scene})
    assert [box.left for box in seen.boxes(image)] == [0, 150, 300]

    def told(eyes: Any) -> list[Any]:
        items = eyes.items(image)
        return sorted(
            (
                item.color,
                item.shape,
                item.size,
                round(item.box.center_x / 6),
                item.touches("bottom"),
                item.touches("left"),
            )
            for item in items
        )

    assert told(seen) == told(true)


TOWERS = [
    [row("square", "Black", 20, 40, 80), row("square", "Yellow", 20, 40, 59), row("square", "#0099ff", 20, 40, 38)],
    [row("square", "Yellow", 20, 40, 80)],
    [row("square", "Yellow", 20, 40, 80), row("square", "Yellow", 20, 40, 59)],
]
SCATTER = [
    [row("circle", "Black", 30, 0, 10), row("triangle", "Yellow", 10, 50, 90), row("square", "#0099ff", 20, 80, 0)],
    [row("circle", "Yellow", 20, 30, 30)],
    [],
]


@pytest.fixture(params=["pixels", "oracle"])
def shapes(request: pytest.FixtureRequest) -> Any:
    truths = {draw(scene).source: scene for scene in (TOWERS, SCATTER)}
    eyes = NLVR.PixelEyes() if request.param == "pixels" else NLVR.OracleEyes(truths)
    return NLVR.Shapes(eyes, request.param)


def test_towers_from_base_to_top(shapes: Any) -> None:
    first, second, third = shapes.TOWERS(draw(TOWERS))
    assert [len(shapes.ITEMS(tower)) for tower in (first, second, third)] == [3, 1, 2]
    assert (shapes.BASE(first), shapes.NTH_BLOCK(first, 2), shapes.TOP(first)) == ("black", "yellow", "blue")
    assert shapes.NTH_BLOCK(second, 2) is None and shapes.NTH_BLOCK(second, -2) is None
    assert shapes.NTH_BLOCK(first, -1) == "blue"
    assert shapes.ABOVE(first, "yellow", "black") and not shapes.ABOVE(first, "black", "yellow")
    assert shapes.ABOVE(first, "blue", "black") is False  # not directly
    assert shapes.BELOW(first, "black", "yellow")
    assert shapes.COLORS(third) == ["yellow"]
    with pytest.raises(ToolError, match="counts from 1"):
        shapes.NTH_BLOCK(first, 0)


def test_walls_and_corners(shapes: Any) -> None:
    image = draw(SCATTER)

    def count(**wanted: str) -> int:
        return len(shapes.ITEMS(image, **wanted))

    assert count() == 4
    assert count(touching="edge") == 3
    assert count(not_touching="edge") == 1
    assert count(touching="bottom") == 1 == count(touching="bottom", shape="triangle", color="yellow", size="small")
    assert count(touching="corner") == 1 == count(touching="corner", color="blue")
    assert count(touching="left", size="large") == 1
    assert [len(shapes.ITEMS(box)) for box in shapes.BOXES(image)] == [3, 1, 0]
    assert set(shapes.SHAPES(image)) == {"circle", "triangle", "square"}
    assert (shapes.SHAPES(image, color="yellow", size="small"), shapes.COLORS(image, size="large")) == (
        ["triangle"],
        ["black"],
    )
    assert shapes.TOP(shapes.BOXES(image)[2]) is None


def test_every_example_checks_and_stands_alone() -> None:
    registry = Registry()
    load_file(FILE, Register(registry, Weights(FILE.parent), "cpu"))
    questions = [example.question.lower() for example in registry.examples]
    assert len(set(questions)) == len(questions) >= 150
    for example in registry.examples:
        checked = check(Program(example.program, example.question), registry)
        assert isinstance(checked, Checked), (example.question, checked)


@pytest.mark.skipif(not DATA, reason="LOOKSMITH_NLVR does not name the folder of NLVR")
def test_no_statement_is_a_sentence_of_the_data_set() -> None:
    def plain(text: str) -> str:
        return " ".join(re.findall(r"[a-z0-9]+", text.lower()))

    registry = Registry()
    load_file(FILE, Register(registry, Weights(FILE.parent), "cpu"))
    sentences = {plain(json.loads(line)["sentence"]) for line in (Path(DATA) / "dev.json").read_text().splitlines()}
    assert len(sentences) > 200
    assert sentences.isdisjoint(plain(example.question) for example in registry.examples)


def test_a_color_that_does_not_exist_is_refused_before_the_tool_runs() -> None:
    registry = Registry()
    load_file(FILE, Register(registry, Weights(FILE.parent), "cpu"))
    with pytest.raises(ArgumentError, match="green"):
        registry.get("ITEMS").bind((draw(SCATTER),), {"color": "green"})


# -- drawn scenes


def certain_of(statement: str) -> dict[str, bool | None]:
    """What is certain on the scenes of a statement, by what they show."""
    return {scene.told: scene.answer for scene in NLVR.Scenes().scenes(statement)}


@pytest.mark.parametrize(
    ("statement", "facts"),
    [
        (
            "There is a yellow tower with two blocks.",
            {"nothing in its boxes": False, "nothing yellow in it": False, "fewer than 2 things in it": False},
        ),
        (
            "There is no black circle.",
            {"nothing in its boxes": True, "nothing black in it": True, "no circle in it": True},
        ),
        ("There is a blue or a black circle.", {}),
        ("There is a box without a yellow item.", {}),
        ("There are more yellow items than blue ones.", {}),
        ("All the towers have a blue base.", {}),
    ],
)
def test_something_is_certain_where_what_a_statement_names_is_left_out(statement: str, facts: dict[str, bool]) -> None:
    assert {told: answer for told, answer in certain_of(statement).items() if answer is not None} == facts


@given(st.sampled_from(["There is a blue circle.", "There is a tower with a black base.", "There are two items."]))
@settings(max_examples=3)
def test_scenes_are_always_the_same_and_lack_what_they_say(statement: str) -> None:
    drawing = NLVR.Scenes()
    first, again = drawing.scenes(statement), NLVR.Scenes().scenes(statement)
    assert [scene.image.source for scene in first] == [scene.image.source for scene in again]
    (shapes,) = drawing.tools
    for scene in first:
        assert ("blue" in scene.told) <= (shapes.ITEMS(scene.image, color="blue") == [])
        assert ("circle" in scene.told) <= (shapes.ITEMS(scene.image, shape="circle") == [])
    assert any(len(shapes.ITEMS(scene.image)) > 3 for scene in first)


def test_towers_of_scenes_are_towers_for_the_tools() -> None:
    drawing = NLVR.Scenes()
    (shapes,) = drawing.tools
    heights = {
        len(shapes.ITEMS(tower))
        for number in range(9)
        for scene in drawing.scenes(f"tower {number}")
        for tower in shapes.TOWERS(scene.image)
    }
    assert heights == {1, 2, 3, 4}
