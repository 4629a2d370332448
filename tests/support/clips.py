"""Small videos, written by PyAV: a bright square that moves to the right, on a background that tells the frame."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from looksmith.tools.core.values import Box, Image

SIDE, STEP = 16, 3
CODECS = {".mp4": "libx264", ".mov": "libx264", ".webm": "libvpx-vp9", ".mkv": "libx264"}


def square(number: int) -> Box:
    """Where the square lies in a frame."""
    return Box(8 + STEP * number, 20, 8 + STEP * number + SIDE, 20 + SIDE, "square")


def pixels(number: int, size: tuple[int, int]) -> Any:
    """A frame as RGB of shape (height, width, 3)."""
    array = np.full((size[1], size[0], 3), 20 + 4 * number, np.uint8)
    box = square(number)
    array[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = (250, 220, 40)
    return array


def clip(
    path: Path,
    count: int = 24,
    size: tuple[int, int] = (128, 64),
    *,
    rate: int = 10,
    between_keys: int = 8,
    turned: int = 0,
    container: dict[str, str] | None = None,
) -> Path:
    """Write a video. between_keys: frames from one keyframe to the next; turned: how the file says it was held."""
    shown = (pixels(number, size) for number in range(count))
    return _write(path, shown, size, rate, between_keys, turned, container)


def still(path: Path, image: Image, count: int) -> Path:
    """Write a video in which a photo stands still. Its sides have to be even."""
    return _write(path, [image.array()] * count, (image.width, image.height), 10, 8)


def _write(
    path: Path,
    shown: Iterable[Any],
    size: tuple[int, int],
    rate: int,
    between_keys: int,
    turned: int = 0,
    container: dict[str, str] | None = None,
) -> Path:
    with av.open(str(path), "w", options=container or {}) as output:
        stream: Any = output.add_stream(CODECS[path.suffix], rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt, stream.gop_size = "yuv420p", between_keys
        if turned:
            stream.set_display_rotation(turned)
        output.start_encoding()
        for array in shown:
            output.mux(stream.encode(VideoFrame.from_ndarray(array, format="rgb24")))
        output.mux(stream.encode())
    return path


def sound(path: Path) -> Path:
    """A file with a second of silence and no pictures."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("aac", rate=8000)
        frame: Any = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path
