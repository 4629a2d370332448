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

    number: its place among all calls of the program, from 1; line: of the program, from 1.
    arguments: by parameter name; result: None where `error` says why there is none.
    boxes: what was found, in pixels of the original image: the boxes of the result, or those behind a count.
    rejected: boxes that were looked at and were not good enough, best first.
    scores: runners-up of a choice by name, 0 to 1; confidence: about how often such a result is right, 0 to 1.
    seconds: the tool's own time; cached: the result was known from an earlier call.
    picture: the image that the tool looked at; None for a tool that looked at none.
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
    """The calls of the program that the run ended with. Raises InputError when a picture of the run is missing."""
    return tuple(step_of(number, step, pictures) for number, step in enumerate(run.steps, start=1))


def step_of(number: int, step: Recorded, pictures: FindImage) -> Step:
    """A recorded call. Raises InputError when its picture cannot be read."""
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
    """Every box in a value, in order; of a mask that is not empty the box around it."""
    if isinstance(value, Box):
        yield value
    elif isinstance(value, Mask) and value.area:
        yield value.box
    else:
        for item in _items(value):
            yield from boxes_in(item)


def masks_in(value: Any) -> Iterator[Mask]:
    """Every mask in a value that is not empty, in order."""
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
