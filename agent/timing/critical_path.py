"""The critical path of a run: its time as a sequence of intervals, each with its stage.

Program and question loop are sequential, so every moment of a run belongs to exactly one stage. Early calls only count
as far as the program had to wait for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from .timeline import EventTimes, Timed

Stage = Literal["llm", "check", "program", "loading", "tools", "waiting", "own"]
"""llm: waiting for replies. check: the checker. program: sandbox, program, communication and recording of steps.
loading: loading a model. tools: the tool, or its batch, running. waiting: queued behind other calls. own: retrieval,
prompts, records, images, cached or early results, and everything else.
"""

STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class Interval:
    """A part of a run's time, in seconds from its start. moment: the event it belongs to, if any."""

    start: float
    end: float
    stage: Stage
    moment: EventTimes | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def critical_path(run: Timed) -> list[Interval]:
    """The intervals of a run from 0 to its end, in order, without gaps, none of them empty."""
    path, now, between = list[Interval](), 0.0, "own"
    for moment in run.moments:
        end = min(max(now, moment.at), run.total)
        asked = max(now, end - moment.took)
        path += [Interval(now, asked, between, None), *_parts(moment, asked, end)]
        now, between = end, "program" if moment.kind in ("execution", "step") else "own"
    path.append(Interval(now, run.total, "own"))
    return [interval for interval in path if interval.end > interval.start]


def by_stage(path: Iterable[Interval]) -> dict[Stage, float]:
    """Seconds of each stage."""
    spent = dict.fromkeys(STAGES, 0.0)
    for interval in path:
        spent[interval.stage] += interval.seconds
    return spent


def _parts(moment: EventTimes, asked: float, end: float) -> Iterator[Interval]:
    """The intervals of an event. The batch's time is at the end of the wait, preceded by loading."""
    match moment.kind:
        case "attempt" | "vote":
            yield Interval(asked, end, "llm", moment)
        case "check":
            yield Interval(asked, end, "check", moment)
        case "step" if not (moment.cached or moment.ready):
            served = max(asked, end - moment.worked)
            loaded = max(asked, served - moment.loaded)
            yield Interval(asked, loaded, "waiting", moment)
            yield Interval(loaded, served, "loading", moment)
            yield Interval(served, end, "tools", moment)
        case _:
            yield Interval(asked, end, "own", moment)
