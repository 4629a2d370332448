"""A classifier against the truth: figures with known values, and labels that look wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from rich.console import Console

from looksmith.agent.cli.classifier import print_figures
from looksmith.agent.measure.classify import classify, measure
from looksmith.agent.measure.image_truth import load_truths
from looksmith.tools.core.call import Call
from looksmith.tools.core.errors import PrerequisiteError, UnknownName

PLACES = {10: "cup", 40: "dog", 70: "cup"}


class Played:
    """An executor whose CLASSIFY says what was written down for the box that begins so far to the right."""

    def __init__(self, said: Mapping[int, tuple[str, float]]) -> None:
        self._said = said

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *_: Any) -> Call:
        """As of an executor."""
        _, box, labels = args
        assert (name, labels) == ("CLASSIFY", ["cup", "dog"])
        left = round(box.left)
        if left not in self._said:
            return Call(name, "played", {}, error=UnknownName("No model tells these apart."))
        label, score = self._said[left]
        return Call(name, "played", {}, value=label, scores={label: score})


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A picture of two cups and a dog, drawn at half its size."""
    Pillow.new("RGB", (200, 200)).save(tmp_path / "1.png")
    categories = {"cup": 1, "dog": 2}
    rows = [
        {"image_id": 1, "category_id": categories[label], "bbox": [left / 2, 5, 10, 10]}
        for left, label in PLACES.items()
    ]
    images = [{"id": 1, "file_name": "1.png", "width": 100, "height": 100}]
    path = tmp_path / "truth.json"
    path.write_text(
        json.dumps(
            {"images": images, "annotations": rows, "categories": [{"id": n, "name": c} for c, n in categories.items()]}
        )
    )
    return path


def test_figures_are_those_of_the_boxes(coco: Path) -> None:
    truths = load_truths(coco, None, ("cup", "dog"))
    played = Played({10: ("cup", 0.9), 40: ("cup", 0.6), 70: ("cup", 0.8)})
    found = measure(truths.labels, classify(played, truths, lambda _: None))  # pyright: ignore[reportArgumentType]
    assert (found.boxes, found.accuracy, found.commonest) == (3, 2 / 3, 2 / 3)
    assert found.confusion == [[2, 0], [1, 0]]
    cup, dog = found.labels
    assert (cup.given, cup.right, cup.precision, cup.recall) == (3, 2, 2 / 3, 1.0)
    assert (dog.given, dog.right, dog.precision, dog.recall) == (0, 0, None, 0.0)
    assert found.threshold == 0.8


def test_a_sure_answer_that_differs_is_to_be_looked_at_again(coco: Path) -> None:
    truths = load_truths(coco, None, ("cup", "dog"))
    played = Played({10: ("dog", 0.95), 40: ("dog", 0.9), 70: ("cup", 0.8)})
    found = measure(truths.labels, classify(played, truths, lambda _: None))  # pyright: ignore[reportArgumentType]
    (doubted,) = found.suspects
    assert (doubted.label, doubted.given, doubted.score) == ("cup", "dog", 0.95)
    console = Console(width=120, record=True)
    print_figures(console, found)
    text = console.export_text()
    assert "accuracy 66.7%" in text
    assert "1.png (5, 5, 15, 15): cup, or is it dog? (score 0.95)" in text


def test_what_the_tool_cannot_tell_counts_as_wrong(coco: Path) -> None:
    truths = load_truths(coco, None, ("cup", "dog"))
    played = Played({10: ("cup", 0.9)})
    found = measure(truths.labels, classify(played, truths, lambda _: None))  # pyright: ignore[reportArgumentType]
    assert (found.untold, found.accuracy) == (2, 1 / 3)


def test_a_tool_that_can_tell_nothing_says_why(coco: Path) -> None:
    truths = load_truths(coco, None, ("cup", "dog"))
    with pytest.raises(PrerequisiteError, match="tells these apart"):
        classify(Played({}), truths, lambda _: None)  # pyright: ignore[reportArgumentType]
