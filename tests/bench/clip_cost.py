"""What questions about a long clip take: seconds, memory, and frames; and 64 frames one by one and together.

    python tests/bench/clip_cost.py --minutes 10              # a clip of 1920 x 1080 pixels, with the pocket's detector
    python tests/bench/clip_cost.py --minutes 60
    python tests/bench/clip_cost.py --frames 64               # one by one, and together

The clip is drawn once for ten seconds and then repeated packet by packet: empty, but for the last but one minute, in
which a cat is there. CPU seconds are of this process with all its threads, and say more than seconds where others work
on the same machine.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import av
from drawn_clips import Actor, Drawn, Visit

from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.tools.clips import look
from looksmith.tools.media.video import load_video
from looksmith.tools.models.detect import nanodet

PIECE = 10.0
SIZE = (1920, 1080)


def long_clip(folder: Path, minutes: float) -> Path:
    """A clip of that length: pieces without anything, and for a minute pieces with a cat."""
    cat = Actor("cat", "", 400, (Visit(0.0, PIECE + 1, (500, 540), (1400, 540)),))
    pieces = {name: Drawn(actors, PIECE, SIZE, 25) for name, actors in (("empty", ()), ("cat", (cat,)))}
    files = {name: drawn.write(folder / f"{name}.mp4") for name, drawn in pieces.items()}
    count = round(60 * minutes / PIECE)
    names = ["cat" if count - 12 <= number < count - 6 else "empty" for number in range(count)]
    return _joined(folder / "long.mp4", [files[name] for name in names])


def _joined(path: Path, files: list[Path]) -> Path:
    """The files one after another, without decoding."""
    with av.open(str(path), "w") as output:
        stream: Any = None
        for number, file in enumerate(files):
            with av.open(str(file)) as part:
                given = part.streams.video[0]
                stream = stream or output.add_stream_from_template(given)
                shift = round(number * PIECE / (given.time_base or 1))
                for packet in _packets(part, given):
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    output.mux(packet)
    return path


def _packets(part: Any, stream: Any) -> Iterator[Any]:
    return (packet for packet in part.demux(stream) if packet.dts is not None)


def main() -> None:
    """Print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--frames", type=int, default=0)
    parser.add_argument("--scratch", default=None)
    given = parser.parse_args()
    folder = Path(mkdtemp(prefix="long-", dir=given.scratch))
    nanodet.REMEMBERED_FRAMES = 1  # the pieces repeat: each frame is to be looked at as if it were new
    if given.minutes:
        _questions(long_clip(folder, given.minutes))
    if given.frames:
        _frames(long_clip(folder, 2), given.frames)


def _questions(path: Path) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    video = load_video(path)
    took = f"{time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU"
    print(
        f"load: {video.seconds:.0f} s, {video.frames:,} frames, {path.stat().st_size / 1e6:.0f} MB: {took}, {_peak()}"
    )
    settings = Settings(find_home(), cache=True)
    registry = settings.registry()
    executor = settings.executor(registry)
    executor.call("GLANCE", (video, 0, "cat", ""), {})
    looked = set[int]()
    read = look.read_frames
    look.read_frames = lambda one, numbers: (looked.update(numbers), read(one, numbers))[1]
    for tool in ("SEEN", "FIRST_SEEN", "HOW_LONG", "LAST_SEEN", "HOW_MANY"):
        start, cpu = time.perf_counter(), time.process_time()
        done = executor.call(tool, (video, "cat"), {})
        took = f"{time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU"
        took += f", {len(looked)} frames so far"
        print(f"{tool:9} {done.value if done.error is None else done.error}: {took}, {_peak()}", flush=True)


def _frames(path: Path, count: int) -> None:
    video = load_video(path)
    settings = Settings(find_home(), cache=False)
    registry = settings.registry()
    executor = settings.executor(registry)
    executor.call("GLANCE", (video, 0, "cat", ""), {})
    one, other = (list(range(first, first + 24 * count, 24)) for first in (1, 13))
    start, cpu = time.perf_counter(), time.process_time()
    for number in one:
        executor.call("GLANCE", (video, number, "cat", ""), {})
    alone, alone_cpu = time.perf_counter() - start, time.process_time() - cpu
    start, cpu = time.perf_counter(), time.process_time()
    waiting = [executor.submit("GLANCE", (video, number, "cat", ""), {}) for number in other]
    batches = [done.result().batch for done in waiting]
    together, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"{count} frames one by one: {alone:.1f} s, {alone_cpu:.1f} s of CPU")
    print(f"{count} frames together: {together:.1f} s, {cpu:.1f} s of CPU, up to {max(batches)} in a batch")
    print(f"ratio {alone / together:.2f}, of CPU {alone_cpu / cpu:.2f}")


def _peak() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB"


if __name__ == "__main__":
    main()
