"""Clips that are drawn, so that what is in them is known: things that come, move and go on a plain background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image as Pillow
from PIL import ImageDraw

from looksmith.tools.core.values import Box, Image, Video
from looksmith.tools.media.seek import read_frames
from looksmith.tools.media.video import load_video
from looksmith.tools.scenes.graph import SceneGraph, SceneObject
from photos import photo_path

COLORS = {
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 220),
    "yellow": (240, 210, 40),
    "purple": (130, 50, 160),
    "orange": (250, 140, 30),
}
SHAPES = ("circle", "square", "triangle")
PHOTOS = {
    "cat": ("chelsea", (40, 0, 440, 300)),
    "person": ("astronaut", (100, 0, 380, 300)),
    "motorcycle": ("motorcycle_left", (40, 60, 700, 490)),
}
"""What a detector of COCO's classes knows among scikit-image's photos: the file, and the part with the thing."""
GREY = (110, 120, 118)
_VISIBLE = 0.5
"""The share of a thing inside the picture from which it is seen."""


@dataclass(frozen=True)
class Visit:
    """A stay of a thing: from `start` to `end` in seconds, moving evenly from one middle to another."""

    start: float
    end: float
    come: tuple[float, float]
    go: tuple[float, float]

    def middle(self, time: float) -> tuple[float, float]:
        """Where it is."""
        share = (time - self.start) / (self.end - self.start)
        return tuple(a + share * (b - a) for a, b in zip(self.come, self.go, strict=True))  # pyright: ignore


@dataclass(frozen=True)
class Actor:
    """A thing. name: "circle" or "cat"; color: of a shape, "" of a photo; side: its height in pixels."""

    name: str
    color: str
    side: int
    visits: tuple[Visit, ...]

    @property
    def width(self) -> int:
        """Its width in pixels."""
        left, top, right, bottom = (0, 0, 1, 1) if self.color else PHOTOS[self.name][1]
        return round(self.side * (right - left) / (bottom - top))

    @property
    def called(self) -> str:
        """What people call it."""
        return f"{self.color} {self.name}".strip()

    def box(self, time: float) -> Box | None:
        """Where it is at a time; None while it is gone."""
        for visit in self.visits:
            if visit.start <= time < visit.end:
                x, y = visit.middle(time)
                across, down = self.width / 2, self.side / 2
                return Box(x - across, y - down, x + across, y + down, self.name)
        return None


@dataclass(frozen=True)
class Drawn:
    """A drawn clip: what plays in it, and how it is filmed."""

    actors: tuple[Actor, ...]
    seconds: float = 10.0
    size: tuple[int, int] = (320, 240)
    fps: int = 10

    def seen(self, time: float) -> Iterator[tuple[Actor, Box]]:
        """What is seen at a time, with its box, cut at the edges of the picture."""
        frame = Box(0, 0, *map(float, self.size))
        for actor in self.actors:
            box = actor.box(time)
            inside = box and box.intersection(frame)
            if box and inside and inside.area >= _VISIBLE * box.area:
                yield actor, inside

    def picture(self, time: float) -> Pillow.Image:
        """The frame at a time."""
        canvas = Pillow.new("RGB", self.size, GREY)
        for actor in self.actors:
            box = actor.box(time)
            if box:
                draw_thing(canvas, actor, box)
        return canvas

    def write(self, path: Path) -> Path:
        """Write the clip."""
        with av.open(str(path), "w") as output:
            stream: Any = output.add_stream("libx264", rate=self.fps, options={"crf": "18", "preset": "veryfast"})
            stream.width, stream.height = self.size
            stream.pix_fmt, stream.gop_size = "yuv420p", 20
            for number in range(round(self.seconds * self.fps)):
                array = np.asarray(self.picture(number / self.fps))
                output.mux(stream.encode(VideoFrame.from_ndarray(array, format="rgb24")))
            output.mux(stream.encode())
        return path

    def graphs(self, path: Path) -> dict[str, SceneGraph]:
        """What is in each frame of the written clip, by the `source` of its pixels."""
        video = load_video(path)
        return {image.source: self._graph(image, number) for number, image in read_frames(video, range(video.frames))}

    def _graph(self, image: Image, number: int) -> SceneGraph:
        found: dict[str, SceneObject] = {}
        for place, (actor, box) in enumerate(self.seen(number / self.fps)):
            color = (actor.color,) if actor.color else ()
            also = ("shape",) if actor.color else ("thing",)
            found[str(place)] = SceneObject(str(place), actor.name, box, also, color, {"color": color} if color else {})
        return SceneGraph(image.source, image.width, image.height, found)


def film(seconds: float, fps: float = 10.0) -> Video:
    """A video that no file holds."""
    return Video(Path("film.mp4"), "film", 320, 240, fps, tuple(range(round(seconds * fps))))


def times_when(drawn: Drawn, holds: Callable[[float], bool]) -> list[tuple[float, float]]:
    """The stretches of time in which something holds, to a frame."""
    spans: list[tuple[float, float]] = []
    step = 1 / drawn.fps
    for number in range(round(drawn.seconds * drawn.fps)):
        time = number / drawn.fps
        if not holds(time):
            continue
        if spans and abs(spans[-1][1] - time) < step / 2:
            spans[-1] = (spans[-1][0], time + step)
        else:
            spans.append((time, time + step))
    return spans


def draw_thing(canvas: Pillow.Image, actor: Actor, box: Box) -> None:
    """Draw a thing where it is."""
    corners = tuple(map(round, (box.left, box.top, box.right, box.bottom)))
    if not actor.color:
        canvas.paste(_cut_out(actor.name, actor.width, actor.side), corners[:2])
        return
    pen, fill = ImageDraw.Draw(canvas), COLORS[actor.color]
    if actor.name == "circle":
        pen.ellipse(corners, fill)
    elif actor.name == "square":
        pen.rectangle(corners, fill)
    else:
        pen.polygon([(corners[0], corners[3]), (corners[2], corners[3]), (round(box.center_x), corners[1])], fill)


@cache
def _cut_out(name: str, width: int, height: int) -> Pillow.Image:
    photo, part = PHOTOS[name]
    with Pillow.open(photo_path(photo)) as opened:
        return opened.convert("RGB").crop(part).resize((width, height))
