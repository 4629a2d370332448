"""The tool POINT on a pointing model (Molmo), with a parser for its markup.

Deitke et al., "Molmo and PixMo: Open Weights and Open Data for State-of-the-Art Vision-Language Models", CVPR 2025,
section 2: coordinates are shares of the image. Molmo writes them in percent, `<point x="10.5" y="20.1" alt="mug">`
or `<points x1="10.5" y1="20.1" x2=...>`; Molmo 2 in thousandths after the image's and each point's number,
`<points coords="1 1 105 201 2 340 610">`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.errors import ToolError
from ...core.over_model import OverModel
from ...core.tool import tool
from ...core.values import Image, Point
from ...models.language.vlm import Request, VisionLanguageModel, quoted, spoken
from ..finders.detector_phrases import read_phrases

_TAG = re.compile(r"<(points?)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'\s*([a-z]+\d*)\s*=\s*"([^"]*)"\s*/?')
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,6})?")
_NOTHING = re.compile(r"\b(no|none|not|zero|0|cannot|nothing)\b|n't\b", re.IGNORECASE)
_MOST = 1000


class Pointer(OverModel[VisionLanguageModel]):
    """POINT on a vision-language model that was trained to point.

    prompt: what it is asked; `{}` stands for the name.
    """

    def __init__(self, model: VisionLanguageModel, prompt: str = "Point to every {}.") -> None:
        super().__init__(model)
        self._prompt = prompt

    @tool(cost=1.0)
    def POINT(self, image: Image, name: str) -> list[Point]:
        """A point on each named thing; [] if none.

        name: a noun phrase, "red cup".

        Raises ToolError that shows the reply when it is no list of points in the image.
        """
        (phrase,) = read_phrases([name])
        (reply,) = self.model.reply([Request((image, self._prompt.format(phrase)), 1024)])
        return [
            Point(image.left + x * image.width, image.top + y * image.height, phrase) for x, y in read_points(reply)
        ]

    def count(self, image: Image, name: str) -> int:
        """The number of points on the named things. Raises ToolError."""
        return len(self.POINT(image, name))


def read_points(reply: str) -> list[tuple[float, float]]:
    """The points in a reply, as shares (0 to 1) of the image's width and height; [] when it says that there are none.

    Raises ToolError that shows the reply when the markup is broken or cut off, a point lies outside the image, or
    there is neither a point nor a word that denies them.
    """
    text = spoken(reply)
    tags = _TAG.findall(text)
    if not tags and "<point" not in text and _NOTHING.search(text):
        return []
    points = [point for tag, attributes in tags for point in _points_of(tag, attributes, reply)]
    if not points or len(tags) != len(re.findall(r"<points?\b", text)):
        raise _unreadable(reply, "no list of points")
    if len(points) > _MOST:
        raise _unreadable(reply, f"{len(points)} points")
    if any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in points):
        raise _unreadable(reply, "a point outside the image")
    return points


def _points_of(tag: str, text: str, reply: str) -> Iterator[tuple[float, float]]:
    attributes = dict(_ATTRIBUTE.findall(text))
    if _ATTRIBUTE.sub("", text).strip(" /\n"):
        raise _unreadable(reply, "broken markup")
    if "coords" in attributes:
        yield from _thousandths(attributes["coords"], reply)
        return
    ends = [""] if tag == "point" else [name[1:] for name in attributes if name.startswith("x")]
    for end in ends:
        x, y = attributes.get(f"x{end}", ""), attributes.get(f"y{end}", "")
        if not (_NUMBER.fullmatch(x) and _NUMBER.fullmatch(y)):
            raise _unreadable(reply, "broken markup")
        yield float(x) / 100, float(y) / 100


def _thousandths(coords: str, reply: str) -> Iterator[tuple[float, float]]:
    """Points of one image: its number, then for each point a number of its own, x and y."""
    numbers = coords.split()
    if len(numbers) % 3 != 1 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise _unreadable(reply, "broken markup")
    for place in range(1, len(numbers), 3):
        yield int(numbers[place + 1]) / 1000, int(numbers[place + 2]) / 1000


def _unreadable(reply: str, what: str) -> ToolError:
    said = f"The model was asked for points, and its reply has {what}: {quoted(reply)}."
    return ToolError(said, hint="Is it a model that points, such as Molmo?")
