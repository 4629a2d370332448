"""What the answer of a run really waited for: the run's time as a row of intervals, each with its stage.

A program is one thread, and so is the loop around it. So every moment of a run belongs to one thing: what was made
ahead of a program counts only as far as the program waited for it still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from .timeline import Moment, Timed

Stage = Literal["llm", "check", "program", "loading", "tools", "waiting", "own"]
"""llm: until the reply was there. check: the checker. program: the sandbox, the program, the wire and the steps'
records. loading: a model. tools: the tool, or its batch, worked. waiting: others were served first. own: retrieval,
prompts, records, pictures, results that were known or lay ready, and all else.
"""

STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class Interval:
    """A part of a run's time, in seconds from its start. moment: what was waited for; None where it was no event."""

    start: float
    end: float
    stage: Stage
    moment: Moment | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def critical_path(run: Timed) -> list[Interval]:
    """The run's time from 0 to its end, without a gap: intervals in order, each of some length."""
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


def _parts(moment: Moment, asked: float, end: float) -> Iterator[Interval]:
    """The intervals of an event. What a tool's batch took is the last of the wait, what loading took is before it."""
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
