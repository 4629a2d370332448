"""How much the pocket's detector sees, against scene graphs: one pass, as it once was, beside what is delivered.

    python tests/bench/detector.py FOLDER       with scene_graphs.json and photos/; needs the weights

A thing counts once, under any of its names that is one of COCO's; of a group that was not boxed one by one nothing is
wrong and nothing is right. AP is the mean of the best precision at 101 recalls (COCO), over all classes together,
IoU 0.45: the boxes of the scene graphs are drawn by eye.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.values import Box
from looksmith.tools.media.geometry import AREA, OVERLAP
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.detector import THRESHOLD
from looksmith.tools.models.detect.nanodet import SIDE, VIEWS, NanoDet
from looksmith.tools.models.detect.passes import SquareView
from looksmith.tools.weights.store import Weights
from looksmith.tools.words import coco_classes
from looksmith.tools.words.vocabulary import Vocabulary
from looksmith.tools.words.wordnet import WordNet

IOU = 0.45
PLAIN = ((SquareView(SIDE, shape_kept=False),),)
SETS = (("one, pressed", PLAIN), ("four of 416", VIEWS[:1]), ("six (delivered)", VIEWS))


class Thing(NamedTuple):
    """Something in a photo that the detector could know, under each of its names; `group`: several in one box."""

    labels: frozenset[str]
    box: Box
    group: bool


class Verdict(NamedTuple):
    """A candidate's score, and whether it is on a thing of its name that no better one is on."""

    score: float
    right: bool


def main(folder: Path) -> None:
    """Print the table."""
    graphs = json.loads((folder / "scene_graphs.json").read_text(encoding="utf-8"))
    vocabulary = coco_classes.vocabulary(WordNet(Weights(find_home() / "weights")))
    photos = [(load_image(folder / graph["image"]), list(_things(graph, vocabulary))) for graph in graphs.values()]
    things = sum(not thing.group for _, found in photos for thing in found)
    print(f"{len(photos)} photos, {things} things; threshold {THRESHOLD}\n")
    print("| passes | AP | precision | recall | F1 | a photo |\n|---|---|---|---|---|---|")
    for name, views in SETS:
        detector = NanoDet(Weights(find_home() / "weights"), "cpu", views)
        detector.load()
        start = perf_counter()
        seen = [detector.detect(image) for image, _ in photos]
        seconds = (perf_counter() - start) / len(photos)
        verdicts = [one for boxes, (_, truth) in zip(seen, photos, strict=True) for one in _judge(boxes, truth)]
        print(f"| {name} | {_row(verdicts, things)} | {seconds:.2f} s |", flush=True)


def _things(graph: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Thing]:
    """What the detector could know of a photo."""
    for thing in graph["objects"].values():
        labels = frozenset(filter(None, (_label(vocabulary, name) for name in (thing["name"], *thing["also"]))))
        if labels:
            box = Box(thing["x"], thing["y"], thing["x"] + thing["w"], thing["y"] + thing["h"])
            yield Thing(labels, box, thing["count"] != 1)


def _label(vocabulary: Vocabulary, name: str) -> str | None:
    """The detector's own name for a scene graph's."""
    match = vocabulary.find(name)
    return match.names[0] if match.how in ("same", "narrower") else None


def _judge(boxes: Sequence[Box], truth: Sequence[Thing]) -> Iterator[Verdict]:
    """Is each candidate, best first, on a thing? Those within a group of their name are not judged."""
    left = [thing for thing in truth if not thing.group]
    for box in boxes:
        fitting = [thing for thing in left if box.label in thing.labels and OVERLAP(box, thing.box) >= IOU]
        if fitting:
            left.remove(max(fitting, key=lambda thing: OVERLAP(box, thing.box)))
            yield Verdict(box.score, True)
        elif not any(_within(box, thing) for thing in truth if thing.group):
            yield Verdict(box.score, False)


def _within(box: Box, group: Thing) -> bool:
    shared = box.intersection(group.box)
    return box.label in group.labels and shared is not None and AREA(shared) > AREA(box) / 2


def _row(verdicts: Sequence[Verdict], things: int) -> str:
    """AP; precision, recall and F1 at the threshold."""
    ranked = sorted(verdicts, key=lambda verdict: -verdict.score)
    right = np.cumsum([verdict.right for verdict in ranked])
    precision, recall = right / np.arange(1, len(ranked) + 1), right / things
    steps = np.linspace(0, 1, 101)
    ap = np.mean([precision[recall >= step].max(initial=0) for step in steps])
    last = sum(verdict.score >= THRESHOLD for verdict in ranked) - 1
    p, r = precision[last], recall[last]
    return f"{ap:.3f} | {p:.2f} | {r:.2f} | {2 * p * r / (p + r):.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
