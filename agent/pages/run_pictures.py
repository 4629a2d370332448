"""The pictures of a run's steps: views of its images, with what each step was given and found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ...tools.core.times import clock
from ..reading.view import result_text
from ..traces.encode import describe
from ..traces.runs import StoredRun
from ..traces.trace import Step
from .marks import Drawn, Mark, Part, Picture, drawn_parts, mark_of, part_key, parts_in, whole_image
from .photos import PagePhoto, link_photo, read_photo

MAX_REJECTED = 12
"""Maximum number of rejected candidates to draw, best first; more would hide the image."""
MAX_PARTS = 300
"""Maximum number of boxes, points, masks and images to draw per step."""
MAX_DRAWN = 10_000
"""The same for all steps of a page."""
SAME_TIME = 1e-3
"""Maximum difference in seconds between the time of a frame and that of a box seen in it."""
MAX_VIEWS = 8
"""Maximum number of images of a list on a step's card; the arguments list them all."""


@dataclass(frozen=True)
class Card:
    """The card of a step: input and output images, arguments, result, runners-up.

    given: the number of input images, which come first.
    """

    number: int
    step: Step
    pictures: tuple[Picture, ...]
    given: int
    arguments: tuple[tuple[str, str], ...]
    result: str
    scores: tuple[tuple[str, float, float], ...]
    rejected: str


@dataclass
class RunPictures:
    """The images of a run, each loaded once.

    homes: the image in which each box, point and mask was last found.
    link: returns the URL of an image; None embeds images in the page.
    room: how many more values may be drawn.
    unseen: values located in video frames, which are not stored; drawing them on other images would be wrong.
    times: when images that are frames of the video are shown, in seconds.
    """

    run: StoredRun
    link: Callable[[str], str] | None = None
    photos: dict[str, PagePhoto] = field(default_factory=dict[str, PagePhoto])
    homes: dict[str, Part] = field(default_factory=dict[str, Part])
    unseen: set[str] = field(default_factory=set[str])
    times: dict[str, float] = field(default_factory=dict[str, float])
    room: int = MAX_DRAWN

    def parts(self, value: Any) -> list[Part]:
        """The parts of a value that are drawn, as far as there is room."""
        found = list(islice(parts_in(value), min(MAX_PARTS, self.room)))
        self.room -= len(found)
        return found

    def photo(self, name: str) -> PagePhoto:
        """A stored image. Raises InputError if its file is missing or damaged."""
        if name not in self.photos:
            self.photos[name] = (
                read_photo(self.run, name) if self.link is None else link_photo(self.run, name, self.link)
            )
        return self.photos[name]

    @property
    def subjects(self) -> list[Part]:
        """The images that the question is about."""
        return [whole_image(one.image, one.size) for one in self.run.record.pictures]

    def settle(self, parts: list[Part], given: list[Part]) -> None:
        """Record where a step found these values: in the video, or else in its first input image."""
        if any(part["type"] == "video" for part in given):
            self.unseen.update(part_key(part) for part in parts if part["type"] != "image")
        home = next((part for part in given if part["type"] == "image"), None)
        if home is not None:
            self.homes.update((part_key(part), home) for part in parts if part["type"] != "image")

    def home(self, part: Part) -> Part:
        """The image to which a box, point or mask belongs, known from the step that found it."""
        return self.homes.get(part_key(part), self.subjects[0])

    def views(self, images: list[Part], drawn: list[Drawn]) -> list[Picture]:
        """The images with the values in each; values that belong to none of them are drawn on the first."""
        names = [image["image"] for image in images]
        on: list[list[Mark]] = [[] for _ in images]
        for part, role in self._seen(drawn):
            home = self.home(part)["image"]
            on[names.index(home) if home in names else 0].append(mark_of(part, role))
        return [self.view(image, tuple(marks)) for image, marks in zip(images, on, strict=True)]

    def wholes(self, drawn: list[Drawn]) -> list[Picture]:
        """The stored images to which these values belong, in full."""
        homes = {home["image"]: home for home in (self.home(part) for part, _ in self._seen(drawn))}
        return self.views([self._whole(home) for home in homes.values()], drawn)

    def _seen(self, drawn: list[Drawn]) -> list[Drawn]:
        return [(part, role) for part, role in drawn if part_key(part) not in self.unseen]

    def _whole(self, image: Part) -> Part:
        photo, (width, height) = self.photo(image["image"]), image["original"]
        return {**image, "left": 0, "top": 0, "width": width, "height": height} if photo.shows(width, height) else image

    def view(self, image: Part, marks: tuple[Mark, ...] = ()) -> Picture:
        """The view of an image value."""
        photo = self.photo(image["image"])
        frame = (image["left"], image["top"], image["width"], image["height"])
        time = self.times.get(image["image"])
        caption = "" if time is None else clock(time)
        place = (0, 0) if photo.shows(*image["original"]) else frame[:2]
        return Picture(photo, *frame, marks, *place, caption=caption)

    def frames(self, step: Step) -> list[Picture]:
        """The frames of the video on which a step's result is based, with what was seen in each."""
        found: list[Picture] = []
        for frame in step.frames:
            if self.run.image_path(frame.image).is_file():  # it may have been impossible to decode
                self.times[frame.image] = frame.time
                seen = [one["box"] for one in step.moments if abs(one["time"] - frame.time) < SAME_TIME]
                marks = tuple(mark_of(part, "found") for part in self.parts(seen))
                found.append(self.view(whole_image(frame.image, frame.size), marks))
        return found


def subject_picture(run: StoredRun, found: list[Part]) -> Picture:
    """The first image of a run with these boxes, points and masks on it. Raises InputError when it is missing."""
    album = RunPictures(run, lambda name: name)
    return album.view(album.subjects[0], tuple(mark_of(part, "found") for part in found))


def card_of(number: int, step: Step, album: RunPictures) -> Card:
    """The card of a step. Raises InputError if an image is missing."""
    given, found = album.parts(list(step.arguments.values())), album.parts([step.result, step.found])
    rejected = step.rejected[:MAX_REJECTED]
    drawn = drawn_parts(given, "given") + drawn_parts(rejected, "rejected") + drawn_parts(found, "found")
    looked_at = [part for part in given if part["type"] == "image"][:MAX_VIEWS]
    album.settle([*found, *step.rejected], given)
    _take_time(step, found, album)
    frames = album.frames(step)
    bases = frames or (album.views(looked_at, drawn) if looked_at else album.wholes(drawn))
    shown = {frame.image for frame in step.frames}
    views = [album.view(part) for part in found if part["type"] == "image" and part["image"] not in shown]
    if len(bases) + len(views) > 1:
        bases = [replace(base, half=True) for base in bases]
    more = f" and {len(step.rejected) - MAX_REJECTED} more" if len(step.rejected) > MAX_REJECTED else ""
    return Card(
        number=number,
        step=step,
        pictures=(*bases, *views),
        given=len(bases),
        arguments=tuple((name, describe(value)) for name, value in step.arguments.items()),
        result=result_text(step),
        scores=tuple((name, score, 100 * min(max(score, 0.0), 1.0)) for name, score in list(step.scores.items())[:8]),
        rejected=", ".join(describe(part) for part in rejected) + more,
    )


def _take_time(step: Step, found: list[Part], album: RunPictures) -> None:
    """Note the time of a picture that was taken from the video."""
    time, about_video = (
        step.arguments.get("time"),
        any(part["type"] == "video" for part in parts_in([*step.arguments.values()])),
    )
    if about_video and isinstance(time, int | float):
        album.times.update((part["image"], float(time)) for part in found if part["type"] == "image")
