"""What happened in a run, as a flat list of events. Each has its own tag; the list can be read as a tree:

    attempt      the language model was asked; below it
      check      what the checker said of the reply
    execution    a checked program ran; below it
      step       a tool call
    end          outcome and answer

A parent comes before its children.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from ..programs.diagnostics import Diagnostic
from ..programs.prompt import Message
from ..sandbox.outcome import OutcomeKind

SCHEMA_VERSION = 1

AnswerKind = OutcomeKind | Literal["llm_error", "input_error"]
"""How a question ended: as its program did, or before there was one."""


class Stored(BaseModel):
    """What is written to a run's folder: always valid JSON in UTF-8, whatever a model, a file or a person said."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    @model_validator(mode="before")
    @classmethod
    def _in_utf8(cls, data: Any) -> Any:
        return _in_utf8(data)


def _in_utf8(data: Any) -> Any:
    """The data with `?` for each half of a surrogate pair in its strings."""
    if isinstance(data, str):
        return data.encode("utf-8", errors="replace").decode()
    if isinstance(data, list):
        return [_in_utf8(item) for item in cast("list[Any]", data)]
    if isinstance(data, dict):
        return {_in_utf8(key): _in_utf8(item) for key, item in cast("dict[Any, Any]", data).items()}
    return data


class _Event(Stored):
    """id: position in the run, from 0; parent: id of the event that this one is part of.

    at: seconds from the start of the run to the end of what happened.
    """

    id: int = -1
    parent: int | None = None
    at: float = 0.0


class Attempt(_Event):
    """The language model was asked for a program. `error` says why there is no reply."""

    kind: Literal["attempt"] = "attempt"
    number: int
    model: str
    messages: list[Message]
    reply: str = ""
    error: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Check(_Event):
    """The checker read a program; no diagnostics mean that it may run."""

    kind: Literal["check"] = "check"
    source: str
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0


class Execution(_Event):
    """A checked program was started."""

    kind: Literal["execution"] = "execution"
    source: str


class Failure(Stored):
    """Why a step has no result. kind: the error's class, such as NoDetection."""

    kind: str
    message: str


class Step(_Event):
    """A tool call. line is 1-based, column 0-based.

    arguments, result: values as JSON (encode.py).
    scores: runners-up of a choice.
    found: the boxes behind a result that is none itself, such as a count; rejected: boxes that were not good enough.
    seconds: the tool's own time; load_seconds: loading its model, 0 but for the first use.
    """

    kind: Literal["step"] = "step"
    line: int
    column: int
    tool: str
    backend: str
    arguments: dict[str, Any]
    result: Any = None
    scores: dict[str, float] = Field(default_factory=dict[str, float])
    found: list[Any] = Field(default_factory=list[Any])
    rejected: list[Any] = Field(default_factory=list[Any])
    seconds: float = 0.0
    load_seconds: float = 0.0
    error: Failure | None = None


class End(_Event):
    """The run is over. variables: the program's names and values at its end; layers: what held the sandbox."""

    kind: Literal["end"] = "end"
    outcome: AnswerKind
    answer: Any = None
    message: str = ""
    line: int = 0
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])
    printed: str = ""
    layers: tuple[str, ...] = ()


Event = Annotated[Attempt | Check | Execution | Step | End, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(line: str | bytes) -> Event:
    """An event from its line in `events.jsonl`. Raises pydantic's ValidationError."""
    return _ADAPTER.validate_json(line)


def to_json(stored: Stored) -> Any:
    """The same JSON that is written to disk, as Python data: nothing in it that JSON lacks, such as NaN."""
    return json.loads(stored.model_dump_json())


@dataclass(frozen=True)
class Node:
    """An event with the events that are part of it."""

    event: Event
    children: tuple[Node, ...]


def tree(events: Iterable[Event]) -> tuple[Node, ...]:
    """The flat list as a forest. An event whose parent did not come before it stands at the top."""
    known: set[int] = set()
    below: dict[int | None, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.id):
        below.setdefault(event.parent if event.parent in known else None, []).append(event)
        known.add(event.id)

    def grow(parent: int | None) -> tuple[Node, ...]:
        return tuple(Node(event, grow(event.id)) for event in below.get(parent, ()))

    return grow(None)


def flat(nodes: Iterable[Node]) -> list[Event]:
    """The forest as a flat list again, in the order in which things happened."""
    found: list[Event] = []
    for node in nodes:
        found += [node.event, *flat(node.children)]
    return sorted(found, key=lambda event: event.id)
