"""`looksmith eval` on a few drawn pictures with a played language model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from PIL import Image as Pillow
from PIL import ImageDraw

SHAPE, COLOR = "answer = SHAPE(image)", "answer = SHAPE_COLOR(image)"


def draw(path: Path, shape: str, color: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Pillow.new("RGB", (64, 64), "#eef4f8")
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "circle" else draw.rectangle)((10, 10, 40, 40), fill=color)
    image.save(path)


def right(asked: str) -> str:
    """The right program for each question of `data`."""
    if "is number" in asked.rpartition("Question: ")[2]:
        return f'{SHAPE} == "circle"'
    return COLOR if "what color?" in asked.rpartition("Question: ")[2] else SHAPE


Look = Callable[..., Result]
PLAIN = ("--samples", "1", "--nearest", "0", "--no-grammar")


Numbers = Callable[[], Any]


def results(home: Path) -> list[Any]:
    """The rows of the only evaluation."""
    (path,) = home.glob("evals/*/results.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]
