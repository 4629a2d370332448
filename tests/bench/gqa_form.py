"""Questions in GQA's forms, made from scene graphs of our own photos, in the files that GQA is published in.

    python tests/bench/gqa_form.py PHOTOS OUT               PHOTOS: a folder with scene_graphs.json and photos/
    looksmith eval gqa --data OUT --oracle                  the scene graphs answer; without --oracle the models

Structural types verify, query, choose, logical and compare; semantic types object, attribute, category, relation and
global (Hudson and Manning, CVPR 2019, section 3.2). An object is spoken of only where its words fit nothing else in the
photo. As in GQA, "no" is asked with what the photo lacks, and the graph is taken to be complete, which it is not quite.
This is the nearest to GQA that can be had without its images: other photos, and our own sentences for its forms.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gqa_photo import SHOWN, Made, Photo, World
from gqa_questions import every_question

from looksmith.tools.scenes.graph import SceneGraph, load_scene_graphs

A_PHOTO = {"query": 11, "verify": 7, "choose": 4, "logical": 4, "compare": 2}
"""Questions of each structural type about a photo, at most: about GQA's shares."""


def chosen(made: Sequence[Made], chance: random.Random) -> list[Made]:
    """Of each structural type as many as a photo has; semantic types and answers take turns."""
    taken: list[Made] = []
    for structural, most in A_PHOTO.items():
        turns = defaultdict[tuple[str, str], list[Made]](list)
        unique = {one.question: one for one in made if one.structural == structural}
        for one in chance.sample(list(unique.values()), len(unique)):
            turns[one.semantic, one.answer if one.answer in ("yes", "no") else one.group].append(one)
        rounds = [one for place in range(most) for found in turns.values() for one in found[place : place + 1]]
        taken += rounds[:most]
    return taken


def questions(graphs: Mapping[str, SceneGraph], seed: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contents of the files of questions and of choices."""
    world, asked, choices = World.of(graphs.values()), dict[str, Any](), dict[str, Any]()
    places = sorted({graph.scene[0] for graph in graphs.values() if graph.scene} - {"indoors", "outdoors"})
    for name, graph in graphs.items():
        chance = random.Random(f"{seed} {name}")
        photo = Photo(graph, world, chance)
        taken = chosen(every_question(photo, places), chance)
        ids = {one.fact: f"{name}-{number}" for number, one in enumerate(taken)}
        for one in taken:
            id = ids[one.fact]
            asked[id] = published(
                one, name, [ids[fact] for fact in dict.fromkeys((one.fact, *one.implies)) if fact in ids]
            )
            choices[id] = {"valid": list(one.options), "plausible": plausible(one, world)}
    return asked, choices


def plausible(one: Made, world: World) -> list[str]:
    """Of an open question about an attribute what things of that name are anywhere; else what is valid."""
    name = one.program[0]["argument"].rpartition(" (")[0] if one.program else ""
    found = world.attributes[one.group].get(name) if one.structural == "query" and one.group in SHOWN else None
    return sorted(found) if found else list(one.options)


def published(one: Made, photo: str, entailed: Sequence[str]) -> dict[str, Any]:
    """A question in GQA's form."""
    types = {"structural": one.structural, "semantic": one.semantic, "detailed": f"{one.structural}{one.semantic}"}
    return {
        "question": one.question,
        "answer": one.answer,
        "fullAnswer": one.answer,
        "imageId": photo,
        "isBalanced": True,
        "groups": {"global": one.group, "local": f"{one.semantic}-{one.group}"},
        "entailed": list(entailed),
        "equivalent": [],
        "types": types,
        "semantic": [dict(part) for part in one.program],
        "semanticStr": "->".join(f"{part['operation']}: {part['argument']}" for part in one.program),
        "annotations": {"question": {}, "answer": {}, "fullAnswer": {}},
    }


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    source = given.photos / "scene_graphs.json"
    asked, choices = questions(load_scene_graphs(source), given.seed)
    given.out.mkdir(parents=True, exist_ok=True)
    for ends, found in (("questions", asked), ("choices", choices)):
        (given.out / f"photos_{ends}.json").write_text(json.dumps(found, indent=1))
    (given.out / "photos_sceneGraphs.json").write_bytes(source.read_bytes())
    images = given.out / "images"
    if not images.exists():
        images.symlink_to((given.photos / "photos").resolve())
    print(f"{len(asked)} questions about {len({one['imageId'] for one in asked.values()})} photos")
    for key in ("structural", "semantic"):
        print(key, dict(Counter(one["types"][key] for one in asked.values()).most_common()))


if __name__ == "__main__":
    main()
