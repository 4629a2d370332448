"""NAME and CLASSIFY on what scene graphs say is in photos: does the name fit, does the right one of two labels win?

python tests/bench/naming.py FOLDER    FOLDER: scene_graphs.json and the photos that it names

Things that cover at least 1 % of their photo, their true boxes as crops. A name is right if
the graph has it for the thing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.errors import LooksmithError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.nanodet import NanoDet
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.name.classify import Classifier
from looksmith.tools.name.naming import Namer
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.spelling import key_of, singulars
from looksmith.tools.words.wordnet import WordNet

KINDS = ("animal", "bird", "fruit", "insect", "vehicle", "furniture", "food")
PAIRS = """apple tomato/apple pear/bus train/bicycle motorcycle/car truck/cat dog/horse cow/sheep goat/boat ship/
bee fly/orange lemon/strawberry cherry/banana orange/parrot owl/bear dog/zebra horse/giraffe deer/kite balloon/
bench chair/sofa bed/cup glass/hat helmet/sandal boot/jeans shorts/suit dress/plate bowl/bottle glass/
pillow blanket/door window/taxi bus/van car/jacket shirt/lamp clock/desk chair/backpack suitcase/table chair/
airplane helicopter/pizza cake/bin box/fence wall/traffic light street lamp/golden retriever poodle/
motorcycle car/guitar drum/microphone phone"""
LARGE = 0.01


def things(folder: Path) -> Iterator[tuple[Image, Box, frozenset[str]]]:
    """Each thing that is large enough: the photo, where it is, and the keys of its names."""
    graphs = json.loads((folder / "scene_graphs.json").read_text(encoding="utf-8"))
    for graph in graphs.values():
        image = load_image(folder / graph["image"])
        for thing in graph["objects"].values():
            if thing["w"] * thing["h"] >= LARGE * image.width * image.height and not thing["part_of"]:
                box = Box(thing["x"], thing["y"], thing["x"] + thing["w"], thing["y"] + thing["h"])
                yield image, box, keys(thing)


def keys(thing: Mapping[str, Any]) -> frozenset[str]:
    """Its names, and what they may be plurals of, each as one key."""
    names = (thing["name"], *thing["also"])
    return frozenset(key_of(form) for name in names for form in (name, *singulars(name)))


def main() -> None:
    """Print how often NAME and CLASSIFY were right."""
    weights = Weights(find_home() / "weights")
    network, detector, wordnet = EfficientNet(weights, "cpu"), NanoDet(weights, "cpu"), WordNet(weights)
    encoder = MiniLM(weights, "cpu")
    namers = {"classifier alone": Namer(network, wordnet), "and the detector": Namer(network, wordnet, detector)}
    classifiers = {
        "similarity": Classifier(network, encoder),
        "kinds": Classifier(network, encoder, wordnet),
        "kinds and the detector": Classifier(network, encoder, wordnet, detector),
    }
    for one in (*namers.values(), *classifiers.values()):
        one.load()
    every = list(things(Path(sys.argv[1])))
    for name, namer in namers.items():
        naming(name, namer, every)
    pairs: list[tuple[str, ...]] = [tuple(pair.split(" ", 1)) for pair in PAIRS.replace("/\n", "/").split("/")]
    for name, classifier in classifiers.items():
        choosing(name, classifier, every, pairs)


def naming(name: str, namer: Namer, every: list[tuple[Image, Box, frozenset[str]]]) -> None:
    """A row a kind."""
    for kind in KINDS:
        said = [(namer.NAME(image, box, kind), own) for image, box, own in every if kind in own]
        right = [key_of(one.value) in own for one, own in said]
        sure = [fits for fits, (one, _) in zip(right, said, strict=True) if one.scores[one.value] >= 0.5]
        print(f"| NAME, {name} | {kind} | {sum(right)} of {len(right)} | {sum(sure)} of {len(sure)} |", flush=True)
        if "--wrong" in sys.argv:
            print([(one.value, sorted(own)[:6]) for (one, own), fits in zip(said, right, strict=True) if not fits])


def choosing(
    name: str, classifier: Classifier, every: list[tuple[Image, Box, frozenset[str]]], pairs: list[tuple[str, ...]]
) -> None:
    """One row: right, wrong and refused of all things that are one label of a pair and not the other."""
    right, wrong, refused = 0, [], 0
    start = perf_counter()
    for labels in pairs:
        for image, box, own in every:
            true = [label for label in labels if key_of(label) in own]
            if len(true) != 1:
                continue
            try:
                said = classifier.CLASSIFY(image, box, list(labels)).value
            except LooksmithError:
                refused += 1
                continue
            right += said == true[0]
            wrong += [(true[0], said)] if said != true[0] else []
    print(
        f"| CLASSIFY, {name} | {right} right | {len(wrong)} wrong | {refused} refused |",
        f"{perf_counter() - start:.0f} s |",
    )
    print(wrong if "--wrong" in sys.argv else "", flush=True)


if __name__ == "__main__":
    main()
