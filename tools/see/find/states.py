"""Chooses between states that boxes, bodies and pixels tell: colours, bearings, moods, light, sharpness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core.tool import Scored
from ...core.values import Box, Image
from ..color.blur import BLUR_SURE, BLURRED_FROM, BLURRY, SHARP, blur
from ..color.colors_meant import colors_meant
from ..color.grayscale import GRAYSCALE_SURE, is_grayscale, says_grayscale
from .degrees import TellsColors, share_of
from .judge import TellsManner

_LIGHT = frozenset(("light", "bright", "day", "daytime", "daylight", "lit"))
_DARK = frozenset(("dark", "dim", "night", "nighttime", "unlit"))
_NIGHT, _DIM = 70.0, 110.0
"""Brightness below which a picture is dark, and a thing."""
_COLOR_SURE, _LIGHT_SURE = 0.7, 0.65


def choose_state(
    image: Image, box: Box | None, labels: Sequence[str], colors: TellsColors, manner: TellsManner
) -> Scored[str] | None:
    """The label that is so, of states that exclude each other; None where the labels are no such states.

    Raises ToolError when the box lies outside the image.
    """
    return (
        _by_tint(image, box, labels)
        or _by_color(image, box, labels, colors)
        or manner.choose(image, box, labels)
        or _by_light(image, box, labels, colors)
        or _by_focus(image, box, labels)
    )


def _by_tint(image: Image, box: Box | None, labels: Sequence[str]) -> Scored[str] | None:
    """Whether the whole picture is in color or in black and white."""
    said = [says_grayscale(label) for label in labels]
    if box is not None or set(said) != {True, False}:
        return None
    return Scored(labels[said.index(is_grayscale(image))], confidence=GRAYSCALE_SURE)


def _by_color(image: Image, box: Box | None, labels: Sequence[str], colors: TellsColors) -> Scored[str] | None:
    wanted = [colors_meant(label.strip().casefold()) for label in labels]
    if any(one is None for one in wanted) or all(label.casefold() in _LIGHT | _DARK for label in labels):
        return None
    shares = colors.COLOR(image, box).scores
    return _best({label: share_of(shares, one or ()) for label, one in zip(labels, wanted, strict=True)}, _COLOR_SURE)


def _by_light(image: Image, box: Box | None, labels: Sequence[str], colors: TellsColors) -> Scored[str] | None:
    words = [label.strip().casefold() for label in labels]
    if len(words) != 2 or not (set(words) & _LIGHT and set(words) & _DARK):
        return None
    bright = colors.BRIGHTNESS(image, box) >= (_DIM if box else _NIGHT)
    return _best(
        {label: float((word in _LIGHT) == bright) for label, word in zip(labels, words, strict=True)}, _LIGHT_SURE
    )


def _by_focus(image: Image, box: Box | None, labels: Sequence[str]) -> Scored[str] | None:
    words = [label.strip().casefold() for label in labels]
    blurry = [word in BLURRY or "out of" in word for word in words]
    named = all(word in BLURRY | SHARP or word in ("in focus", "out of focus") for word in words)
    seen = blur(image, box) if named and sum(blurry) == 1 and len(words) == 2 else None
    if seen is None:
        return None
    return _best(
        {label: float(one == (seen > BLURRED_FROM)) for label, one in zip(labels, blurry, strict=True)}, BLUR_SURE
    )


def _best(scores: Mapping[str, float], confidence: float) -> Scored[str]:
    ranked = dict(sorted(scores.items(), key=lambda item: -item[1]))
    return Scored(next(iter(ranked)), ranked, confidence=confidence)
