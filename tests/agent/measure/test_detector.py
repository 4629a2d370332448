"""A detector against the truth: figures with known values, and labels that look wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drawn_scenes import draw_scene
from PIL import Image as Pillow
from rich.console import Console

from looksmith.agent.cli.detector import print_figures
from looksmith.agent.measure.detections import detect
from looksmith.agent.measure.figures import CandidateVerdict, best_threshold, measure
from looksmith.agent.measure.image_truth import TruthSet, load_truths
from looksmith.tools.core.call import Call
from looksmith.tools.core.errors import InputError, PrerequisiteError, UnknownName
from looksmith.tools.core.values import Box

CUP, OTHER, DOG, CROWD = (10, 10, 30, 30), (50, 10, 70, 30), (10, 60, 40, 90), (60, 60, 99, 99)


def box(sides: tuple[int, int, int, int], label: str, score: float = 1.0) -> Box:
    return Box(*sides, label=label, score=score)


class Played:
    """An executor whose DETECT gives what was written down: by label the boxes, those from 0.5 on taken."""

    def __init__(self, found: Mapping[str, list[Box]], width: int = 100) -> None:
        self._found, self._width = found, width

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *_: Any) -> Call:
        """As of an executor."""
        image, label = args
        assert (name, image.width) == ("DETECT", self._width)
        if label not in self._found:
            return Call(name, "played", {}, error=UnknownName(f"No model knows {label}."))
        every = self._found[label]
        taken, rejected = [b for b in every if b.score >= 0.5], tuple(b for b in every if b.score < 0.5)
        return Call(name, "played", {}, value=taken, rejected=rejected)


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """Two pictures: two cups, a dog and a crowd of cups; and a dog alone."""
    for name in ("1.png", "2.png"):
        Pillow.new("RGB", (100, 100)).save(tmp_path / name)
    names = {1: "cup", 2: "dog"}
    drawn = [(1, 1, CUP), (1, 1, OTHER), (1, 2, DOG), (2, 2, DOG)]
    rows = [{"image_id": i, "category_id": c, "bbox": _as_coco(sides)} for i, c, sides in drawn]
    rows.append({"image_id": 1, "category_id": 1, "bbox": _as_coco(CROWD), "iscrowd": 1})
    images = [{"id": n, "file_name": f"{n}.png", "width": 100, "height": 100} for n in (1, 2)]
    categories = [{"id": id, "name": name} for id, name in names.items()]
    path = tmp_path / "truth.json"
    path.write_text(json.dumps({"images": images, "annotations": rows, "categories": categories}))
    return path


def _as_coco(sides: tuple[int, int, int, int]) -> list[int]:
    left, top, right, bottom = sides
    return [left, top, right - left, bottom - top]


def truths(path: Path, *labels: str) -> TruthSet:
    return load_truths(path, None, labels or ("cup", "dog"))


def test_a_detector_that_finds_everything_is_perfect(coco: Path) -> None:
    class Same(Played):
        """The second picture has no cups."""

        def __init__(self) -> None:
            super().__init__({})
            self._asked = 0

        def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *_: Any) -> Call:
            self._asked += 1
            cups = [box(CUP, "cup", 0.9), box(OTHER, "cup", 0.8)] if self._asked == 1 else []
            return Call(name, "", {}, value=cups if args[1] == "cup" else [box(DOG, "dog", 0.7)])

    found = measure(detect(Same(), truths(coco), lambda _: None))
    assert (found.precision, found.recall, found.map50, found.map50_95) == pytest.approx((1, 1, 1, 1))
    assert (found.threshold, found.f1, found.suspects) == (0.7, 1, [])
    assert [row[:2] for row in found.confusion[:2]] == [[2, 0], [0, 2]]


def test_figures_of_a_detector_that_errs(coco: Path) -> None:
    """In both pictures: one cup right and one rejected, the dog taken for a cup as well, and a cup in the crowd."""
    cups = [box(CUP, "cup", 0.9), box(DOG, "cup", 0.6), box((61, 61, 80, 80), "cup", 0.8), box(OTHER, "cup", 0.4)]
    found = measure(detect(Played({"cup": cups, "dog": []}), truths(coco), lambda _: None))
    cup, dog = found.labels
    # Right: a cup of the first picture. Wrong: two dogs taken for cups, and the second picture's cup and crowd.
    assert (cup.found, cup.wrong, cup.boxes, dog.boxes) == (1, 4, 2, 2)
    assert (found.precision, found.recall) == (pytest.approx(1 / 5), pytest.approx(1 / 4))
    assert dog.ap == 0
    kinds = {(one.image, one.kind, one.label, one.seen) for one in found.suspects}
    assert ("1.png", "other label", "dog", "cup") in kinds
    assert ("2.png", "missing", "", "cup") in kinds
    assert found.suspects[0].score == 0.9, "the surest first"
    console = Console(record=True, width=140)
    print_figures(console, found)
    told = console.export_text()
    assert "dog taken for cup: 2" in told
    assert "2.png (10, 10, 30, 30): cup without a label (score 0.90)" in told


def test_the_threshold_with_the_best_f1() -> None:
    verdicts = [
        CandidateVerdict("a", score, right) for score, right in ((0.9, True), (0.8, True), (0.8, False), (0.3, False))
    ]
    # From 0.9 on: 2/(1+2); from 0.8 on, all three of that score: 4/(3+2).
    assert best_threshold(verdicts, 2) == (0.8, pytest.approx(0.8))
    assert best_threshold([], 2) == (None, None)


def test_labels_that_the_profile_does_not_know_are_told(coco: Path) -> None:
    found = detect(Played({"dog": [box(DOG, "dog", 0.9)]}), truths(coco), lambda _: None)
    assert (found.labels, list(found.unknown)) == (("dog",), ["cup"])
    assert measure(found).precision == 1
    with pytest.raises(PrerequisiteError, match="knows none of the labels: No model knows cup"):
        detect(Played({}), truths(coco), lambda _: None)


def test_scene_graphs_are_truth_too_and_count_under_other_words(tmp_path: Path) -> None:
    draw_scene(tmp_path)
    graphs = tmp_path / "scene_graphs.json"
    (truth,) = truths(graphs, "mug", "book", "couch").truths
    assert sorted(one.label for one in truth.boxes) == ["couch", "mug", "mug", "mug"]
    assert [one.label for one in truth.crowds] == ["book"]
    with pytest.raises(InputError, match=r"does not have zebra\. Pass labels that it has: --labels \w+,"):
        truths(graphs, "zebra")


@pytest.mark.parametrize("text", ["[]", "{", '{"annotations": [{}], "images": [], "categories": []}'])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(InputError, match=r"truth\.json"):
        load_truths(tmp_path / "truth.json", None)
