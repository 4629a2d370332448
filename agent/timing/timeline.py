"""Reads only the timing fields of stored runs.

Most of a trace is prompts and values, so reading complete traces of an evaluation would take ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ...tools.core.errors import InputError
from ...tools.core.tool import PLAIN
from ..traces.damage import MAX_EVENTS, MAX_RECORD, below, plain, read_file, reading
from ..traces.trace import READABLE


class _Part(BaseModel):
    """Base of partial records: unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EventTimes(_Part):
    """The timing fields of an event, as in `agent/traces/trace.py`; defaults if its kind has no such field."""

    kind: str
    id: int = -1
    parent: int | None = None
    at: float = 0.0
    seconds: float = 0.0
    load_seconds: float = 0.0
    waited: float = 0.0
    sent: float = 0.0
    ready: float = 0.0
    cached: bool = False
    ahead: bool = False
    batch: int = 1
    source: str = ""
    tool: str = ""
    backend: str = ""
    line: int = 0
    model: str = ""
    number: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    execution: int | None = None
    wasted: int = 0
    error: Any = None

    @property
    def took(self) -> float:
        """Seconds that the run waited for it; 0 for a program, whose event marks its start."""
        if self.kind == "step":
            return _length(self.waited if self.ahead or self.waited else self.seconds + self.load_seconds)
        return 0.0 if self.kind in ("execution", "result", "end") else _length(self.seconds)

    @property
    def worked(self) -> float:
        """Seconds of work by the model or tool; for a batch, of the whole batch."""
        return _length(self.seconds) * (max(self.batch, 1) if self.kind == "step" else 1)

    @property
    def loaded(self) -> float:
        """Seconds spent on loading its model."""
        return _length(self.load_seconds)

    @property
    def is_asked(self) -> bool:
        """Whether a model was called; not if the reply or the result was cached."""
        if self.kind == "attempt":
            return self.prompt_tokens > 0 or bool(self.error)
        return self.kind == "step" and self.source == "tool" and not self.cached and self.backend != PLAIN

    @property
    def of_model(self) -> str:
        """The model called: the language model's name, if it replied, or the tool's backend."""
        return self.backend if self.kind == "step" else self.model or "LLM"

    @property
    def service(self) -> tuple[float, float]:
        """Start and end of the work by the model or tool, in seconds of the run."""
        at = _length(self.at)
        end = max(at - self.took - _length(self.ready), 0.0) if self.ready else at
        return max(end - self.worked, 0.0), end


class _Timing(_Part):
    """The timing fields of a run's record."""

    total: float = 0.0


class _Head(_Part):
    """Of `run.json`."""

    schema_version: int
    id: str
    started: datetime
    question: str = ""
    outcome: str | None = None
    timing: _Timing = _Timing()


_MOMENTS: TypeAdapter[tuple[EventTimes, ...]] = TypeAdapter(tuple[EventTimes, ...])


@dataclass(frozen=True)
class Timed:
    """The timing of a run. started: seconds since 1970; moments: of its events, in order.

    told: the recorded seconds of the whole run, 0 if unfinished.
    """

    id: str
    question: str
    started: float
    outcome: str | None
    told: float
    moments: tuple[EventTimes, ...]

    @cached_property
    def total(self) -> float:
        """Seconds from its start to its end, or to its last event if unfinished."""
        return _length(self.told) or max((_length(moment.at) for moment in self.moments), default=0.0)


def read_timed(folder: Path) -> Timed:
    """Read the timing of a run from its folder. Raises InputError.

    A truncated last line is ignored: a killed run may end in the middle of an event.
    """
    name = plain(folder)
    with reading(folder):
        try:
            head = _Head.model_validate_json(read_file(folder / "run.json", MAX_RECORD))
            lines = read_file(folder / "events.jsonl", MAX_EVENTS).split(b"\n")[:-1]
            moments = _MOMENTS.validate_json(b"[" + b",".join(lines) + b"]")
            started = head.started.timestamp()
        except OSError as error:
            raise InputError(f"The run {name} is not complete: {error.strerror}.") from None
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]["msg"]
            raise InputError(f"The run {name} cannot be read: {problem}.") from None
    if head.schema_version not in READABLE:
        raise InputError(f"The run {name} was written in schema version {head.schema_version}.")
    return Timed(head.id, head.question, started, head.outcome, head.timing.total, moments)


def read_all(evaluation: Path, tell: Callable[[str], None]) -> Iterator[Timed]:
    """The runs of an evaluation by name, which is oldest first. Unreadable ones are reported and skipped."""
    for folder in below(evaluation / "runs"):
        try:
            yield read_timed(folder)
        except InputError as error:
            tell(f"Skipped: {error}")


def _length(seconds: float) -> float:
    """The seconds, or 0 for an invalid value: a trace may contain any JSON."""
    return seconds if 0 < seconds < inf else 0.0
