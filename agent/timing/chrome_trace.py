"""Exports runs as a trace for chrome://tracing and ui.perfetto.dev.

The format is Google's "Trace Event Format" (JSON object form): complete events (`X`) in lanes, flows (`s`, `f`) from
early calls to their use, counters (`C`), and names (`M`). Existing packages only write it as part of a profiler, so
it is written here directly. Times are integer nanoseconds, written in microseconds.

A run is a process with these lanes: critical path, LLM, checker, program, and each tool, separately for normal and
early calls. Slices in a lane may nest but never overlap: overlapping ones get additional lanes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...tools.core.errors import PrerequisiteError
from ..traces.encode import one_line
from .critical_path import Interval, critical_path
from .timeline import EventTimes, Timed

Json = dict[str, Any]

_ALL = 0
"""The process of the counters, which cover all runs."""
_FIRST = 1000
"""The number before that of the first run's process. A lane with its process's number is shown as the main one."""
_MOST = 1_000_000
"""Maximum number of arrows per run. Their ids are numbers, because Perfetto supports no others."""


@dataclass
class _Lanes:
    """The lanes of one run, numbered in order of first use. run: the number of its process.

    ends: the end of each lane's last slice, in nanoseconds; arrows: how many there are so far.
    """

    run: int
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    ends: dict[str, int] = field(default_factory=dict[str, int])
    arrows: int = 0

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def free(self, name: str, start: int, end: int) -> str:
        """The first free lane of that name."""
        lane, place = name, 1
        while self.ends.get(lane, 0) > start:
            place += 1
            lane = f"{name} {place}"
        self.ends[lane] = end
        return lane

    def slice(self, lane: str, name: str, start: int, end: int, **args: Any) -> Json:
        place = {"pid": self.run, "tid": self.number(lane), "ts": start / 1000}
        return {"ph": "X", "name": name, "cat": "run", "dur": (end - start) / 1000, **place, "args": args}


def write_chrome_trace(path: Path, runs: Iterable[Timed]) -> int:
    """Write runs, in order of their start; returns how many. Raises PrerequisiteError."""
    count = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write('{"displayTimeUnit": "ms", "traceEvents": [\n')
            kept: list[Timed] = []
            for run in runs:
                kept.append(run)
                count += 1
                for event in events_of(run, count, kept[0].started):
                    file.write(json.dumps(event) + ",\n")
            for event in _counters(kept):
                file.write(json.dumps(event) + ",\n")
            file.write(json.dumps(_order(_ALL, 0, "process", 0)) + ",\n")
            file.write(json.dumps(_name(_ALL, 0, "process", "all runs")) + "\n]}\n")
    except OSError as error:
        raise PrerequisiteError(f"{path} cannot be written: {error.strerror}.") from None
    return count


def events_of(run: Timed, number: int, zero: float) -> Iterator[Json]:
    """The events of one run. number: in the trace, from 1; zero: the start of the trace, in seconds since 1970."""
    lanes, shift = _Lanes(_FIRST + number), _nanoseconds(max(run.started - zero, 0.0))
    for name in ("critical path", "LLM", "checker", "program"):
        lanes.number(name)
    for interval in critical_path(run):
        start, end = shift + _nanoseconds(interval.start), shift + _nanoseconds(interval.end)
        yield lanes.slice("critical path", _said(interval), start, end, **_line(interval.moment))
    for moment in run.moments:
        yield from _requests(moment, lanes, shift)
    yield from _programs(run, lanes, shift)
    yield from _made_ahead(run, lanes, shift)
    yield _name(lanes.run, 0, "process", f"{number:04} {one_line(run.question, 80) or run.id}")
    yield _order(lanes.run, 0, "process", number)
    for name, place in lanes.numbers.items():
        yield _name(lanes.run, place, "thread", name)
        yield _order(lanes.run, place, "thread", place)


def _requests(moment: EventTimes, lanes: _Lanes, shift: int) -> Iterator[Json]:
    """The slice of a request to the language model or the checker."""
    start, end = (shift + _nanoseconds(seconds) for seconds in moment.service)
    if moment.kind == "attempt":
        tokens = {"prompt_tokens": moment.prompt_tokens, "completion_tokens": moment.completion_tokens}
        asked = f"attempt {moment.number}" if moment.number else "guess from notes"
        name = asked + ("" if moment.is_asked else " (remembered)")
        yield lanes.slice(lanes.free("LLM", start, end), name, start, end, model=moment.model, **tokens)
    elif moment.kind == "vote":
        yield lanes.slice(lanes.free("LLM", start, end), "vote", start, end)
    elif moment.kind == "check":
        yield lanes.slice(lanes.free("checker", start, end), "check", start, end)


def _programs(run: Timed, lanes: _Lanes, shift: int) -> Iterator[Json]:
    """The slices of each program, with the waits for its steps nested in it, and of the tools."""
    last = run.total
    for place, moment in enumerate(run.moments):
        if moment.kind == "execution":
            end = next((one.at for one in run.moments[place + 1 :] if one.kind not in ("execution", "step")), last)
            start, end = shift + _nanoseconds(moment.at), shift + _nanoseconds(max(end, moment.at))
            yield lanes.slice("program", f"program {moment.id}", start, end)
    for interval in _waits(run):
        step, start, end = interval.moment, shift + _nanoseconds(interval.start), shift + _nanoseconds(interval.end)
        assert step is not None
        waited = round(1000 * interval.seconds, 3)
        yield lanes.slice("program", step.tool, start, end, **_line(step), waited_ms=waited, **_served(step))
        if not (step.ahead or step.cached):
            work = max(start, end - _nanoseconds(step.worked))
            if loading := min(_nanoseconds(step.loaded), work - start):
                lane = lanes.free(step.tool, work - loading, work)
                yield lanes.slice(lane, f"loading {step.backend}", work - loading, work)
            name, args = _batched(step.tool, step.batch), {**_line(step), **_served(step)}
            yield lanes.slice(lanes.free(step.tool, work, end), name, work, end, **args)


def _made_ahead(run: Timed, lanes: _Lanes, shift: int) -> Iterator[Json]:
    """The batches of early calls, each with an arrow to every step that used its result.

    Calls of a batch are recognized by their equal share of its time, to the last digit.
    """
    waits = {wait.moment.id: wait for wait in _waits(run) if wait.moment}
    batches: dict[tuple[str, int, float], list[EventTimes]] = {}
    for moment in run.moments:
        if moment.kind == "step" and moment.ahead:
            batches.setdefault((moment.tool, moment.batch, moment.seconds), []).append(moment)
    for (tool, size, _), calls in sorted(batches.items(), key=lambda item: item[1][0].service):
        first = calls[0]
        start, end = (shift + _nanoseconds(seconds) for seconds in first.service)
        lane = lanes.free(f"{tool} ahead", start, end)
        sent = max(call.at - call.took - call.sent for call in calls) if all(call.sent for call in calls) else None
        queued = {} if sent is None else {"queued_ms": round(1000 * max(first.service[0] - sent, 0.0), 3)}
        lines = sorted({call.line for call in calls})
        args = {"lines": lines, "calls_of_this_run": len(calls), **queued, **_served(first)}
        yield lanes.slice(lane, _batched(tool, size), start, end, **args)
        for used in (waits[call.id] for call in calls if call.id in waits):
            # In the middle of the wait, because an arrow at an edge is ambiguous.
            since, until = max(shift + _nanoseconds(used.start), start), shift + _nanoseconds(used.end)
            if until > since + 1:
                yield from _arrow(lanes, (lane, start), ("program", (since + until) // 2))


def _waits(run: Timed) -> list[Interval]:
    """The waits of the program for its steps."""
    waits: list[Interval] = []
    for interval in critical_path(run):
        step = interval.moment
        if step is None or step.kind != "step":
            continue
        if waits and waits[-1].moment is step:
            waits[-1] = Interval(waits[-1].start, interval.end, "tools", step)
        else:
            waits.append(Interval(interval.start, interval.end, "tools", step))
    return waits


def _counters(runs: Sequence[Timed]) -> Iterator[Json]:
    """Counters of active runs, and of active requests or calls of each model, over time."""
    changes: list[tuple[int, int, str]] = []
    for run in runs:
        spans = [("runs", 0.0, run.total)]
        spans += [(one.of_model, *one.service) for one in run.moments if one.is_asked]
        shift = _nanoseconds(max(run.started - runs[0].started, 0.0))
        for name, start, end in spans:
            changes += [(shift + _nanoseconds(start), 1, name), (shift + _nanoseconds(end), -1, name)]
    counts: dict[str, int] = {}
    for when, change, name in sorted(changes):
        counts[name] = counts.get(name, 0) + change
        yield {"ph": "C", "name": name, "pid": _ALL, "tid": 0, "ts": when / 1000, "args": {"at once": counts[name]}}


def _said(interval: Interval) -> str:
    """The display name of an interval of the critical path."""
    moment = interval.moment
    if moment is None or moment.kind in ("check", "end", "result", "execution"):
        return interval.stage
    if moment.kind == "step":
        return moment.tool if interval.stage == "tools" else f"{moment.tool}: {interval.stage}"
    if moment.kind == "vote":
        return "vote"
    return f"LLM attempt {moment.number}" if moment.number else "LLM guess from notes"


def _line(moment: EventTimes | None) -> Json:
    return {"line": moment.line} if moment is not None and moment.line else {}


def _served(step: EventTimes) -> Json:
    return {"batch": step.batch, "cached": step.cached, "ahead": step.ahead, "backend": step.backend}


def _batched(tool: str, size: int) -> str:
    return tool if size <= 1 else f"{tool} x {size}"


def _arrow(lanes: _Lanes, source: tuple[str, int], target: tuple[str, int]) -> Iterator[Json]:
    """An arrow from one slice to another, each given by its lane and a time within it."""
    lanes.arrows += 1
    for phase, (lane, when) in (("s", source), ("f", target)):
        place = {"pid": lanes.run, "tid": lanes.number(lane), "ts": when / 1000}
        told = {"name": "made ahead", "cat": "ahead", "id": lanes.run * _MOST + lanes.arrows, **place}
        yield {"ph": phase, **told, **({"bp": "e"} if phase == "f" else {})}


def _name(run: int, lane: int, kind: str, name: str) -> Json:
    return {"ph": "M", "name": f"{kind}_name", "pid": run, "tid": lane, "args": {"name": name}}


def _order(run: int, lane: int, kind: str, place: int) -> Json:
    return {"ph": "M", "name": f"{kind}_sort_index", "pid": run, "tid": lane, "args": {"sort_index": place}}


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
