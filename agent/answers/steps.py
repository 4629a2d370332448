"""The tool calls of a stored run as Python values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...tools.core.values import Box, Image, Mask
from ..reading.view import RunView
from ..traces.decode import FindImage, decode, decode_all
from ..traces.trace import Step as Recorded


@dataclass(frozen=True)
class Step:
    """A tool call of the program.

    number: among all calls of the program, from 1; line: of the program, from 1.
    arguments: by parameter name; result: None if `error` says why there is none.
    boxes: in pixels of the original image: those of the result, or those behind a count.
    rejected: boxes below the threshold, best first.
    scores: of alternatives by name, 0 to 1; confidence: about how often such a result is right, 0 to 1.
    seconds: the tool's own time; cached: the result was known from an earlier call.
    picture: the image that the tool looked at, or None.
    """

    number: int
    line: int
    tool: str
    arguments: Mapping[str, Any]
    result: Any
    boxes: tuple[Box, ...]
    rejected: tuple[Box, ...]
    scores: Mapping[str, float]
    seconds: float
    picture: Image | None
    confidence: float | None = None
    assumptions: tuple[str, ...] = ()
    cached: bool = False
    error: str = ""


def steps_of(run: RunView, pictures: FindImage) -> tuple[Step, ...]:
    """The calls of the final program. Raises InputError if a picture of the run is missing."""
    return tuple(step_of(number, step, pictures) for number, step in enumerate(run.steps, start=1))


def step_of(number: int, step: Recorded, pictures: FindImage) -> Step:
    """A recorded call. Raises InputError if its picture cannot be read."""
    arguments = decode_all(step.arguments, pictures)
    result = decode(step.result, pictures)
    found = decode(step.found, pictures)
    return Step(
        number=number,
        line=step.line,
        tool=step.tool,
        arguments=arguments,
        result=result,
        boxes=tuple(dict.fromkeys(boxes_in([result, found]))),
        rejected=tuple(boxes_in(decode(step.rejected, pictures))),
        scores=step.scores,
        seconds=step.seconds,
        picture=next(_images(list(arguments.values())), None),
        confidence=step.confidence,
        assumptions=step.assumptions,
        cached=step.cached,
        error=step.error.message if step.error else "",
    )


def boxes_in(value: Any) -> Iterator[Box]:
    """Every box in a value, in order, including the bounding box of each non-empty mask."""
    if isinstance(value, Box):
        yield value
    elif isinstance(value, Mask) and value.area:
        yield value.box
    else:
        for item in _items(value):
            yield from boxes_in(item)


def masks_in(value: Any) -> Iterator[Mask]:
    """Every non-empty mask in a value, in order."""
    if isinstance(value, Mask) and value.area:
        yield value
    else:
        for item in _items(value):
            yield from masks_in(item)


def _images(value: Any) -> Iterator[Image]:
    if isinstance(value, Image):
        yield value
    else:
        for item in _items(value):
            yield from _images(item)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | set):
        yield from cast("list[Any]", value)
    elif isinstance(value, dict):
        yield from cast("dict[Any, Any]", value).values()
