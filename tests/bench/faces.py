"""How well faces are found in photos, and men, women and children told by them.

    python tests/bench/faces.py FOLDER [--show]       FOLDER has scene_graphs.json and photos/

FOLDER is in the form of GQA's scene graphs. A face is right when it lies where the head of a person's box may be, or
on a box that is called face. Not every person shows a face, so the share of persons with one is no recall;
the share of the boxes called face is. Man or woman is told on the person's boxes and compared with their names; how
often that is right is told for several thresholds, of which `people.SURE` is one.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from looksmith.agent.setup.settings import find_home
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.media.images import load_image
from looksmith.tools.models.people.face_detector import THRESHOLD
from looksmith.tools.models.people.faceres import FaceRes
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.see.people.people import SMALLEST, SURE, around, named, owned
from looksmith.tools.weights.store import Weights

FEMALE = frozenset(("woman", "girl", "lady"))
MALE = frozenset(("man", "boy", "guy", "gentleman"))
YOUNG = frozenset(("boy", "girl", "child", "kid", "baby", "toddler"))
PERSON = FEMALE | MALE | YOUNG | {"person"}

Told = tuple[float, float, bool, frozenset[str]]


@dataclass
class Tally:
    """What was counted. told: (probability of a woman, age, is a woman, words of the person) of each with a face."""

    photos: int = 0
    faces: int = 0
    right: int = 0
    persons: int = 0
    seen: int = 0
    marked: int = 0
    met: int = 0
    told: list[Told] = field(default_factory=list[Told])
    strays: list[str] = field(default_factory=list[str])
    seconds: list[float] = field(default_factory=list[float])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    store, tally = Weights(find_home() / "weights"), Tally()
    detector, reader = Mtcnn(store, "cpu"), FaceRes(store, "cpu")
    detector.load()
    reader.load()
    graphs: dict[str, Any] = json.loads((given.folder / "scene_graphs.json").read_text(encoding="utf-8"))
    for name, graph in graphs.items():
        _look(name, load_image(given.folder / "photos" / f"{name}.jpg"), graph, (detector, reader), tally, given.show)
    _report(tally)


def _look(
    name: str, image: Image, graph: dict[str, Any], models: tuple[Mtcnn, FaceRes], tally: Tally, show: bool
) -> None:
    detector, reader = models
    start = time.perf_counter()
    faces = [face for face in detector.faces(image) if face.score >= THRESHOLD]
    tally.seconds.append(time.perf_counter() - start)
    people = [(_words(thing), _box(thing)) for thing in graph["objects"].values() if PERSON & _words(thing)]
    marked = [_box(thing) for thing in graph["objects"].values() if thing["name"] == "face"]
    of_each = owned([box for _, box in people], faces)
    tally.photos += 1
    tally.faces += len(faces)
    tally.persons += len(people)
    tally.marked += len(marked)
    tally.met += sum(any(OVERLAP(box, face) > 0.3 for face in faces) for box in marked)
    for face in faces:
        right = face in of_each or any(OVERLAP(box, face) > 0.3 for box in marked)
        tally.right += right
        tally.strays += [] if right else [f"{name} {face.left:.0f},{face.top:.0f} {face.width:.0f} px {face.score:.2f}"]
    for (words, _), face in zip(people, of_each, strict=True):
        tally.seen += face is not None
        if face is None or face.width < SMALLEST or bool(words & FEMALE) == bool(words & MALE):
            continue
        looks = reader.looks(image.crop(around(face)))
        tally.told.append((looks.woman, looks.age, bool(words & FEMALE), words))
        if show:
            print(f"{name}: {sorted(words)} woman {looks.woman:.2f}, {looks.age:.0f} years, {face.width:.0f} px")


def _report(tally: Tally) -> None:
    middle = sorted(tally.seconds)[len(tally.seconds) // 2]
    print(f"faces: {tally.right} right of {tally.faces} in {tally.photos} photos, median {middle:.2f} s a photo")
    print(f"boxes called face that are met: {tally.met} of {tally.marked}")
    print(f"persons with a face: {tally.seen} of {tally.persons}; strays: {'; '.join(tally.strays)}")
    print("| man or woman from | said | right |\n|---|---|---|")
    for sure in (0.5, 0.6, 0.7, 0.8, 0.9):
        said = [(woman > 0.5) == is_woman for woman, _, is_woman, _ in tally.told if max(woman, 1 - woman) >= sure]
        print(f"| {sure}{' (used)' if sure == SURE else ''} | {len(said)} of {len(tally.told)} | {sum(said)} |")
    kinds = [(named(woman, age)[0], words) for woman, age, _, words in tally.told]
    said = [kind in words for kind, words in kinds if kind != "unknown"]
    print(f"man, woman, boy, girl or child: {sum(said)} right of {len(said)} said of {tally.persons} persons")
    print(f"said to be children: {sum(kind in YOUNG for kind, _ in kinds)}")
    print("ages:", sorted(round(age) for _, age, _, _ in tally.told))


def _words(thing: dict[str, Any]) -> frozenset[str]:
    return frozenset((thing["name"], *thing.get("also", ())))


def _box(thing: dict[str, Any]) -> Box:
    return Box(thing["x"], thing["y"], thing["x"] + thing["w"], thing["y"] + thing["h"])


if __name__ == "__main__":
    main()
