"""A run as one HTML file that needs nothing else: photo, program, and for every step its picture, drawn as SVG.

Each photo is embedded once; a step's picture is a view of it, so a crop is a `viewBox` and a box stays sharp at any
size. All text goes through the template engine's escaping.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..tools.values import Mask
from .ask import answer_text
from .encode import describe
from .runs import StoredRun
from .trace import Step
from .view import RunView, result_text

MAX_SIDE = 1600
"""Photos are embedded with at most this many pixels on the longer side."""


@dataclass(frozen=True)
class Photo:
    """A stored picture: name, size of the original in pixels, and the embedded data."""

    name: str
    width: int
    height: int
    href: str


@dataclass(frozen=True)
class Mark:
    """A box, point or mask that is drawn. role: `given`, `found` or `rejected`."""

    kind: str
    role: str
    place: Mapping[str, float]
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A view of a photo, in its pixels, with what is drawn on it. unit: line width for this view, in pixels."""

    photo: str
    left: float
    top: float
    width: float
    height: float
    marks: tuple[Mark, ...]

    @property
    def unit(self) -> float:
        """A three-hundredth of the longer side: lines look the same in every view."""
        return max(self.width, self.height) / 300


@dataclass(frozen=True)
class Card:
    """A step as the page shows it."""

    step: Step
    pictures: tuple[Picture, ...]
    arguments: tuple[tuple[str, str], ...]
    result: str


def render_page(run: RunView) -> str:
    """The page's HTML."""
    environment = Environment(
        loader=PackageLoader("looksmith.agent"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    record = run.run.record
    whole = Picture(record.image, 0, 0, *record.image_size, ())
    cards = [_card(step, whole) for step in run.steps]
    used = {record.image} | {picture.photo for card in cards for picture in card.pictures}
    answer = answer_text(record.answer) if record.outcome == "ok" else record.message
    answer_images = [_view(part) for part in _parts(record.answer) if part["type"] == "image"]
    used |= {picture.photo for picture in answer_images}
    return environment.get_template("run.html").render(
        run=run,
        record=record,
        whole=whole,
        cards=cards,
        answer=answer,
        answer_pictures=answer_images,
        photos=[_photo(run.run, name) for name in sorted(used)],
    )


def _card(step: Step, whole: Picture) -> Card:
    given = list(_parts(list(step.arguments.values())))
    found = list(_parts(step.result))
    marks = (*_marks(given, "given"), *_marks(step.rejected, "rejected"), *_marks(found, "found"))
    base = next((_view(part, marks) for part in given if part["type"] == "image"), None)
    if base is None and marks:
        base = Picture(whole.photo, 0, 0, whole.width, whole.height, marks)
    views = tuple(_view(part) for part in found if part["type"] == "image")
    arguments = tuple((name, describe(value)) for name, value in step.arguments.items())
    return Card(step, ((base,) if base else ()) + views, arguments, result_text(step))


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


def _view(image: dict[str, Any], marks: tuple[Mark, ...] = ()) -> Picture:
    return Picture(image["image"], image["left"], image["top"], image["width"], image["height"], marks)


def _marks(parts: list[dict[str, Any]], role: str) -> tuple[Mark, ...]:
    return tuple(_mark(part, role) for part in parts if part["type"] != "image")


def _mark(part: dict[str, Any], role: str) -> Mark:
    if part["type"] == "box":
        place = {
            "left": part["left"],
            "top": part["top"],
            "width": part["right"] - part["left"],
            "height": part["bottom"] - part["top"],
        }
        label = f"{part['label']} {part['score']:.2f}" if part["label"] else ""
        return Mark("box", role, place, label)
    if part["type"] == "point":
        return Mark("point", role, {"x": part["x"], "y": part["y"]}, part["label"])
    place = {"width": part["width"], "height": part["height"]}
    return Mark("mask", role, place, part["label"], _mask_png(part))


def _mask_png(part: dict[str, Any]) -> str:
    """The mask as a translucent PNG of the original's size."""
    import numpy as np
    from PIL import Image as Pillow

    inside = Mask(part["width"], part["height"], tuple(part["counts"])).array()
    rgba = np.zeros((*inside.shape, 4), np.uint8)
    rgba[inside] = (255, 64, 129, 130)
    return _data_uri(Pillow.fromarray(rgba), "PNG")


def _photo(run: StoredRun, name: str) -> Photo:
    from PIL import Image as Pillow

    with Pillow.open(run.image_path(name)) as stored:
        width, height = stored.size
        stored.thumbnail((MAX_SIDE, MAX_SIDE))
        return Photo(name, width, height, _data_uri(stored.convert("RGB"), "JPEG"))


def _data_uri(image: Any, form: str) -> str:
    buffer = BytesIO()
    image.save(buffer, form)
    return f"data:image/{form.lower()};base64,{b64encode(buffer.getvalue()).decode()}"
