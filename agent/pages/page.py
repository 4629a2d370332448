"""A run as one self-contained HTML file: image, program, and an SVG drawing for each step.

Each image is embedded once; steps show views of it, so that a crop is a `viewBox` and boxes are sharp at any size.
All text is escaped by the template engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any, TypeAlias, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..reading.doubts import doubts
from ..reading.said import record_text, sureness
from ..reading.view import (
    SHOWN_PER_LINE,
    ProgramLine,
    RunView,
    attempt_name,
    call_text,
    doubt_text,
    result_text,
    vote_text,
)
from ..traces.encode import describe, printable
from ..traces.runs import StoredRun
from ..traces.trace import Step
from .photos import PagePhoto, link_photo, mask_png, read_photo
from .timeline import timeline

MAX_REJECTED = 12
"""Maximum number of rejected candidates to draw, best first; more would hide the image."""
OPEN_CARDS = 24
"""Number of steps whose cards are initially open."""
MAX_PARTS = 300
"""Maximum number of boxes, points, masks and images to draw per step."""
MAX_DRAWN = 10_000
"""The same for all steps of a page."""
MAX_VIEWS = 8
"""Maximum number of images of a list on a step's card; the arguments list them all."""

Part: TypeAlias = dict[str, Any]
"""A box, point, mask, image or video as JSON."""
Drawn: TypeAlias = tuple[Part, str]
"""A box, point or mask, and its role: `given`, `found` or `rejected`."""


@dataclass(frozen=True)
class Mark:
    """A box, point or mask to draw.

    role: `given`, `found` or `rejected`; text: a description, in one line.
    key: identifies the value across drawings; part: the value as JSON.
    """

    kind: str
    role: str
    place: Mapping[str, float]
    text: str
    key: str
    part: Part
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A view of an image with its marks, in pixels of the original.

    photo_left, photo_top: position of the stored image; not (0, 0) if only a part of the original was stored.
    half: whether it is shown smaller, next to another one.
    """

    photo: PagePhoto
    left: float
    top: float
    width: float
    height: float
    marks: tuple[Mark, ...] = ()
    photo_left: float = 0
    photo_top: float = 0
    half: bool = False

    @property
    def unit(self) -> float:
        """About one pixel on the screen, so that lines and letters have the same size in every view."""
        return max(self.width / 340, self.height / 240) * (1.5 if self.half else 1)

    def tag(self, mark: Mark) -> dict[str, Any]:
        """Position of a box's label: at its upper edge, inside the view, on the side with more room."""
        place, unit = mark.place, self.unit
        y = max(place["top"], self.top) + 12 * unit
        if place["left"] - self.left > 0.6 * self.width:
            right = min(place["left"] + place["width"], self.left + self.width)
            return {"x": right - 3 * unit, "y": y, "anchor": "end"}
        return {"x": max(place["left"], self.left) + 3 * unit, "y": y, "anchor": "start"}


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
class _Album:
    """The images of a run, each loaded once.

    homes: the image in which each box, point and mask was last found.
    link: returns the URL of an image; None embeds images in the page.
    room: how many more values may be drawn.
    unseen: values located in video frames, which are not stored; drawing them on other images would be wrong.
    """

    run: StoredRun
    link: Callable[[str], str] | None = None
    photos: dict[str, PagePhoto] = field(default_factory=dict[str, PagePhoto])
    homes: dict[str, Part] = field(default_factory=dict[str, Part])
    unseen: set[str] = field(default_factory=set[str])
    room: int = MAX_DRAWN

    def parts(self, value: Any) -> list[Part]:
        """What is drawn of a value: as much as there is room for."""
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
        return [
            {"image": p.image, "left": 0, "top": 0, "width": p.size[0], "height": p.size[1], "original": [*p.size]}
            for p in self.run.record.pictures
        ]

    def settle(self, parts: list[Part], given: list[Part]) -> None:
        """Record where a step found these values: in the video, or else in its first input image."""
        if any(part["type"] == "video" for part in given):
            self.unseen.update(_key(part) for part in parts if part["type"] != "image")
        home = next((part for part in given if part["type"] == "image"), None)
        if home is not None:
            self.homes.update((_key(part), home) for part in parts if part["type"] != "image")

    def home(self, part: Part) -> Part:
        """The image to which a box, point or mask belongs, known from the step that found it."""
        return self.homes.get(_key(part), self.subjects[0])

    def views(self, images: list[Part], drawn: list[Drawn]) -> list[Picture]:
        """The images with the values in each; values that belong to none of them are drawn on the first."""
        names = [image["image"] for image in images]
        on: list[list[Mark]] = [[] for _ in images]
        for part, role in self._seen(drawn):
            home = self.home(part)["image"]
            on[names.index(home) if home in names else 0].append(_mark(part, role))
        return [self.view(image, tuple(marks)) for image, marks in zip(images, on, strict=True)]

    def wholes(self, drawn: list[Drawn]) -> list[Picture]:
        """The stored images to which these values belong, in full."""
        homes = {home["image"]: home for home in (self.home(part) for part, _ in self._seen(drawn))}
        return self.views([self._whole(home) for home in homes.values()], drawn)

    def _seen(self, drawn: list[Drawn]) -> list[Drawn]:
        return [(part, role) for part, role in drawn if _key(part) not in self.unseen]

    def _whole(self, image: Part) -> Part:
        photo, (width, height) = self.photo(image["image"]), image["original"]
        return {**image, "left": 0, "top": 0, "width": width, "height": height} if photo.shows(width, height) else image

    def view(self, image: Part, marks: tuple[Mark, ...] = ()) -> Picture:
        """The view of an image value."""
        photo = self.photo(image["image"])
        frame = (image["left"], image["top"], image["width"], image["height"])
        return Picture(photo, *frame, marks, *((0, 0) if photo.shows(*image["original"]) else frame[:2]))


def render_page(run: RunView) -> str:
    """The page's HTML. Raises InputError if an image of the run is missing."""
    return templates().get_template("run.html").render(page_values(run))


@cache
def templates() -> Environment:
    """The templates of the pages, compiled once, with autoescaping."""
    return Environment(
        loader=PackageLoader("looksmith.agent.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def page_values(run: RunView, link: Callable[[str], str] | None = None, shown: range | None = None) -> dict[str, Any]:
    """The template variables of a run's page.

    link: returns the URL of an image; None embeds it. shown: the numbers of the steps with a card; by default all.
    Raises InputError if an image of the run is missing.
    """
    record, album = run.run.record, _Album(run.run, link)
    numbers = range(1, len(run.steps) + 1) if shown is None else shown
    cards = [_card(number, step, album) for number, step in enumerate(run.steps, start=1) if number in numbers]
    answer = list(islice(parts_in(record.answer), MAX_PARTS))
    subjects = album.views(album.subjects, _drawn(answer, "found"))
    by_step = {card.step.id: card for card in cards}
    return dict(
        run=run,
        record=record,
        subjects=list(zip(subjects, record.pictures, strict=True)),
        answer=record_text(record) if record.outcome == "ok" else record.message,
        answer_pictures=[album.view(part) for part in answer if part["type"] == "image"],
        rows=[
            (line, [by_step[step.id] for step in line.steps if step.id in by_step], _failed(run, line))
            for line in run.lines
        ],
        shown_per_line=SHOWN_PER_LINE,
        cards=cards,
        doubts=doubts(run),
        timeline=timeline(run),
        open_cards=OPEN_CARDS,
        spent=_spent(run),
        photos=list(album.photos.values()),
        describe=describe,
        call_text=call_text,
        result_text=result_text,
        vote_text=vote_text,
        sureness=sureness,
        doubt_text=doubt_text,
        attempt_name=attempt_name,
    )


def found_on(photo: PagePhoto, frame: tuple[float, float, float, float], found: Iterable[Part]) -> Picture:
    """A picture with these boxes, points and masks on it. frame: left, top, width and height in its original."""
    return Picture(photo, *frame, tuple(_mark(part, "found") for part in found), *frame[:2])


def subject_picture(run: StoredRun, found: list[Part]) -> Picture:
    """The first image of a run with these boxes, points and masks on it. Raises InputError when it is missing."""
    album = _Album(run, lambda name: name)
    return album.view(album.subjects[0], tuple(_mark(part, "found") for part in found))


def _shown(value: Any) -> Any:
    """A value as displayed; markup made by Jinja is kept."""
    return printable(value) if type(value) is str else value


def _spent(run: RunView) -> list[tuple[str, str, float, float]]:
    """The timing bar: name, class, seconds, and percentage of the total."""
    timing = run.run.record.timing
    parts = [
        ("language model", "llm", timing.llm),
        ("loading models", "load", timing.load),
        ("vision models", "tools", timing.tools),
        ("looksmith", "own", timing.own),
    ]
    whole = sum(seconds for _, _, seconds in parts) or 1.0
    return [(name, kind, seconds, 100 * seconds / whole) for name, kind, seconds in parts]


def _failed(run: RunView, line: ProgramLine) -> bool:
    ended_here = run.end is not None and run.end.outcome != "ok" and run.end.line == line.number
    return ended_here or any(step.error for step in line.steps)


def _card(number: int, step: Step, album: _Album) -> Card:
    given, found = album.parts(list(step.arguments.values())), album.parts([step.result, step.found])
    rejected = step.rejected[:MAX_REJECTED]
    drawn = _drawn(given, "given") + _drawn(rejected, "rejected") + _drawn(found, "found")
    looked_at = [part for part in given if part["type"] == "image"][:MAX_VIEWS]
    album.settle([*found, *step.rejected], given)
    bases = album.views(looked_at, drawn) if looked_at else album.wholes(drawn)
    views = [album.view(part) for part in found if part["type"] == "image"]
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


def parts_in(value: Any) -> Iterator[Part]:
    """Every box, point, mask, image and video in a value's JSON."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from parts_in(item)
    elif isinstance(value, dict):
        part = cast("Part", value)
        if part.get("type") in ("box", "point", "mask", "image", "video"):
            yield part
        yield from parts_in(part.get("items"))
        yield from parts_in(part.get("sheet"))


def _drawn(parts: list[Part], role: str) -> list[Drawn]:
    return [(part, role) for part in parts if part["type"] in ("box", "point", "mask")]


def _key(part: Part) -> str:
    return json.dumps(part, sort_keys=True)


def _mark(part: Part, role: str) -> Mark:
    text, key = describe(part), sha256(_key(part).encode()).hexdigest()[:12]
    if part["type"] == "box":
        size = {"width": part["right"] - part["left"], "height": part["bottom"] - part["top"]}
        label = f"{part['label']} {part['score']:.2f}" if part["label"] and role != "rejected" else ""
        return Mark("box", role, {"left": part["left"], "top": part["top"], **size}, text, key, part, label)
    if part["type"] == "point":
        return Mark("point", role, {"x": part["x"], "y": part["y"]}, text, key, part)
    place = {"width": part["width"], "height": part["height"]}
    return Mark("mask", role, place, text, key, part, href=mask_png(part, role))
