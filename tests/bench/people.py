"""How well the way people face, hold themselves and look is told in photos.

    python tests/bench/people.py FOLDER [--show]       FOLDER has scene_graphs.json and photos/

FOLDER is in the form of GQA's scene graphs. People are those with a person's name, in the boxes that a person drew.
What is compared is what somebody wrote down of them: that they smile, sit or stand, are seen from behind, look at the
camera, or to a side, or cross their arms. Who is not said to smile counts as not smiling when a face is seen, so the
precision of "smiling" is a lower bound.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.errors import UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.models.people.expression import FacialExpressions
from looksmith.tools.models.people.movenet import MoveNet
from looksmith.tools.models.people.mtcnn import Mtcnn
from looksmith.tools.see.boxes.parts import is_person
from looksmith.tools.see.people.manner import Manner
from looksmith.tools.weights.store import Weights

SAID = {
    "smiling": ("smiling", "laughing"),
    "sitting": ("sitting", "sitting on", "sitting at", "riding"),
    "standing": ("standing", "walking", "running", "standing on", "walking on"),
    "facing away": ("seen from behind", "back turned"),
    "looking at the camera": ("looking at the camera",),
    "looking to the left": ("looking to the left",),
    "looking to the right": ("looking to the right",),
    "arms crossed": ("arms crossed",),
}
"""What is asked of each person, and the words under which a person wrote it down."""
RIVALS = {
    "sitting": ("standing",),
    "standing": ("sitting",),
    "facing away": ("smiling", "looking at the camera"),
    "looking at the camera": ("facing away", "looking to the left", "looking to the right"),
    "looking to the left": ("looking at the camera", "looking to the right", "facing away"),
    "looking to the right": ("looking at the camera", "looking to the left", "facing away"),
}
"""What has to be written down of somebody for whom it is not so; without rivals, everybody else."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="Print what is wrong.")
    given = parser.parse_args()
    store = Weights(find_home() / "weights")
    manner = Manner(MoveNet(store, "cpu"), Mtcnn(store, "cpu"), FacialExpressions(store, "cpu"))
    counts: Counter[tuple[str, str]] = Counter()
    graphs: dict[str, Any] = json.loads((given.folder / "scene_graphs.json").read_text())
    for name, graph in graphs.items():
        image = load_image(given.folder / graph["image"])
        for thing in graph["objects"].values():
            if not is_person(thing["name"]):
                continue
            box = Box(*corners(thing), "person")
            for what, outcome in judged(manner, image, box, words(thing)):
                counts[what, outcome] += 1
                if given.show and outcome in ("false alarm", "missed"):
                    print(f"{outcome}: {what}, {name}, {thing['name']} {corners(thing)}: {sorted(words(thing))}")
    print(table(counts))


def corners(thing: dict[str, Any]) -> tuple[float, float, float, float]:
    return thing["x"], thing["y"], thing["x"] + thing["w"], thing["y"] + thing["h"]


def words(thing: dict[str, Any]) -> set[str]:
    return {*thing.get("attributes", ()), *(one["name"] for one in thing.get("relations", ()))}


def judged(manner: Manner, image: Image, box: Box, said: set[str]) -> Iterable[tuple[str, str]]:
    """Each thing that is asked of a person, and how the answer compares with what was written down."""
    for what, names in SAID.items():
        so = bool(said.intersection(names))
        rivals = [name for rival in RIVALS.get(what, ()) for name in SAID[rival]]
        if not so and rivals and not said.intersection(rivals):
            continue
        try:
            told = manner.VERIFY(image, box, what).value
        except UnknownName:
            yield what, "not told (so)" if so else "not told (not so)"
            continue
        yield what, ("right" if so else "false alarm") if told else ("missed" if so else "rightly not")


def table(counts: Counter[tuple[str, str]]) -> str:
    columns = ("right", "missed", "not told (so)", "false alarm", "rightly not", "not told (not so)")
    lines = [f"| | {' | '.join(columns)} | right of told |", f"|{'---|' * (len(columns) + 2)}"]
    for what in SAID:
        row = [counts[what, column] for column in columns]
        told = row[0] + row[1] + row[3] + row[4]
        share = f"{(row[0] + row[4]) / told:.0%}" if told else "-"
        lines.append(f"| {what} | {' | '.join(map(str, row))} | {share} of {told} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
