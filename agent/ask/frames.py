"""Selects the frames of a video to show with a step: those on which its result is based."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from ...tools.core.call import Call
from ...tools.core.times import Moment, Segment
from ...tools.core.values import Box, Image, Video
from ..traces.runs import Recorder
from ..traces.trace import StepFrame

MOST = 3
"""Frames of a step."""
NEAR = 0.5
"""Seconds between a time that a step returned and the frame that is shown for it."""
Sights: TypeAlias = Mapping[float, list[Box]]
"""The boxes of each time, in order of time."""


def kept_frames(call: Call, recorder: Recorder) -> list[StepFrame]:
    """Store the frames of a call; [] if it is not about a video, or only takes frames from one."""
    video = next((value for value in call.arguments.values() if isinstance(value, Video)), None)
    if video is None:
        return []
    if isinstance(call.value, Image):
        times = frame_times(call.value, call.moments)[:1]
        return [_frame(time, recorder.keep(call.value), video) for time in times]
    if any(isinstance(item, Image | Video) for item in _items(call.value)):
        return []
    # A search looks at the first frame in any case.
    times = frame_times(call.value, call.moments) or [video.time(0)]
    whole = video.whole or video
    return [_frame(time, recorder.keep_frame(whole, whole.index(time)), video) for time in times]


def _frame(time: float, image: str, video: Video) -> StepFrame:
    return StepFrame(time=time, image=image, size=(video.width, video.height))


def frame_times(value: Any, moments: Iterable[Moment]) -> list[float]:
    """The times of those frames, in order: at most `MOST` of the moments' times; [] if there are none."""
    seen: dict[float, list[Box]] = {}
    for moment in moments:
        seen.setdefault(moment.time, []).append(moment.box)
    if not seen:
        return []
    items = _items(value)
    if isinstance(value, float) and (near := [time for time in seen if abs(time - value) <= NEAR]):
        return [min(near, key=lambda time: abs(time - value))]
    if isinstance(value, list) and all(isinstance(item, Segment) for item in items):
        found = [_fullest(_inside(seen, cast("Segment", item))) for item in items[:MOST]]
    elif isinstance(value, list) and all(isinstance(item, Moment) for item in items):
        path = [cast("Moment", item).time for item in items]
        found = [path[0], path[len(path) // 2], path[-1]] if path else []
    elif isinstance(value, list) and all(isinstance(item, str) for item in items):
        labels = {box.label: time for time, boxes in reversed(seen.items()) for box in boxes}
        found = sorted(labels.values())[:MOST]
    elif isinstance(value, Image):
        found = [_clearest(seen)]
    else:
        found = [_fullest(seen)]
    return sorted({time for time in found if time is not None}) or [_fullest(seen) or 0.0]


def _items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _inside(seen: Sights, span: Segment) -> Sights:
    return {time: boxes for time, boxes in seen.items() if span.start <= time <= span.end}


def _fullest(seen: Sights) -> float | None:
    """The first time at which most boxes are seen at once."""
    return max(seen, key=lambda time: len(seen[time]), default=None)


def _clearest(seen: Sights) -> float:
    """The time at which a thing is seen best, as chosen by CLEAREST (tools/clips/search.py)."""
    return max(seen, key=lambda time: seen[time][0].score * seen[time][0].area ** 0.25)
