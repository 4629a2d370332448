"""How well READ reads photos: words that a person saw in them, questions about them, and photos that have none.

    python tests/bench/read.py FOLDER [--show]      FOLDER has scene_graphs.json, *questions.jsonl and photos/

FOLDER is in the form of GQA's scene graphs, with `text` for what is written on a thing. Told are, for READ(image, box)
on the person's boxes and READ(image) on whole photos: how many texts were read exactly, how many when only letters and
digits count, and the share of their words found; how many text questions have their answer in what was read; on how
many photos without text something was said; the seconds of a call. --show prints each text with what was read.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.rapid_ocr import RapidOcr
from looksmith.tools.see.text.read import Reader
from looksmith.tools.weights.store import Weights
from photos import photo_path

SILENT = (
    *("astronaut", "brick", "camera", "cell", "chelsea", "clock_motion", "coffee", "color", "grass", "gravel"),
    *("horse", "hubble_deep_field", "ihc", "moon", "phantom", "retina", "rocket"),
)
"""Pictures of scikit-image in which a person reads nothing."""


@dataclass
class Tally:
    """What was read of a number of texts. questions: answers that were seen, of all text questions."""

    texts: int = 0
    exact: int = 0
    normal: int = 0
    words: float = 0.0
    seconds: list[float] = field(default_factory=list[float])

    def add(self, truth: str, read: str) -> None:
        """Count one text."""
        self.texts += 1
        self.exact += " ".join(read.split()) == truth
        self.normal += normal(read) == normal(truth)
        self.words += share_of_words(truth, read)

    def row(self, name: str) -> str:
        """A line of the table."""
        middle, words = sorted(self.seconds)[len(self.seconds) // 2], self.words / self.texts
        return f"| {name} | {self.exact} | {self.normal} of {self.texts} | {words:.2f} | {middle:.2f} s |"


def normal(text: str) -> str:
    """Only letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


def share_of_words(truth: str, read: str) -> float:
    """How many of the words of `truth` are somewhere in what was read."""
    words = [word for part in truth.split() if (word := normal(part))]
    return sum(word in normal(read) for word in words) / len(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    graphs: dict[str, Any] = json.loads((given.folder / "scene_graphs.json").read_text(encoding="utf-8"))
    reader = Reader(RapidOcr(Weights(find_home() / "weights")))
    reader.load()
    boxes, whole = Tally(), Tally()
    read: dict[str, list[str]] = {}
    spoke: list[str] = []
    for name, graph in graphs.items():
        image = load_image(given.folder / "photos" / f"{name}.jpg")
        everything = _read(reader, image, None, whole)
        truths = list(_texts(graph))
        read[name] = [everything]
        if not truths and everything:
            spoke.append(f"{name}: {everything!r}")
        for truth, box in truths:
            inside = _read(reader, image, box, boxes)
            boxes.add(truth, inside)
            whole.add(truth, everything)
            read[name].append(inside)
            if given.show:
                print(f"{name}  {truth!r}: box {inside!r}, photo {everything!r}")
    print("| | exact | letters and digits | words found | median |\n|---|---|---|---|---|")
    print(boxes.row("READ(image, box), the person's boxes"))
    print(whole.row("READ(image)"))
    _print_questions(given.folder, read)
    silent = sum(not any(_texts(graph)) for graph in graphs.values())
    print(f"photos without text on which something was read: {len(spoke)} of {silent}: {'; '.join(spoke)}")
    said = {name: text for name in SILENT if (text := reader.READ(load_image(photo_path(name))).value)}
    print(f"scikit-image's pictures without text: {len(said)} of {len(SILENT)}: {said}")


def _read(reader: Reader, image: Image, box: Box | None, tally: Tally) -> str:
    start = time.perf_counter()
    found = reader.READ(image) if box is None else reader.READ(image, box)
    tally.seconds.append(time.perf_counter() - start)
    return found.value


def _texts(graph: dict[str, Any]) -> Iterator[tuple[str, Box]]:
    for thing in graph["objects"].values():
        if thing.get("text"):
            place = Box(thing["x"], thing["y"], thing["x"] + thing["w"], thing["y"] + thing["h"])
            yield thing["text"], place


def _print_questions(folder: Path, read: dict[str, list[str]]) -> None:
    """Is an answer the whole text of a box, or somewhere in what was read of a box, or of the photo?"""
    whole = part = anywhere = asked = 0
    for file in sorted(folder.glob("*questions.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            question: dict[str, Any] = json.loads(line)
            answers = question["answer"] if isinstance(question["answer"], list) else [question["answer"]]
            if question["kind"] != "text" or answers == ["no"] or answers == ["english"]:
                continue
            everything, *inside = map(normal, read[Path(question["image"]).stem])
            right = [normal(answer) for answer in answers]
            asked += 1
            whole += any(text == answer for text in inside for answer in right)
            part += any(answer in text for text in inside for answer in right)
            anywhere += any(answer in everything for answer in right)
    print(f"text questions: the answer is all of a box {whole}, in a box {part}, in the photo {anywhere}, of {asked}")


if __name__ == "__main__":
    main()
