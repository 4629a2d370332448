"""COLOR against what a person saw: every thing of a folder of photos whose colours are written down.

    python tests/bench/color.py FOLDER [--failures OUT]

FOLDER: has scene_graphs.json (GQA's form with `attributes_by_kind`), photos/ and questions in *.jsonl.
OUT: crops of the failures are written there, to be looked at.

Right is any of the thing's colours; `first` is the colour that was written down first. Three measures: the things'
true boxes, the boxes of the pocket's detector, and the colour questions with true boxes (the thing that the question
names, chosen by rule). Counts are given with intervals by photo (bootstrap, 95 %).
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from looksmith.tools.core.errors import LooksmithError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.see.color.color import COLORS, ColorNamer

SAME = {
    **{"grey": "gray", "silver": "gray", "chrome": "gray", "golden": "yellow", "gold": "yellow", "blond": "yellow"},
    **{"blonde": "yellow", "tan": "brown white", "beige": "brown white", "cream": "white yellow", "lime": "green"},
    **{"amber": "yellow orange", "maroon": "red brown", "terracotta": "orange red brown", "navy": "blue"},
    **{"turquoise": "blue green", "khaki": "brown green yellow", "olive": "green", "ginger": "orange brown"},
    **{"magenta": "pink purple", "dark": "black", "coral": "orange pink red"},
}
"""Other colour words, as the basic terms that a person would let stand for them."""

KINDS = {
    "clothes": "shirt jeans pants shoe jacket blouse tie cap dress helmet hoodie cardigan top vest shorts sandal suit"
    " sweatshirt robe turtleneck scarf belt beanie sweater flip-flop tights boot heel t-shirt headphones sunglasses"
    " glasses watch lanyard backpack bag handbag hat glove sock skirt clothing",
    "hair, skin": "hair mustache beard hand face mouth foot eye skin",
    "animals": "horse giraffe zebra bear bird cat dog wasp bee animal insect",
    "animals' parts": "tail leg ear mane nose neck paw head fur beak wing whisker breast feather hump spot",
    "vehicles": "car van bus boat bicycle taxi airplane motorcycle train locomotive scooter skateboard stroller",
    "vehicles' parts": "wheel plate-number headlight light bumper windshield engine fender tank handlebar seat trunk"
    " taillight exhaust mirror ornament",
    "furniture": "chair table bench bed armchair ottoman nightstand cushion pillow carpet curtain blanket tablecloth"
    " armrest backrest headboard lamp sofa furniture",
    "fruit, plant": "leaf tree branch flower bush plant rose stem strawberry pear fern apple orange banana fruit lily"
    " bud twig log palm hedge grass trunk",
    "ground, sky, wall": "wall building sky road ground floor water sidewalk mountain field hill rock snow cloud"
    " runway path beach pavement ceiling background platform roof",
}
QUESTIONS = ("questions.jsonl", "more_questions.jsonl")


@dataclass(frozen=True)
class Thing:
    """A thing of a photo. accepted: basic colours that are right; first: those of the colour written down first."""

    photo: str
    names: tuple[str, ...]
    box: Box
    accepted: frozenset[str]
    first: frozenset[str]
    whole: str | None
    kind: str


def basic(word: str) -> frozenset[str]:
    """The basic terms for what people wrote: "dark blue" is blue, "silver" is gray."""
    last = re.sub(r"^(dark|light|pale|bright|off)[ -]", "", word.lower())
    return frozenset(SAME.get(last, last).split()) & frozenset(COLORS)


def read_things(folder: Path) -> dict[str, dict[str, Thing]]:
    """All things by photo and id. Those without colours have empty sets."""
    graphs = json.loads((folder / "scene_graphs.json").read_text())
    found: dict[str, dict[str, Thing]] = {}
    for graph in graphs.values():
        things = {i: _thing(graph, thing) for i, thing in graph["objects"].items()}
        found[graph["image"]] = things
    return found


def _thing(graph: Mapping[str, Any], thing: Mapping[str, Any]) -> Thing:
    words = thing["attributes_by_kind"].get("color", [])
    colors = [basic(word) for word in words]
    place = (thing["x"], thing["y"], thing["x"] + max(1, thing["w"]), thing["y"] + max(1, thing["h"]))
    return Thing(
        graph["image"],
        (thing["name"], *thing["also"]),
        Box(*place, thing["name"]),
        frozenset[str]().union(*colors),
        next((color for color in colors if color), frozenset()),
        str(thing["part_of"]) if thing["part_of"] else None,
        _kind([thing["name"], *thing["also"]], thing, graph),
    )


def _kind(names: Sequence[str], thing: Mapping[str, Any], graph: Mapping[str, Any]) -> str:
    """The first kind that has the head noun of a name; parts go by what they are part of."""
    whole = graph["objects"].get(str(thing["part_of"])) if thing["part_of"] else None
    around = _kind([whole["name"], *whole["also"]], whole, graph) if whole else ""
    if around.startswith(("animals", "vehicles")):
        return around.split("'")[0].removesuffix("s") + "s' parts"
    for name in names:
        for kind, heads in KINDS.items():
            if name.split()[-1].lower() in heads.split():
                return kind
    return "other"


@dataclass(frozen=True)
class Result:
    """What COLOR said of a thing, and in how many seconds."""

    thing: Thing
    said: str
    scores: Mapping[str, float]
    seconds: float

    @property
    def right(self) -> bool:
        """Is it one of the thing's colours?"""
        return self.said in self.thing.accepted

    @property
    def first(self) -> bool:
        """Is it the first one?"""
        return self.said in self.thing.first


def ask_all(folder: Path, pairs: Iterable[tuple[Thing, Box]]) -> list[Result]:
    """COLOR on each box."""
    namer, images, results = ColorNamer(), dict[str, Image](), list[Result]()
    for thing, box in pairs:
        image = images.setdefault(thing.photo, load_image(folder / thing.photo))
        start = time.perf_counter()
        try:
            answer = namer.COLOR(image, box)
        except LooksmithError:
            continue
        results.append(Result(thing, answer.value, answer.scores, time.perf_counter() - start))
    return results


def interval(results: Sequence[Result], good: Callable[[Result], bool]) -> str:
    """Share in per cent, with the 95 % interval of a bootstrap over photos."""
    photos = defaultdict[str, list[bool]](list)
    for result in results:
        photos[result.thing.photo].append(good(result))
    sums = np.array([(sum(values), len(values)) for values in photos.values()])
    picks = np.random.default_rng(0).integers(0, len(sums), (2000, len(sums)))
    drawn = sums[picks].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1] * 100, (2.5, 97.5))
    return f"{sums[:, 0].sum() / sums[:, 1].sum() * 100:.1f} ({low:.0f} to {high:.0f})"


def table(title: str, results: Sequence[Result]) -> None:
    """A line for each kind, and one for all."""
    groups = defaultdict[str, list[Result]](list)
    for result in results:
        groups[result.thing.kind].append(result)
    print(f"\n{title}\n| kind | things | right | first | \n|---|---|---|---|")
    for kind in [*KINDS, "other"]:
        if some := groups[kind]:
            right, first = sum(r.right for r in some), sum(r.first for r in some)
            print(f"| {kind} | {len(some)} | {right / len(some):.0%} | {first / len(some):.0%} |")
    whole = f"{interval(results, lambda r: r.right)} | {interval(results, lambda r: r.first)}"
    times = np.percentile([r.seconds * 1000 for r in results], (50, 95))
    print(f"| **all** | {len(results)} | {whole} |  median {times[0]:.0f} ms, 95 % within {times[1]:.0f} ms")


def detected(folder: Path, things: Mapping[str, Mapping[str, Thing]]) -> list[tuple[Thing, Box]]:
    """Coloured things with the detector's box: same class, IoU of 0.45 or more."""
    from looksmith.agent.setup.home import find_home
    from looksmith.agent.setup.settings import Settings

    registry = Settings(find_home(), device="cpu").registry()
    tool = registry.get("DETECT")
    assert tool.load
    tool.load()
    pairs: list[tuple[Thing, Box]] = []
    for photo, items in things.items():
        image, boxes = load_image(folder / photo), dict[str, list[Box]]()
        for thing in items.values():
            name = thing.names[0]
            if not thing.accepted:
                continue
            try:
                if name not in boxes:
                    boxes[name] = tool.function(image, name).value
            except LooksmithError:
                boxes[name] = []
            best = max(boxes[name], key=lambda box, thing=thing: overlap(box, thing.box), default=None)
            if best is not None and overlap(best, thing.box) >= 0.45:
                pairs.append((thing, best))
    return pairs


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    both = a.intersection(b)
    return both.area / (a.area + b.area - both.area) if both else 0.0


def asked(folder: Path, things: Mapping[str, Mapping[str, Thing]]) -> list[tuple[Thing, Box]]:
    """The colour questions: each with the thing that it names, whose right colours are then those of the answer."""
    pairs: list[tuple[Thing, Box]] = []
    for line in (line for name in QUESTIONS for line in (folder / name).read_text().splitlines()):
        entry = json.loads(line)
        if entry["kind"] != "color":
            continue
        answers = entry["answer"] if isinstance(entry["answer"], list) else [entry["answer"]]
        accepted = frozenset[str]().union(*map(basic, answers))
        thing = named(entry["question"], things[entry["image"]])
        if thing and accepted:
            said = Thing(thing.photo, thing.names, thing.box, accepted, accepted, thing.whole, thing.kind)
            pairs.append((said, thing.box))
    return pairs


def named(question: str, things: Mapping[str, Thing]) -> Thing | None:
    """The first thing that a question names; of several by owner, then by side, then by size."""
    words = question.lower()

    def place(thing: Thing) -> int:
        spots = [m.start() for n in thing.names if (m := re.search(rf"\b{re.escape(n.lower())}(e?s)?\b(?!')", words))]
        return min(spots, default=10**6)

    colored = [thing for thing in things.values() if thing.accepted and place(thing) < 10**6]
    first = min(map(place, colored), default=0)
    nearest = [thing for thing in colored if place(thing) == first]
    owned = [
        t for t in nearest if t.whole and any(re.search(rf"\b{n.lower()}\b", words) for n in things[t.whole].names)
    ]
    some = owned or nearest
    if re.search(r"\b(left|right)", words):
        side = -1 if re.search(r"\bleft\b", words) else 1
        some = sorted(some, key=lambda t: -side * t.box.center_x)[:1]
    return max(some, key=lambda t: t.box.area, default=None)


def save(results: Sequence[Result], folder: Path, out: Path) -> None:
    """Crops of the failures, with some of what is around."""
    out.mkdir(parents=True, exist_ok=True)
    for i, r in enumerate(r for r in results if not r.right):
        box, image = r.thing.box, load_image(folder / r.thing.photo)
        grown = Box(*np.add((box.left, box.top, box.right, box.bottom), np.array((-1, -1, 1, 1)) * box.width / 4))
        name = f"{i:03}_{r.thing.names[0]}_{'-'.join(sorted(r.thing.accepted))}_said-{r.said}.png"
        image.crop(grown).pixels.save(out / name.replace(" ", "-"))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--failures", type=Path)
    options = parser.parse_args()
    folder: Path = options.folder
    things = read_things(folder)
    true = [(thing, thing.box) for items in things.values() for thing in items.values() if thing.accepted]
    results = ask_all(folder, true)
    table("True boxes", results)
    table("Boxes of the pocket's detector", ask_all(folder, detected(folder, things)))
    answers = ask_all(folder, asked(folder, things))
    table("Colour questions, true boxes", answers)
    for r in answers:
        if not r.right:
            print("  ", r.thing.photo, r.thing.names[0], sorted(r.thing.accepted), "said", r.said)
    if options.failures:
        save(results, folder, options.failures)


if __name__ == "__main__":
    main()
