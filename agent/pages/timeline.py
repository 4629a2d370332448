"""A drawing of when things were seen in a video: a row for each step, with a bar for each period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...tools.core.times import clock
from ..reading.view import RunView, call_text
from ..traces.trace import Step
from .clip import ClipSpan, video_of

NEAR = 0.75
"""Maximum seconds between two sightings in one bar."""
MAX_ROWS, MAX_BARS = 40, 400
TICKS = 5


@dataclass(frozen=True)
class Bar:
    """A period. left, width: in percent of the video."""

    left: float
    width: float
    span: ClipSpan

    @property
    def text(self) -> str:
        """In words."""
        return self.span.text


@dataclass(frozen=True)
class TimelineRow:
    """A step with its bars. number: of the step, from 1; step: its event."""

    number: int
    step: int
    text: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Timeline:
    """The rows of a run about a video, and the times below them with their place in percent."""

    rows: tuple[TimelineRow, ...]
    ticks: tuple[tuple[float, str], ...]


def timeline(run: RunView) -> Timeline | None:
    """The timeline of a run; None if it is not about a video, or nothing was seen."""
    video = video_of(run.run.record)
    if video is None:
        return None
    seconds = max(float(video.get("frames", 0)) / max(float(video.get("fps", 0)), 1e-6), 1e-6)
    rows: list[TimelineRow] = []
    for number, step in enumerate(run.steps, start=1):
        if bars := tuple(_bars(_spans(step), seconds)):
            rows.append(TimelineRow(number, step.id, call_text(step), bars[:MAX_BARS]))
    marks = (place / TICKS for place in range(TICKS + 1))
    return (
        Timeline(tuple(rows[:MAX_ROWS]), tuple((100 * share, clock(share * seconds)) for share in marks))
        if rows
        else None
    )


def _spans(step: Step) -> list[tuple[float, float]]:
    """When the thing was seen: the step's periods, else its moments, with near ones joined."""
    result: Any = step.result
    given = [_part(item) for item in cast("list[Any]", result if isinstance(result, list) else [result])]
    found = [(_time(part, "start"), _time(part, "end")) for part in given if part.get("type") == "segment"]
    if found:
        return found
    joined: list[tuple[float, float]] = []
    for time in sorted(_time(_part(moment), "time") for moment in step.moments):
        if joined and time - joined[-1][1] <= NEAR:
            joined[-1] = (joined[-1][0], time)
        else:
            joined.append((time, time))
    return joined


def _bars(spans: Iterable[tuple[float, float]], seconds: float) -> Iterable[Bar]:
    for start, end in spans:
        left, right = (min(max(time / seconds, 0.0), 1.0) for time in (start, end))
        yield Bar(round(100 * left, 3), round(100 * max(right - left, 0.0), 3), ClipSpan(start, end))


def _time(part: Mapping[str, Any], name: str) -> float:
    value = part.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _part(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
