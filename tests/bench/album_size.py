"""What a question about a large album takes: seconds per photo, memory, and what a second question takes.

    python tests/bench/album_size.py --photos 10000 --vision pocket
    python tests/bench/album_size.py --photos 10000 --vision none

The photos are crops of scikit-image's, each with a content of its own. Vision "none" finds nothing in a photo but opens
each, which leaves the cost of everything else. The programs are written by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Thread
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from PIL import Image as Pillow

from looksmith import Looksmith, Settings
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.setup.home import find_home
from looksmith.sandbox.pool import SandboxError
from looksmith.tools.models.detect.nanodet import NanoDet
from photos import photo_path

SOURCES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "camera", "brick", "grass", "gravel", "page")
CROPS, SIZE = 200, (400, 300)
PROGRAMS = (
    'answer = len(PHOTOS_WITH(album, "cat"))',
    'answer = len(PHOTOS_WITH(album, "cat"))',
    'answer = len(PHOTOS_WITH(album, "person"))',
    'answer = PHOTOS_WITH(album, "motorcycle", "red")',
)
"""A question, the same once more, another one, and one that needs the pixels of some photos."""


def write_album(folder: Path, count: int) -> None:
    """So many JPEG files: a crop each, with a corner that no other has."""
    dice, crops = random.Random(7), list[Pillow.Image]()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(CROPS):
        whole = Pillow.open(photo_path(SOURCES[number % len(SOURCES)])).convert("RGB")
        share = dice.uniform(0.5, 1.0)
        width, height = int(whole.width * share), int(whole.height * share)
        left, top = dice.randrange(whole.width - width + 1), dice.randrange(whole.height - height + 1)
        crops.append(whole.crop((left, top, left + width, top + height)).resize(SIZE))
    for number in range(count):
        crop = crops[number % CROPS].copy()
        crop.paste((number % 256, number // 256, 128), (0, 0, 8, 8))
        crop.save(folder / f"{number:05}.jpg", quality=85)


class Meter:
    """The memory of this process, in MB, and how many photos were seen, every few seconds."""

    def __init__(self, every: float = 5.0) -> None:
        self._stop, self._every, self._start = Event(), every, perf_counter()
        self.curve: list[tuple[float, int, str]] = []
        self.peak, self._said = 0, ""
        Thread(target=self._watch, daemon=True).start()

    def hear(self, text: str) -> None:
        """What the question is doing."""
        self._said = text.partition(": ")[2].partition(" ")[0] or self._said

    def _watch(self) -> None:
        told = 0.0
        while not self._stop.wait(0.5):
            now, held = perf_counter() - self._start, memory()
            self.peak = max(self.peak, held)
            if now - told >= self._every:
                told = now
                self.curve.append((round(now, 1), held, self._said))
                print(json.dumps(self.curve[-1]), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Stop."""
        self._stop.set()


def memory() -> int:
    """What the process holds in memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") // 1_000_000


def blind(self: NanoDet, images: Sequence[Any]) -> None:
    """A detector that sees nothing."""
    for image in images:
        self._seen.put(image.key, [])  # pyright: ignore[reportPrivateUsage]


def ask(home: Path, folder: Path, program: str) -> None:
    """Run a program on the album in a session of its own, and print what it took."""
    meter = Meter()
    settings = Settings(home, device="cpu", doing=meter.hear)
    with Looksmith(settings=settings, llm=Scripted(["answer = 1"])) as looksmith:
        while True:
            try:
                looksmith.run("answer = 1", folder)
                break
            except SandboxError:  # on a busy machine its process may start late
                continue
        before, start, spent = memory(), perf_counter(), process_time()
        answer = looksmith.run(program, folder)
        seconds, own = perf_counter() - start, process_time() - spent
    meter.close()
    told = {"program": program, "answer": str(answer.text)[:60], "seconds": round(seconds, 1)}
    print(json.dumps({**told, "processor": round(own, 1), "before_mb": before, "peak_mb": meter.peak}), flush=True)


def main() -> None:
    """Write the album, and ask each question in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--vision", choices=["pocket", "none"], default="pocket")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--program", default="", help="Only this one, about the album that is there.")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(mkdtemp(prefix="album-"))
    if chosen.vision == "none":
        NanoDet.look = blind  # type: ignore[method-assign]
    home = folder / "home"
    if chosen.program:
        ask(home, folder / "photos", chosen.program)
        return
    write_album(folder / "photos", chosen.photos)
    home.mkdir(exist_ok=True)
    if not (home / "weights").exists():
        (home / "weights").symlink_to(find_home() / "weights")
    for program in PROGRAMS:
        command = [sys.executable, __file__, "--vision", chosen.vision, "--folder", str(folder), "--program", program]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
