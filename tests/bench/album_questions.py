"""Questions about an album of photos whose scene graphs are known: what is right, by kind, with each kind of vision.

    python tests/bench/album_questions.py FOLDER --vision perfect
    python tests/bench/album_questions.py FOLDER --vision pocket
    python tests/bench/album_questions.py FOLDER --vision pocket --programs llm

The folder has `scene_graphs.json` and the photos that it names. A thing is in a photo where the graph names it, also by
a kind or synonym. "own" programs are written by hand; with "llm" the language model of the profile writes them, for
questions in other words than those of the worked examples. Of chosen photos the share of right ones is told too (F1).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

from looksmith import Looksmith, Settings
from looksmith.agent.setup.home import find_home
from looksmith.tools.albums import choosing
from looksmith.tools.albums.files import open_photo
from looksmith.tools.core.albums import Album
from looksmith.tools.media.photos import load_album
from looksmith.tools.scenes.graph import load_scene_graphs
from looksmith.tools.words.coco_classes import CLASSES


@dataclass(frozen=True)
class Asked:
    """A question: its kind, the right answer (names, a number, or a truth value), and a program for it."""

    kind: str
    question: str
    right: Any
    program: str


def numbers(folder: Path) -> dict[str, dict[str, int]]:
    """How many things of each of COCO's names are in each photo."""
    graphs = json.loads((folder / "scene_graphs.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, int]] = {}
    for graph in graphs.values():
        counts: dict[str, int] = defaultdict(int)
        for one in graph["objects"].values():
            for name in {one["name"], *one.get("also", ())} & {*CLASSES}:
                counts[name] += int(one.get("count", 1))
        found[Path(graph["image"]).name] = counts
    return found


def questions(seen: dict[str, dict[str, int]], most_nouns: int) -> Iterator[Asked]:
    """Questions of eight kinds about things that are in two photos at least."""
    dice, photos = random.Random(3), sorted(seen)
    nouns = sorted(name for name in CLASSES if sum(seen[photo].get(name, 0) > 0 for photo in photos) > 1)

    def having(*wanted: str, least: int = 1) -> list[str]:
        return [photo for photo in photos if all(seen[photo].get(name, 0) >= least for name in wanted)]

    for noun in dice.sample(nouns, min(most_nouns, len(nouns))):
        with_, call = having(noun), f'PHOTOS_WITH(album, "{noun}")'
        without = f'PHOTOS_WITHOUT(album, "{noun}")'
        yield Asked("which", f"Which of my pictures have a {noun} on them?", with_, f"answer = {call}")
        yield Asked("how many", f"How many of my pictures have a {noun} on them?", len(with_), f"answer = len({call})")
        missing = len(photos) - len(with_)
        yield Asked("how many without", f"On how many is there no {noun}?", missing, f"answer = len({without})")
        most = max(seen[photo].get(noun, 0) for photo in photos)
        if most > 1:
            best, ask = having(noun, least=most), f"Which shot shows the greatest number of {noun}s?"
            yield Asked("most", ask, best, f'answer = PHOTO_WITH_MOST(album, "{noun}")')
            ask = f"Which of my pictures have two or more {noun}s?"
            several = having(noun, least=2)
            yield Asked("at least two", ask, several, f'answer = PHOTOS_WITH(album, "{noun}", least=2)')
    for noun in dice.sample(list(CLASSES), 6):
        some = bool(having(noun))
        yield Asked(
            "any", f"Is a {noun} on any of my pictures?", some, f'answer = len(PHOTOS_WITH(album, "{noun}")) > 0'
        )
        every = len(having(noun)) == len(photos)
        ask = f"Is a {noun} on each of my pictures?"
        yield Asked("all", ask, every, f'answer = len(PHOTOS_WITH(album, "{noun}")) == len(album)')
    for noun in nouns[:6]:
        both, ask = having(noun, "person"), f"Which of my pictures have a {noun} and somebody on them?"
        yield Asked("both", ask, both, f'answer = PHOTOS_WITH(PHOTOS_WITH(album, "{noun}"), "person")')


def agreement(said: Any, right: Any) -> float:
    """1 for what is right; of chosen photos F1, and of the most, whether all that are named are right ones."""
    if not isinstance(right, list):
        return float(said == right)
    names = {Path(name).name for name in said.names} if isinstance(said, Album) else set[str]()
    if not names and not right:
        return 1.0
    both = len(names & {*right})
    return 2 * both / (len(names) + len(right))


def evaluated(program: str, album: Album, settings: Settings, made: dict[str, Any]) -> Any:
    """The answer of a program of our own, without a sandbox, a run folder and sheets: hundreds take a minute."""
    if not made:
        choosing.contact_sheet = lambda *_: None
        registry = settings.registry()
        executor = settings.executor(registry)

        def proxy(name: str) -> Any:
            def call(*args: Any, **kwargs: Any) -> Any:
                done = executor.call(name, args, kwargs)
                if done.error:
                    raise done.error
                return done.value

            return call

        made.update({name: proxy(name) for name in registry.names})
    world = {**made, "album": album}
    exec(program, world)
    return world["answer"]


def main() -> None:
    """Ask all, and print what was right by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vision", choices=["perfect", "pocket"], default="pocket")
    parser.add_argument("--programs", choices=["own", "llm"], default="own")
    parser.add_argument("--nouns", type=int, default=20, help="Things that five kinds of questions are about.")
    parser.add_argument("--base-url", default="", help="The language model's server, for --programs llm.")
    parser.add_argument("--home", type=Path, default=None, help="Where results are kept; by default nowhere for long.")
    chosen = parser.parse_args()
    home = chosen.home or Path(mkdtemp(prefix="albums-"))
    home.mkdir(exist_ok=True)
    if not (home / "weights").exists():
        (home / "weights").symlink_to(find_home() / "weights")
    album, scenes = chosen.folder / "photos", None
    if chosen.vision == "perfect":
        graphs = load_scene_graphs(chosen.folder / "scene_graphs.json")
        files = {path.stem: path for path in album.iterdir()}
        scenes = {open_photo(files[name]).source: graph for name, graph in graphs.items() if name in files}
    start, results = perf_counter(), defaultdict[str, list[tuple[float, bool]]](list)
    settings, made, photos = (
        Settings(home, device="cpu", scenes=scenes, base_url=chosen.base_url),
        dict[str, Any](),
        load_album(album),
    )
    with Looksmith(settings=settings) as looksmith:
        for one in questions(numbers(chosen.folder), chosen.nouns):
            if chosen.programs == "own":
                value, outcome, program = evaluated(one.program, photos, settings, made), "ok", one.program
            else:
                answer: Any = looksmith.ask(album, one.question)
                value, outcome, program = answer.value, answer.outcome, answer.program
            score = agreement(value, one.right)
            results[one.kind].append((score, score == 1.0))
            told = value.names if isinstance(value, Album) else value
            row = {"kind": one.kind, "question": one.question, "said": told, "right": one.right, "score": score}
            print(json.dumps({**row, "outcome": outcome, "program": program}), flush=True)
    for kind, scores in results.items():
        exact = sum(right for _, right in scores)
        print(f"{kind}: {exact} of {len(scores)} right, agreement {mean(score for score, _ in scores):.3f}")
    every = [score for scores in results.values() for score in scores]
    print(f"all: {sum(right for _, right in every)} of {len(every)}, {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
