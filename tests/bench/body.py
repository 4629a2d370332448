"""Are things worn where `tools/body.py` says, on the true boxes of people in scene graphs?

python tests/bench/body.py FOLDER    FOLDER: with scene_graphs.json
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean

from looksmith.agent.settings import find_home
from looksmith.tools.body import place_on, worn_on
from looksmith.tools.main_thing import overlap
from looksmith.tools.meanings import Meanings
from looksmith.tools.models.wordnet import WordNet
from looksmith.tools.values import Box
from looksmith.tools.weights import Weights

PEOPLE = frozenset(("person", "man", "woman", "boy", "girl", "child"))


def main() -> None:
    """Print a row a part of the body."""
    graphs = json.loads((Path(sys.argv[1]) / "scene_graphs.json").read_text(encoding="utf-8"))
    meanings = Meanings(WordNet(Weights(find_home() / "weights")))
    found: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for graph in graphs.values():
        boxes = {key: Box(o["x"], o["y"], o["x"] + o["w"], o["y"] + o["h"]) for key, o in graph["objects"].items()}
        for key, one in graph["objects"].items():
            if PEOPLE.isdisjoint((one["name"], *one["also"])):
                continue
            for worn in {r["object"] for r in one["relations"] if r["name"] == "wearing"} & set(boxes):
                part = worn_on(graph["objects"][worn]["name"], meanings)
                if part is not None:
                    place, true = place_on(boxes[key], part), boxes[worn]
                    on_it = true.left <= place.center_x <= true.right and true.top <= place.center_y <= true.bottom
                    found[part].append((overlap(place, true), on_it))
    print("| part | things | mean IoU | its middle on the thing |\n|---|---|---|---|")
    for part, rows in sorted(found.items()):
        print(f"| {part} | {len(rows)} | {mean(o for o, _ in rows):.2f} | {mean(on for _, on in rows):.2f} |")


if __name__ == "__main__":
    main()
