"""Additional functions for ViperGPT programs: plain functions of positions and texts.

Coordinates are as in those programs: pixels of the original image, with the origin in its **bottom** left corner;
`lower` and `upper` are distances from the bottom. Semantics as in Suris, Menon and Vondrick, "ViperGPT", ICCV 2023.
"""

from __future__ import annotations

import re
from math import hypot
from typing import Any, cast

from ....tools.core.errors import NoDetection, ToolError
from ....tools.core.tool import tool
from ....tools.core.values import Box, Image

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
}
_SCALES: dict[str, int] = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|[a-z]+")
_MINUS = re.compile(r"(?:^|[\s(=:$])[-\u2212]\s?\$?$|\bminus\s+$")


@tool
def CROP_AT(image: Image, left: float, lower: float, right: float, upper: float) -> Image:
    """The part of the image between four sides, measured from the original's lower left corner.

    It is clipped to the original. Raises ToolError if nothing is left, or if the area extends beyond an image that is
    itself a part: its author may then have measured from the corner of that part.
    """
    box = _box(image, left, lower, right, upper)
    if (image.width, image.height) != image.original and not _holds(image.frame, box):
        raise ToolError(
            f"The area {(left, lower, right, upper)} extends beyond the part that it is cut from.",
            hint="Measure from the lower left corner of the whole image, or crop the whole image.",
        )
    return image.crop(box)


@tool
def CROP_WITHIN(image: Image, left: float, lower: float, right: float, upper: float) -> Image:
    """The part of the image between four sides, measured from its own lower left corner.

    Raises ToolError if that is empty or outside of the image.
    """
    below = image.original[1] - image.bottom
    return CROP_AT(image, left + image.left, lower + below, right + image.left, upper + below)


@tool
def OVERLAPS_WITH(image: Image, left: float, lower: float, right: float, upper: float) -> bool:
    """Does the image touch the area between four sides, measured from the bottom?

    Both are in pixels of the original image; a shared edge counts. Raises ToolError if the area is empty.
    """
    a, b = image.frame, _box(image, left, lower, right, upper)
    return a.left <= b.right and b.left <= a.right and a.top <= b.bottom and b.top <= a.bottom


@tool
def GAP(a: Image | float, b: Image | float) -> float:
    """The distance between two parts of an image, or between two numbers.

    Parts: pixels between their nearest edges, or minus their intersection over union if they overlap, so that a
    smaller value always means nearer. Numbers: the absolute difference.

    Raises ToolError for a part and a number, or parts of different images.
    """
    if not isinstance(a, Image) and not isinstance(b, Image):
        return abs(a - b)
    if not (isinstance(a, Image) and isinstance(b, Image)):
        raise ToolError("There is no distance between a part of an image and a number.", hint="Compare like with like.")
    if a.source != b.source:
        raise ToolError("There is no distance between parts of different images.", hint="Compare parts of one image.")
    one, other = a.frame, b.frame
    shared = one.intersection(other)
    if shared:
        return -shared.area / (one.area + other.area - shared.area)
    gap_x = max(one.left - other.right, other.left - one.right, 0.0)
    gap_y = max(one.top - other.bottom, other.top - one.bottom, 0.0)
    return hypot(gap_x, gap_y)


@tool(computed=True)
def FRAME_HEIGHT(images: list[Image]) -> int:
    """The common height of the images in pixels.

    Raises ToolError if they differ, since coordinates measured from the bottom are then not comparable.
    """
    heights = {image.original[1] for image in images}
    if len(heights) != 1:
        raise ToolError(f"The images have {len(heights)} different heights.", hint="Give frames of one size.")
    return heights.pop()


@tool
def NUMBER(text: str | float) -> int | float:
    """The first number in a text, in digits or in words.

    "about 1,200 m" is 1200, "25 to 26" is 25, "two dozen" is 24, "-3" is -3. A whole number is an int. Dates are
    ignored. Raises ToolError if the text has no number.
    """
    if not isinstance(text, str):
        return _whole(text)
    plain = text.lower()
    for found in _TOKEN.finditer(plain):
        word = found[0]
        if word[0].isalpha() and word not in _WORDS and word not in _SCALES:
            continue
        value = _spelled(plain[found.start() :])
        return _whole(-value if _MINUS.search(plain[: found.start()]) else value)
    raise ToolError(f"There is no number in {text!r:.80}.", hint="Test the text before you take a number from it.")


@tool(computed=True)
def KIND(value: Any) -> str:
    """The type of a value by name: Image, str, int, float, bool, list and so on."""
    return "NoneType" if value is None else cast("type[Any]", type(value)).__name__


@tool
def CHOICE(info: dict[str, Any], question: str, options: list[str]) -> str:
    """The prompt for a language model to choose an option.

    info: known facts by subject. Raises ToolError for fewer than two options, or for a value that is not text.
    """
    if len(options) < 2:
        raise ToolError(f"There is nothing to choose between {len(options)} options.", hint="Give two or more.")
    known = "\n".join(f"- {name}: {_told(name, value)}" for name, value in info.items())
    listed = "\n".join(f"- {option}" for option in options)
    return (
        f"This was seen in a video:\n{known}\n\nQuestion: {question}\nOptions:\n{listed}\n"
        "Which option is right? Reply with the option alone."
    )


@tool
def CHOSEN(reply: str, options: list[str]) -> str:
    """The option that a reply names.

    A number is an index from 1 unless an option is that number. Raises ToolError if the reply names none or several.
    """
    plain = _plain(reply)
    exact = [option for option in options if _plain(option) == plain]
    named = exact or [option for option in options if re.search(rf"\b{re.escape(_plain(option))}\b", plain)]
    longest = [a for a in named if not any(_plain(a) != _plain(b) and _plain(a) in _plain(b) for b in named)]
    if len(longest) == 1:
        return longest[0]
    if not longest and plain.isdecimal() and 1 <= int(plain) <= len(options):
        return options[int(plain) - 1]
    what = "several" if longest else "none"
    raise ToolError(f"The reply {reply!r:.80} names {what} of the options {', '.join(options):.200}.")


@tool
def FOUND(images: list[Image]) -> list[Image]:
    """The same images, at least one.

    Raises NoDetection if there is none.
    """
    if not images:
        raise NoDetection("Nothing was found to choose the best from.", hint="Test the list first.")
    return images


@tool
def UNSET(name: str) -> Any:
    """Report that a name was never set, or that a function returned None.

    Always raises ToolError.
    """
    raise ToolError(f"{name} has no value here: it was never set, or is None.", hint="Give it one on every path.")


@tool
def NO_ANSWER() -> Any:
    """Report that the program ended without an answer.

    Always raises ToolError.
    """
    raise ToolError("The program ended without an answer.", hint="Return one on every path.")


@tool
def ENDLESS() -> Any:
    """Report that a loop ran for too long.

    Always raises ToolError.
    """
    raise ToolError("A `while` loop ran for too long.", hint="Loop with `for` over a list.")


def _box(image: Image, left: float, lower: float, right: float, upper: float) -> Box:
    """An area in our coordinates, whose y axis points down."""
    if right <= left or upper <= lower:
        raise ToolError(
            f"An area needs left < right and lower < upper, got {(left, lower, right, upper)}.",
            hint="The order is left, lower, right, upper; lower and upper are measured from the bottom.",
        )
    height = image.original[1]
    return Box(left, height - upper, right, height - lower)


def _holds(frame: Box, box: Box) -> bool:
    """Does the area lie in the frame, with a tolerance of less than a pixel?"""
    over = (frame.left - box.left, frame.top - box.top, box.right - frame.right, box.bottom - frame.bottom)
    return max(over) < 1


def _spelled(text: str) -> float:
    """The number that a text starts with: digits, `twenty-five`, `two hundred and one`, `1.5 million`."""
    words = re.match(r"[\d.,]+(?:\s+[a-z]+)?|[a-z]+(?:(?:\s+|-)[a-z]+)*", text)
    total, group = 0.0, None
    for word in _TOKEN.findall(words[0]) if words else ():
        if word in ("thousand", "million", "billion"):
            total, group = total + (1 if group is None else group) * _SCALES[word], None
        elif word in _SCALES:
            group = (1 if group is None else group) * _SCALES[word]
        elif word not in _WORDS and word[0].isalpha():
            if word != "and" or not (total or group) or (group or 0) % 100:
                break
        else:
            value = float(_WORDS[word] if word in _WORDS else word.replace(",", ""))
            if group is not None and not _continues(group, value):
                break
            group = (group or 0) + value
    return total + (group or 0)


def _continues(group: float, value: float) -> bool:
    """Does a number word continue the number so far: five after twenty, or after two hundred?"""
    return 0 < value < (100 if group % 100 == 0 else 10 if group % 10 == 0 and group % 100 >= 20 else 0)


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _told(name: str, value: Any) -> str:
    if isinstance(value, list | tuple | set):
        return ", ".join(_told(name, part) for part in cast("list[Any]", value))
    if not isinstance(value, str | int | float):
        raise ToolError(f"{name!r:.80} is of type {KIND(value)}, not text.", hint="Give captions or answers.")
    return str(value)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
