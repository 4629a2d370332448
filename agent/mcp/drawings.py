"""Pictures for clients, with results drawn on them, and small enough for a message."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from ...tools.core.values import Box, Image, Mask, Point
from ...tools.media.to_json import encode
from ..answers.drawing import draw
from ..export.marked import cards
from ..pages.marks import Part, found_on, parts_in
from ..pages.photos import PagePhoto
from ..pages.run_pictures import subject_picture
from ..reading.view import RunView
from ..traces.decode import StoredImages
from ..traces.run_record import RunRecord
from ..traces.trace import Step

if TYPE_CHECKING:
    from mcp.types import ImageContent
    from PIL.Image import Image as Pixels

MAX_SIDE = 1024
MAX_BYTES = 600_000
"""Maximum bytes of a picture: clients accept events of at most a megabyte, in base64."""
MAX_STEPS = 6
"""Maximum number of pictures of a run's steps."""


def annotated(image: Image, value: Any) -> ImageContent | None:
    """The image with the boxes, points and masks of a value drawn on it; None if it has none."""
    marks = [encode(one, _no_name) for one in _marks(value)]
    frame = (image.left, image.top, image.width, image.height)
    picture = found_on(PagePhoto(image.source, *image.original, ""), frame, marks)
    return sent(draw(picture, lambda _: image)) if marks else None


def of_run(run: RunView) -> ImageContent | None:
    """The first image of a run with the boxes of its answer, or else of its steps."""
    record = run.run.record
    steps = [part for step in run.steps for part in _drawable([step.result, step.found]) if _is_on_first(step, record)]
    marks = _drawable(record.answer) or steps
    if not marks:
        return None
    each_once = list({repr(part): part for part in marks}.values())
    return sent(draw(subject_picture(run.run, each_once), StoredImages(run.run)))


def of_steps(run: RunView, number: int | None) -> list[ImageContent]:
    """The pictures of a step, or of the first steps with boxes, points or masks."""
    pictures = StoredImages(run.run)
    found: list[ImageContent] = []
    for card in cards(run):
        if number is not None and card.number != number:
            continue
        views = [view for view in card.pictures if view.marks or number is not None]
        found += [sent(draw(view, pictures)) for view in views]
    return found[:MAX_STEPS]


def sent(pixels: Pixels) -> ImageContent:
    """A picture for the protocol: lossless if small enough, else JPEG, at most MAX_BYTES."""
    from mcp.types import ImageContent

    data, kind = _coded(pixels, "PNG"), "image/png"
    side = MAX_SIDE
    while len(data) > MAX_BYTES:
        smaller = pixels.copy()
        smaller.thumbnail((side, side))
        data, kind, side = _coded(smaller, "JPEG"), "image/jpeg", side * 3 // 4
    return ImageContent(data=b64encode(data).decode(), mime_type=kind)


def images_in(value: Any) -> Iterator[Image]:
    """Every image in a value."""
    if isinstance(value, Image):
        yield value
    for item in _items(value):
        yield from images_in(item)


def _coded(pixels: Pixels, kind: str) -> bytes:
    buffer = BytesIO()
    pixels.convert("RGB").save(buffer, kind, **({"quality": 85} if kind == "JPEG" else {}))
    return buffer.getvalue()


def _marks(value: Any) -> Iterator[Box | Point | Mask]:
    if isinstance(value, Box | Point | Mask):
        yield value
    for item in _items(value):
        yield from _marks(item)


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast("dict[Any, Any]", value).values())
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple | set) else []


def _drawable(value: Any) -> list[Part]:
    """Every box, point and mask in a value's stored JSON."""
    return [part for part in parts_in(value) if part["type"] in ("box", "point", "mask")]


def _is_on_first(step: Step, record: RunRecord) -> bool:
    """Did a step look at the first image of its run, or at none?"""
    given = [cast("Part", one) for one in step.arguments.values() if isinstance(one, dict)]
    looked = [one["image"] for one in given if one.get("type") == "image"]
    return not looked or record.image in looked


def _no_name(_image: Image) -> str:
    return ""
