"""A run as one HTML file that needs nothing else: photo, program, and for every step its picture, drawn as SVG.

Each photo is embedded once; a step's picture is a view of it, so a crop is a `viewBox` and a box stays sharp at any
size. All text goes through the template engine's escaping.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..tools.errors import InputError
from ..tools.values import Mask
from .ask import answer_text
from .encode import describe
from .runs import StoredRun
from .trace import Step
from .view import SHOWN_PER_LINE, Line, RunView, call_text, result_text

MAX_SIDE = 1600
"""Photos are embedded with at most this many pixels on the longer side."""
MAX_REJECTED = 12
"""Candidates that were not good enough and are drawn, best first; more would hide the picture."""
OPEN_CARDS = 24
"""Steps whose cards are open; a loop's hundredth call is a click away."""

_MASK_COLORS = {"found": (255, 40, 120), "given": (60, 130, 255), "rejected": (245, 158, 11)}


@dataclass(frozen=True)
class Photo:
    """A stored picture: name, size of the original in pixels, and the embedded data."""

    name: str
    width: int
    height: int
    href: str


@dataclass(frozen=True)
class Mark:
    """A box, point or mask that is drawn. role: `given`, `found` or `rejected`; text: all about it, in one line."""

    kind: str
    role: str
    place: Mapping[str, float]
    text: str
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A view of a photo, in pixels of the original image, with what is drawn on it.

    photo_left, photo_top: where the stored photo lies; not (0, 0) when only a part of its original was stored.
    half: is it shown smaller, beside another?
    """

    photo: Photo
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
        """About one pixel on the screen: lines and letters look the same in every view."""
        return max(self.width / 340, self.height / 240) * (1.5 if self.half else 1)

    def tag(self, mark: Mark) -> dict[str, Any]:
        """Where a box's label stands: at its upper edge, inside the view, on the side with more room."""
        place, unit = mark.place, self.unit
        y = max(place["top"], self.top) + 12 * unit
        if place["left"] - self.left > 0.6 * self.width:
            right = min(place["left"] + place["width"], self.left + self.width)
            return {"x": right - 3 * unit, "y": y, "anchor": "end"}
        return {"x": max(place["left"], self.left) + 3 * unit, "y": y, "anchor": "start"}


@dataclass(frozen=True)
class Card:
    """A step as the page shows it: what it looked at and what it made, arguments, result, runners-up."""

    number: int
    step: Step
    pictures: tuple[Picture, ...]
    arguments: tuple[tuple[str, str], ...]
    result: str
    scores: tuple[tuple[str, float, float], ...]
    rejected: str


@dataclass
class _Album:
    """The pictures of a run, each read once."""

    run: StoredRun
    photos: dict[str, Photo] = field(default_factory=dict[str, Photo])

    def photo(self, name: str) -> Photo:
        """A stored picture. Raises InputError when its file is missing or damaged."""
        if name not in self.photos:
            self.photos[name] = _read_photo(self.run, name)
        return self.photos[name]

    def whole(self, marks: tuple[Mark, ...] = ()) -> Picture:
        """The picture that the question is about."""
        width, height = self.run.record.image_size
        return Picture(self.photo(self.run.record.image), 0, 0, width, height, marks)

    def view(self, image: Mapping[str, Any], marks: tuple[Mark, ...] = ()) -> Picture:
        """The picture of an image value."""
        photo = self.photo(image["image"])
        frame = (image["left"], image["top"], image["width"], image["height"])
        stored_whole = [photo.width, photo.height] == list(image["original"])
        return Picture(photo, *frame, marks, *((0, 0) if stored_whole else frame[:2]))


def render_page(run: RunView) -> str:
    """The page's HTML. Raises InputError when a picture of the run is missing."""
    environment = Environment(
        loader=PackageLoader("looksmith.agent"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    record, album = run.run.record, _Album(run.run)
    answer = list(_parts(record.answer))
    cards = [_card(number, step, album) for number, step in enumerate(run.steps, start=1)]
    by_step = {card.step.id: card for card in cards}
    return environment.get_template("run.html").render(
        run=run,
        record=record,
        whole=album.whole(_marks(answer, "found")),
        answer=answer_text(record.answer) if record.outcome == "ok" else record.message,
        answer_pictures=[album.view(part) for part in answer if part["type"] == "image"],
        rows=[(line, [by_step[step.id] for step in line.steps], _failed(run, line)) for line in run.lines],
        shown_per_line=SHOWN_PER_LINE,
        cards=cards,
        open_cards=OPEN_CARDS,
        spent=_spent(run),
        photos=list(album.photos.values()),
        describe=describe,
        call_text=call_text,
    )


def _spent(run: RunView) -> list[tuple[str, str, float, float]]:
    """Where the time went: name, class, seconds, and share of the whole in percent."""
    timing = run.run.record.timing
    parts = [
        ("language model", "llm", timing.llm),
        ("loading models", "load", timing.load),
        ("vision models", "tools", timing.tools),
        ("looksmith", "own", timing.own),
    ]
    whole = sum(seconds for _, _, seconds in parts) or 1.0
    return [(name, kind, seconds, 100 * seconds / whole) for name, kind, seconds in parts]


def _failed(run: RunView, line: Line) -> bool:
    ended_here = run.end is not None and run.end.outcome != "ok" and run.end.line == line.number
    return ended_here or any(step.error for step in line.steps)


def _card(number: int, step: Step, album: _Album) -> Card:
    given, found = list(_parts(list(step.arguments.values()))), list(_parts([step.result, step.found]))
    rejected = step.rejected[:MAX_REJECTED]
    marks = (*_marks(given, "given"), *_marks(rejected, "rejected"), *_marks(found, "found"))
    base = next((album.view(part, marks) for part in given if part["type"] == "image"), None)
    if base is None and marks:
        base = album.whole(marks)
    views = tuple(album.view(part) for part in found if part["type"] == "image")
    if base is not None and views:
        base = replace(base, half=True)
    more = f" and {len(step.rejected) - MAX_REJECTED} more" if len(step.rejected) > MAX_REJECTED else ""
    return Card(
        number=number,
        step=step,
        pictures=((base,) if base else ()) + views,
        arguments=tuple((name, describe(value)) for name, value in step.arguments.items()),
        result=result_text(step),
        scores=tuple((name, score, 100 * min(max(score, 0.0), 1.0)) for name, score in list(step.scores.items())[:8]),
        rejected=", ".join(describe(part) for part in rejected) + more,
    )


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every box, point, mask and image in a value's JSON."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _parts(item)
    elif isinstance(value, dict):
        part = cast("dict[str, Any]", value)
        if part.get("type") in ("box", "point", "mask", "image"):
            yield part
        yield from _parts(part.get("items"))


def _marks(parts: list[dict[str, Any]], role: str) -> tuple[Mark, ...]:
    return tuple(_mark(part, role) for part in parts if part["type"] != "image")


def _mark(part: dict[str, Any], role: str) -> Mark:
    text = describe(part)
    if part["type"] == "box":
        size = {"width": part["right"] - part["left"], "height": part["bottom"] - part["top"]}
        label = f"{part['label']} {part['score']:.2f}" if part["label"] and role != "rejected" else ""
        return Mark("box", role, {"left": part["left"], "top": part["top"], **size}, text, label)
    if part["type"] == "point":
        return Mark("point", role, {"x": part["x"], "y": part["y"]}, text)
    place = {"width": part["width"], "height": part["height"]}
    return Mark("mask", role, place, text, href=_mask_png(part, role))


def _mask_png(part: dict[str, Any], role: str) -> str:
    """The mask as a translucent PNG of the original's size."""
    import numpy as np
    from PIL import Image as Pillow

    inside = Mask(part["width"], part["height"], tuple(part["counts"])).array()
    image = Pillow.fromarray(np.ascontiguousarray(inside, dtype=np.uint8))
    image.putpalette([0, 0, 0, *_MASK_COLORS[role]])
    return _data_uri(image, "PNG", transparency=bytes([0, 140]))


def _read_photo(run: StoredRun, name: str) -> Photo:
    from PIL import Image as Pillow

    try:
        with Pillow.open(run.image_path(name)) as stored:
            width, height = stored.size
            stored.thumbnail((MAX_SIDE, MAX_SIDE))
            return Photo(name, width, height, _data_uri(stored.convert("RGB"), "JPEG", quality=88))
    except OSError as error:
        raise InputError(f"The picture {name} of the run {run.folder} cannot be read: {error}.") from None


def _data_uri(image: Any, form: str, **options: Any) -> str:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return f"data:image/{form.lower()};base64,{b64encode(buffer.getvalue()).decode()}"
