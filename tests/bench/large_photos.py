"""What the closer look adds in large pictures: photos side by side on one sheet of 4000 x 3000 pixels.

    python tests/bench/large_photos.py FOLDER       with scene_graphs.json and photos/; needs the weights

Twenty photos a sheet, each as large as its cell allows. Counted as in tests/bench/detector.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from detector import Thing, Verdict, _judge, _row, _things
from PIL import Image as Pillow

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.weights.store import Weights
from looksmith.tools.words import coco_classes
from looksmith.tools.words.wordnet import WordNet

WIDTH, HEIGHT, ACROSS, DOWN = 4000, 3000, 5, 4
Photo = tuple[Image, list[Thing]]


def main(folder: Path) -> None:
    """Print the table."""
    graphs = json.loads((folder / "scene_graphs.json").read_text(encoding="utf-8"))
    vocabulary = coco_classes.vocabulary(WordNet(Weights(find_home() / "weights")))
    photos = [(load_image(folder / graph["image"]), list(_things(graph, vocabulary))) for graph in graphs.values()]
    sheets = list(_sheets(photos))
    things = sum(not thing.group for _, found in sheets for thing in found)
    print(f"{len(sheets)} sheets of {WIDTH} x {HEIGHT} pixels, {things} things\n")
    print("| | AP | precision | recall | F1 | a sheet |\n|---|---|---|---|---|---|")
    for name, closer in (("six passes", False), ("and the closer look (delivered)", True)):
        detector = NanoDet(Weights(find_home() / "weights"), "cpu", closer=closer)
        detector.load()
        start = perf_counter()
        verdicts: list[Verdict] = []
        for image, truth in sheets:
            verdicts += _judge(detector.detect(image), truth)
        seconds = (perf_counter() - start) / len(sheets)
        print(f"| {name} | {_row(verdicts, things)} | {seconds:.2f} s |", flush=True)


def _sheets(photos: Sequence[Photo]) -> Iterator[Photo]:
    cell = (WIDTH // ACROSS, HEIGHT // DOWN)
    for start in range(0, len(photos), ACROSS * DOWN):
        sheet, found = Pillow.new("RGB", (WIDTH, HEIGHT), "gray"), list[Thing]()
        for number, (image, things) in enumerate(photos[start : start + ACROSS * DOWN]):
            left, top = number % ACROSS * cell[0], number // ACROSS * cell[1]
            scale = min(cell[0] / image.width, cell[1] / image.height)
            size = (round(image.width * scale), round(image.height * scale))
            sheet.paste(image.pixels.resize(size), (left, top))
            found += [thing._replace(box=_moved(thing.box, scale, left, top)) for thing in things]
        yield Image.of(sheet), found


def _moved(box: Box, scale: float, left: float, top: float) -> Box:
    return Box(box.left * scale + left, box.top * scale + top, box.right * scale + left, box.bottom * scale + top)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
