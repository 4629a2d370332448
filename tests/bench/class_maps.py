"""What class maps find, and how often that is right, against scene graphs in GQA's form.

python tests/bench/class_maps.py FOLDER [--words]    FOLDER: scene_graphs.json and the photos that it names

Of each word for something in the photos that ImageNet has classes for and COCO has not: is it there, and where? A word
counts as one, however often it occurs. Scores are held against even odds: as many photos with the thing as without it.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.models.encode.class_maps import ClassMaps
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.weights.store import Weights
from looksmith.tools.words import coco_classes
from looksmith.tools.words.vocabulary import Vocabulary
from looksmith.tools.words.wordnet import WordNet

Graph = Mapping[str, Any]
MANY = 25
"""A word that is in half of the photos says nothing about telling them apart."""


@dataclass(frozen=True)
class Look:
    """One word in one photo: what the maps said and what a person saw."""

    photo: int
    word: str
    there: bool
    present: float
    hit: bool
    overlap: float
    score: float


def words_in(graph: Graph) -> set[str]:
    """Every name of every thing in a photo."""
    return {name.lower() for thing in graph["objects"].values() for name in (thing["name"], *thing["also"])}


def things(graph: Graph, word: str) -> list[Box]:
    """Where the things of that name are."""
    named = [o for o in graph["objects"].values() if word in {o["name"].lower(), *map(str.lower, o["also"])}]
    return [Box(o["x"], o["y"], o["x"] + max(o["w"], 1), o["y"] + max(o["h"], 1)) for o in named]


def known_words(graphs: Sequence[Graph], weights: Weights) -> dict[str, tuple[str, tuple[int, ...]]]:
    """How each word outside of COCO's names is known, and its classes."""
    synsets = (weights.path("imagenet-names") / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    wordnet = WordNet(weights)
    vocabulary, detected = Vocabulary.of_synsets(synsets, wordnet), coco_classes.vocabulary(wordnet)
    numbers = {synset: number for number, synset in enumerate(synsets)}
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for word in sorted(set().union(*map(words_in, graphs))):
        match = vocabulary.find(word)
        if (
            match.names
            and detected.find(word).how not in ("same", "wider")
            and sum(word in words_in(graph) for graph in graphs) <= MANY
        ):
            found[word] = (match.how, tuple(sorted(numbers[name] for name in match.names)))
    return {word: (how, classes) for word, (how, classes) in found.items() if len(classes) < 200}


def look(maps: ClassMaps, image: Image, photo: int, word: str, classes: Sequence[int], where: Sequence[Box]) -> Look:
    """What the maps say about a word in a photo."""
    best = maps.find(image, classes)[0]
    hit = any(near(one, best.center_x, best.center_y) for one in where)
    return Look(photo, word, bool(where), maps.present(image, classes), hit, overlap(best, where), best.score)


def near(box: Box, x: float, y: float) -> bool:
    """Is the point in the box, or within 8 pixels of it?"""
    return box.left - 8 <= x <= box.right + 8 and box.top - 8 <= y <= box.bottom + 8


def overlap(box: Box, others: Sequence[Box]) -> float:
    """The best intersection over union with one of the others."""
    best = 0.0
    for other in others:
        shared = box.intersection(other)
        if shared:
            best = max(best, shared.area / (box.area + other.area - shared.area))
    return best


def auc(looks: Sequence[Look]) -> float:
    """How often a photo with the thing scores higher than one without; nan where all are alike."""
    yes = np.array([one.present for one in looks if one.there])
    no = np.array([one.present for one in looks if not one.there])
    if not len(yes) or not len(no):
        return math.nan
    return float((yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2)


def weights_of(looks: Sequence[Look]) -> NDArray[np.float64]:
    """Each word counts as one, half for the photos that have it, half for those that do not."""
    of: dict[tuple[str, bool], int] = {}
    for one in looks:
        of[one.word, one.there] = of.get((one.word, one.there), 0) + 1
    return np.array([0.5 / of[one.word, one.there] for one in looks])


def report(looks: Sequence[Look], hows: Mapping[str, str]) -> None:
    """The tables of RESULTS.md."""
    words = sorted({one.word for one in looks})
    by_word = {word: [one for one in looks if one.word == word] for word in words}
    often = [word for word in words if sum(one.there for one in by_word[word]) >= 4]
    print(f"{len(words)} words, {len(often)} of them in four photos or more")
    for name, some in (("all words", words), ("in four photos or more", often)):
        print(f"{name}: mean AUC {np.nanmean([auc(by_word[word]) for word in some]):.3f}")
    for how in sorted(set(hows.values())):
        some = [word for word in words if hows[word] == how]
        print(f"  {how}: {len(some)} words, mean AUC {np.nanmean([auc(by_word[word]) for word in some]):.3f}")
    weight, there = weights_of(looks), np.array([one.there for one in looks])
    present = np.array([one.present for one in looks])
    print("| said | at even odds: there in | share of what is there | in these photos | box on it, where there |")
    print("|---|---|---|---|---|")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1), (0.6, 1)):
        row = (present >= low) & (present < high + (high == 1))
        right = (weight * there)[row].sum()
        hit = np.array([one.hit for one in looks])[row & there]
        shares = (right / weight[row].sum(), right / (weight * there).sum(), there[row].mean(), hit.mean())
        print(f"| {low:.1f} to {high:.1f} |", " | ".join(f"{share:.2f}" for share in shares), "|")
    seen = [one for one in looks if one.there]
    print(f"where it is there: peak region on it {np.mean([one.hit for one in seen]):.2f},", end=" ")
    print(f"IoU over 0.3 {np.mean([one.overlap > 0.3 for one in seen]):.2f}")


def by_word(looks: Sequence[Look], hows: Mapping[str, str]) -> None:
    """One line a word, best first."""
    words = {word: [one for one in looks if one.word == word] for word in hows}
    often = {word: some for word, some in words.items() if sum(one.there for one in some) >= 4}
    for word, some in sorted(often.items(), key=lambda item: -auc(item[1])):
        seen = [one for one in some if one.there]
        said = [one for one in some if one.present >= 0.6]
        precision = np.mean([one.there for one in said]) if said else math.nan
        recall = np.mean([one.present >= 0.6 for one in seen])
        hit = np.mean([one.hit for one in seen])
        print(f"| {word} | {hows[word]} | {len(seen)} | {auc(some):.2f} | {precision:.2f} | {recall:.2f} | {hit:.2f} |")


def main() -> None:
    """Print what RESULTS.md has."""
    folder = Path(sys.argv[1])
    graphs: list[Graph] = list(json.loads((folder / "scene_graphs.json").read_text(encoding="utf-8")).values())
    weights = Weights(find_home() / "weights")
    maps = ClassMaps(EfficientNet(weights, "cpu"))
    maps.load()
    words = known_words(graphs, weights)
    looks: list[Look] = []
    seconds = 0.0
    for number, graph in enumerate(graphs):
        image = load_image(folder / graph["image"])
        start = perf_counter()
        maps.find(image, [0])
        seconds += perf_counter() - start
        looks += [look(maps, image, number, word, of, things(graph, word)) for word, (_, of) in words.items()]
    hows = {word: how for word, (how, _) in words.items()}
    report(looks, hows)
    if "--words" in sys.argv:
        by_word(looks, hows)
    print(f"{seconds / len(graphs):.3f} s a photo")


if __name__ == "__main__":
    main()
