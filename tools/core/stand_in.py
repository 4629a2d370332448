"""Stand-ins for tools: each returns a value of its declared type, deterministic in the arguments.

With them, any checked program runs without models (`--dry-run`): the program's logic is real, the values are made up.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from .albums import Album, Photo
from .annotations import Signature, is_enum
from .errors import ArgumentError
from .registry import Registry
from .times import Moment, Segment
from .tool import Tool
from .values import Box, Image, Mask, Point, Video

BACKEND = "stand-in"
SIZE = (640, 480)
"""Width and height of the made-up image."""

T = TypeVar("T")


def stand_ins(registry: Registry) -> Registry:
    """The same tools, with stand-ins for all that are not `computed`."""
    return registry.mapped(lambda tool: tool if tool.options.computed else _stand_in(tool))


def blank_image(number: int = 0, size: tuple[int, int] = SIZE) -> Image:
    """A grey image, different for each number from 0 to 99. size: width and height."""
    from PIL import Image as pillow

    return Image.of(pillow.new("L", size, 128 + number))


def stand_in_value(annotation: Any) -> Any:
    """A value of a supported type."""
    return _Maker({}).make(annotation)


def _stand_in(tool: Tool) -> Tool:
    def pretend(**arguments: Any) -> Any:
        return _Maker(arguments).make(_taken(tool.signatures, arguments).returns)

    still = {"load": None, "many": None, "shared": None, "stop": None, "alive": None}
    return replace(tool, function=pretend, backend=BACKEND, identity="", **still)


def _taken(signatures: tuple[Signature, ...], arguments: Mapping[str, Any]) -> Signature:
    """The first signature that accepts the arguments."""
    for signature in signatures[:-1]:
        try:
            signature.bind((), arguments)
        except ArgumentError:
            continue
        return signature
    return signatures[-1]


@dataclass(frozen=True)
class _Maker:
    """Makes plausible values for a call: boxes are inside its image and have the requested label."""

    arguments: Mapping[str, Any]

    def make(self, annotation: Any, number: int = 0) -> Any:
        """A value of the type. number: index among several, from 0."""
        origin, args = get_origin(annotation), get_args(annotation)
        if origin in (Union, types.UnionType):
            return self.make(next(a for a in args if a is not type(None)), number)
        if origin is Literal:
            return args[number % len(args)]
        if is_enum(annotation):
            return list(annotation)[number % len(annotation)]
        if origin is list:
            return [self.make(args[0], i) for i in range(2)]
        if origin is dict:
            return {self.make(args[0], i): self.make(args[1], i) for i in range(2)}
        if origin is tuple:
            several = (args[0], args[0]) if args[-1] is ... else args
            return tuple(self.make(part, i) for i, part in enumerate(several))
        return self._plain(annotation, number)

    def _plain(self, kind: Any, number: int) -> Any:
        if kind is bool or kind is type(None):
            return True if kind is bool else None
        makers = {
            int: self._int,
            float: self._float,
            str: self._text,
            Any: self._text,
            Image: self._image,
            Box: self._box,
            Point: self._point,
            Mask: self._mask,
            Video: self._video,
            Album: self._album,
            Segment: self._segment,
            Moment: self._moment,
        }
        return makers[kind](number)

    def _int(self, number: int) -> int:
        """A valid index into each list of the call."""
        last = min((len(given) - 1 for given in self._lists), default=1 + number)
        return max(min(1 + number, last), 0)

    def _float(self, number: int) -> float:
        return 0.5 + number / 4

    def _text(self, number: int) -> str:
        """One of the options; else digits, so that a program can parse it as a number."""
        texts = [text for text in _all(self._lists, str) if text]
        return texts[number % len(texts)] if texts else str(1 + number)

    @property
    def _seen(self) -> Image | None:
        """The image of the call; for a video, a frame."""
        video = next(_all(self.arguments, Video), None)
        return next(_all(self.arguments, Image), None) or (video and blank_image(size=(video.width, video.height)))

    def _image(self, number: int) -> Image:
        image = self._seen or blank_image()
        frame = image.frame
        return image if number == 0 else image.crop(replace(frame, right=frame.left + frame.width / 2))

    def _box(self, number: int) -> Box:
        """The left or the right half of the image's centre; one of the call's own boxes if it has no image."""
        image = self._seen
        given = [*_all(self.arguments, Box), *(mask.box for mask in _all(self.arguments, Mask) if mask.area)]
        if image is None and given:
            return given[number % len(given)]
        frame = image.frame if image else Box(0, 0, *SIZE)
        left = frame.left + frame.width * (0.1 + 0.45 * number)
        top = frame.top + frame.height / 4
        return Box(left, top, left + frame.width * 0.35, top + frame.height / 2, self._label, 0.9)

    def _point(self, number: int) -> Point:
        box = self._box(number)
        return Point(box.center_x, box.center_y, self._label, 0.9)

    def _mask(self, number: int) -> Mask:
        import numpy as np

        image, given = self._seen, list(_all(self.arguments, Mask))
        if image is None and given:
            return given[number % len(given)]
        box = self._box(number)
        least = (math.ceil(box.right), math.ceil(box.bottom))
        width, height = image.original if image else (max(SIZE[0], least[0]), max(SIZE[1], least[1]))
        array = np.zeros((height, width), dtype=bool)
        array[math.floor(box.top) : least[1], math.floor(box.left) : least[0]] = True
        return Mask.from_array(array, self._label, 0.9)

    def _video(self, number: int) -> Video:
        """A video of two seconds without a file, since no stand-in reads one."""
        return Video(Path("(blank)"), f"{number:064x}", *SIZE, 25.0, tuple(range(50)))

    def _album(self, number: int) -> Album:
        """An album without files: that of the call, or a part of it."""
        given = next(_all(self.arguments, Album), None)
        if given is None:
            return Album.of(Path("(blank)"), [Photo(f"{place}.jpg", "0") for place in range(4)])
        return given.part(given.photos[: 1 + number])

    def _moment(self, number: int) -> Moment:
        return Moment(0.5 + number, self._box(0))

    def _segment(self, number: int) -> Segment:
        return Segment(0.5 + number, 1.0 + number, self._label, 0.9)

    @property
    def _lists(self) -> list[list[Any]]:
        return [cast("list[Any]", value) for value in self.arguments.values() if isinstance(value, list)]

    @property
    def _label(self) -> str:
        return next((v for v in self.arguments.values() if isinstance(v, str) and v), "thing")


def _all(value: Any, kind: type[T]) -> Iterator[T]:
    """All values of a class among the arguments, in order."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Mapping):
        for item in cast("Mapping[Any, Any]", value).values():
            yield from _all(item, kind)
    elif isinstance(value, list | tuple):
        for item in cast("list[Any]", value):
            yield from _all(item, kind)
