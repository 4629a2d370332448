"""When things happened in stored runs: the few fields of their events that tell time, read without all the others.

An evaluation has many runs, and most of a trace is prompts and values: reading them all would take ten times as long.
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
    """Some fields of what was stored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Moment(_Part):
    """What an event says of time; fields as in `agent/traces/trace.py`, at their defaults where its kind has no such
    field.
    """

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
        """Seconds for which the run waited for it. A program has only just started when it is told."""
        if self.kind == "step":
            return _length(self.waited if self.ahead or self.waited else self.seconds + self.load_seconds)
        return 0.0 if self.kind in ("execution", "result", "end") else _length(self.seconds)

    @property
    def worked(self) -> float:
        """Seconds for which whoever was asked worked: of a batch, all of the batch."""
        return _length(self.seconds) * (max(self.batch, 1) if self.kind == "step" else 1)

    @property
    def loaded(self) -> float:
        """Seconds that loading its model took."""
        return _length(self.load_seconds)

    @property
    def is_asked(self) -> bool:
        """Was a model asked? Not where the reply or the result was remembered."""
        if self.kind == "attempt":
            return self.prompt_tokens > 0 or bool(self.error)
        return self.kind == "step" and self.source == "tool" and not self.cached and self.backend != PLAIN

    @property
    def of_model(self) -> str:
        """The model that was asked: the language model's name, where it replied, or the tool's backend."""
        return self.backend if self.kind == "step" else self.model or "LLM"

    @property
    def service(self) -> tuple[float, float]:
        """From when until when whoever was asked worked on it, in seconds of the run."""
        at = _length(self.at)
        end = max(at - self.took - _length(self.ready), 0.0) if self.ready else at
        return max(end - self.worked, 0.0), end


class _Timing(_Part):
    """Of a run's record."""

    total: float = 0.0


class _Head(_Part):
    """Of `run.json`."""

    schema_version: int
    id: str
    started: datetime
    question: str = ""
    outcome: str | None = None
    timing: _Timing = _Timing()


_MOMENTS: TypeAdapter[tuple[Moment, ...]] = TypeAdapter(tuple[Moment, ...])


@dataclass(frozen=True)
class Timed:
    """A run as far as its time goes. started: seconds since 1970; moments: of its events, in their order.

    told: the seconds of the whole run, 0 where it did not end.
    """

    id: str
    question: str
    started: float
    outcome: str | None
    told: float
    moments: tuple[Moment, ...]

    @cached_property
    def total(self) -> float:
        """Seconds from its start to its end; of a run that did not end, to the last thing that is known."""
        return _length(self.told) or max((_length(moment.at) for moment in self.moments), default=0.0)


def read_timed(folder: Path) -> Timed:
    """A run from its folder. Raises InputError.

    A last line that was cut off is left out: a killed run may end in half an event.
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
    """The runs of an evaluation, oldest first, as their names sort. One that cannot be read is told and left out."""
    for folder in below(evaluation / "runs"):
        try:
            yield read_timed(folder)
        except InputError as error:
            tell(f"Left out: {error}")


def _length(seconds: float) -> float:
    """The seconds, 0 for what is no length of time: a trace may hold anything that JSON can."""
    return seconds if 0 < seconds < inf else 0.0
