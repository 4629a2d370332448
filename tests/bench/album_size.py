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
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO
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
CROPS, SIZE = 200, (480, 360)


def write_album(folder: Path, count: int) -> None:
    """So many JPEG files: a crop each, with bytes behind its end that no other has."""
    dice, crops = random.Random(7), list[bytes]()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(CROPS):
        whole = Pillow.open(photo_path(SOURCES[number % len(SOURCES)])).convert("RGB")
        share = dice.uniform(0.5, 1.0)
        width, height = int(whole.width * share), int(whole.height * share)
        left, top = dice.randrange(whole.width - width + 1), dice.randrange(whole.height - height + 1)
        buffer = BytesIO()
        whole.crop((left, top, left + width, top + height)).resize(SIZE).save(buffer, "JPEG", quality=85)
        crops.append(buffer.getvalue())
    for number in range(count):
        (folder / f"{number:05}.jpg").write_bytes(crops[number % CROPS] + number.to_bytes(4))


class Meter:
    """The memory of this process over time, in MB."""

    def __init__(self) -> None:
        self._stop, self.curve = Event(), list[int]()
        Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._stop.wait(1.0):
            self.curve.append(memory())

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


def ask(looksmith: Looksmith, folder: Path, program: str) -> Mapping[str, Any]:
    """Run a program on the album."""
    meter, start, spent = Meter(), perf_counter(), process_time()
    answer = looksmith.run(program, folder)
    meter.close()
    seconds, own = perf_counter() - start, process_time() - spent
    shown = str(answer.text)[:60]
    curve = meter.curve[:: max(len(meter.curve) // 12, 1)]
    told = {"program": program, "answer": shown, "seconds": round(seconds, 1), "processor": round(own, 1)}
    return {**told, "peak_mb": max(meter.curve, default=memory()), "curve_mb": curve}


def main() -> None:
    """Write the album, and ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--vision", choices=["pocket", "none"], default="pocket")
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    folder = chosen.folder or Path(mkdtemp(prefix="album-"))
    write_album(folder / "photos", chosen.photos)
    if chosen.vision == "none":
        NanoDet.look = blind  # type: ignore[method-assign]
    home = folder / "home"
    home.mkdir(exist_ok=True)
    if not (home / "weights").exists():
        (home / "weights").symlink_to(find_home() / "weights")
    programs = (
        'answer = len(PHOTOS_WITH(album, "cat"))',
        'answer = len(PHOTOS_WITH(album, "cat"))',
        'answer = len(PHOTOS_WITH(album, "person"))',
        'answer = PHOTOS_WITH(album, "motorcycle", "red")',
    )
    for program in programs:
        with Looksmith(settings=Settings(home, device="cpu"), llm=Scripted(["answer = 1"])) as looksmith:
            while True:
                try:
                    looksmith.run("answer = 1", folder / "photos")
                    print(json.dumps({"before_mb": memory()}), flush=True)
                    break
                except SandboxError:  # on a busy machine its process may start late
                    continue
            print(json.dumps(ask(looksmith, folder / "photos", program)), flush=True)


if __name__ == "__main__":
    main()
