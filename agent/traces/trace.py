"""The events of a run: a flat list of tagged records, which forms a tree:

    attempt        a request to the language model for one or several samples
      check        the checker's verdict on a program
        execution  the run of a checked program
          step     a tool call
          result   the outcome of the program, unless it ended the run
    vote           the answers of several programs, and the winner
    end            outcome and answer

Parents come before their children. Programs written by hand have no attempt; in old runs, executions are at the top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticSerializationError
from pydantic_core import to_json as _to_json

from ...programs.language.diagnostics import Diagnostic
from ...programs.prompt import Message
from ...sandbox.outcome import OutcomeKind

SCHEMA_VERSION = 2
READABLE = frozenset({1, 2})
"""Readable schema versions. Version 1 rounded coordinates to 0.01 pixels and scores to four digits."""

AnswerKind = OutcomeKind | Literal["llm_error", "input_error"]
"""The outcome of a question: that of its program, or an earlier failure."""


class Stored(BaseModel):
    """Base of stored records, always serialized to valid JSON in UTF-8, whatever text they contain."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    @model_validator(mode="before")
    @classmethod
    def _in_utf8(cls, data: Any) -> Any:
        try:
            _to_json(data)  # much faster than checking each string, and nearly always sufficient
        except PydanticSerializationError:
            return in_utf8(data)
        return data


_HALF = re.compile("[\ud800-\udfff]")
S = TypeVar("S", bound=Stored)


def in_utf8(data: Any) -> Any:
    """The data, with lone surrogates in strings replaced by U+FFFD."""
    if isinstance(data, str):
        return data if data.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", data)
    if isinstance(data, list):
        return [in_utf8(item) for item in cast("list[Any]", data)]
    if isinstance(data, dict):
        return {in_utf8(key): in_utf8(item) for key, item in cast("dict[Any, Any]", data).items()}
    return data


class _Event(Stored):
    """An event. id: position in the run, from 0; parent: id of the parent event.

    at: seconds from the start of the run to the end of the event.
    """

    id: int = -1
    parent: int | None = None
    at: float = 0.0


class Draft(Stored):
    """One of several samples. logprob: mean log-probability of its tokens; truncated: hit the token limit."""

    text: str
    logprob: float | None = None
    truncated: bool = False


class Attempt(_Event):
    """A request to the language model for programs. error: why there is no reply.

    samples: all samples, if several were requested; `reply` is the first.
    temperature: of the samples; grammar: whether decoding was constrained to the grammar.
    notice: a warning about the server.
    """

    kind: Literal["attempt"] = "attempt"
    number: int
    model: str
    messages: list[Message]
    reply: str = ""
    samples: list[Draft] = Field(default_factory=list[Draft])
    temperature: float = 0.0
    grammar: bool = False
    notice: str = ""
    error: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Check(_Event):
    """The check of a program, which is valid if there are no diagnostics.

    samples: the samples that wrote it, from 0.
    findings: possible mismatches with the question, which reduce its votes.
    repeated: it already failed in an earlier attempt, and does not run again.
    mends: the id of the check of a program, rejected or stranger than its question, of which this is an automatic fix.
    """

    kind: Literal["check"] = "check"
    source: str
    diagnostics: tuple[Diagnostic, ...] = ()
    samples: tuple[int, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    repeated: bool = False
    mends: int | None = None
    seconds: float = 0.0


class Execution(_Event):
    """The start of a checked program."""

    kind: Literal["execution"] = "execution"
    source: str


class Failure(Stored):
    """Why a step has no result. kind: the error's class, such as NoDetection."""

    kind: str
    message: str


class StepFrame(Stored):
    """A frame of a video. time: seconds from its start; image: name in `images/`; size: width and height in pixels."""

    time: float
    image: str
    size: tuple[int, int]


class Step(_Event):
    """A tool call. line is 1-based, column 0-based.

    arguments, result: values as JSON (encode.py).
    scores: the alternatives of a choice.
    found: the boxes behind a result of another type, such as a count; rejected: boxes below the threshold.
    seconds: the tool's own time, for a batch an equal share; load_seconds: loading its model, 0 except at first use.
    cached: the result of an earlier call with the same arguments.
    waited: seconds from the program's call to the result, including queueing, the batch and loading; in old runs 0
        except for early calls.
    ahead: started before the program made the call (agent/ahead/runner.py); sent, ready: how many seconds before the
        program's call it was sent, and its result was ready (0 if the program still had to wait).
    batch: number of calls served together, including those of other programs.
    source: the origin of the result: the tool, the trace of the replayed run, or a person's change.
    assumptions, confidence: as in `tools.core.tool.Scored`.
    moments: where and when a thing was seen in a video, as JSON values.
    frames: those of a video that the result rests on, each with its time in seconds and its stored image.
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
    cached: bool = False
    ahead: bool = False
    waited: float = 0.0
    sent: float = 0.0
    ready: float = 0.0
    batch: int = 1
    source: Literal["tool", "trace", "change"] = "tool"
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    moments: list[Any] = Field(default_factory=list[Any])
    frames: list[StepFrame] = Field(default_factory=list[StepFrame])
    error: Failure | None = None

    @property
    def wait(self) -> float:
        """Seconds that the program waited for the result; an estimate for old runs."""
        return self.waited if self.ahead or self.waited else self.seconds + self.load_seconds


class Result(_Event):
    """The outcome of a program that did not end the run: its answer was voted on, or it failed and was repaired.

    answer, message, line, printed: as in `End`.
    """

    kind: Literal["result"] = "result"
    outcome: OutcomeKind
    answer: Any = None
    message: str = ""
    line: int = 0
    printed: str = ""


class Ballot(Stored):
    """An answer with the programs that gave it. executions: their ids, best first.

    score: in runs of older versions, how likely the model found the question after the best of its programs.
    """

    answer: Any
    votes: float
    executions: tuple[int, ...]
    score: float | None = None


class Vote(_Event):
    """The vote between several answers.

    ballots: most votes first, the winner before those that have as many.
    execution: the program whose answer it is.
    unrun: programs that were not run, since their votes could change nothing.
    tie: what broke a tie: `frequency`, `logprob` or `order`; empty when there was none.
    notice, seconds: in runs of older versions, why programs could not be scored (tie `score`), and how long it took.
    """

    kind: Literal["vote"] = "vote"
    ballots: tuple[Ballot, ...]
    execution: int
    unrun: int = 0
    tie: str = ""
    notice: str = ""
    seconds: float = 0.0


class End(_Event):
    """The end of the run. variables: the program's final variables; layers: the active layers of the sandbox.

    execution: the program that decided the outcome, if any.
    notices: warnings about how the answer was reached.
    wasted: number of early calls that no program made.
    assumptions: interpretations made by tools; confidence: about how often such an answer is right.
    fragile: a near miss that would change the answer, in words; "" if none is known.
    """

    kind: Literal["end"] = "end"
    outcome: AnswerKind
    execution: int | None = None
    answer: Any = None
    message: str = ""
    line: int = 0
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])
    printed: str = ""
    layers: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    wasted: int = 0
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    fragile: str = ""


Event = Annotated[Attempt | Check | Execution | Step | Result | Vote | End, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(line: str | bytes) -> Event:
    """Parse a line of `events.jsonl`. Raises pydantic's ValidationError."""
    return _ADAPTER.validate_json(line)


def read_stored(path: Path, kind: type[S]) -> S | None:
    """Load a record from its file; None if missing or unreadable."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def to_json(stored: Stored) -> Any:
    """The JSON that is written to disk, as Python data, without values that JSON lacks, such as NaN."""
    return json.loads(stored.model_dump_json())


@dataclass(frozen=True)
class EventNode:
    """An event with its children."""

    event: Event
    children: tuple[EventNode, ...]


def tree(events: Iterable[Event]) -> tuple[EventNode, ...]:
    """Convert the flat list to a forest. An event whose parent does not precede it becomes a root."""
    known: set[int] = set()
    below: dict[int | None, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.id):
        below.setdefault(event.parent if event.parent in known else None, []).append(event)
        known.add(event.id)

    def grow(parent: int | None) -> tuple[EventNode, ...]:
        return tuple(EventNode(event, grow(event.id)) for event in below.get(parent, ()))

    return grow(None)


def flat(nodes: Iterable[EventNode]) -> list[Event]:
    """Convert the forest back to a flat list, in chronological order."""
    found: list[Event] = []
    for node in nodes:
        found += [node.event, *flat(node.children)]
    return sorted(found, key=lambda event: event.id)
