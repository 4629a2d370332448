"""What happened in a run, as a flat list of events. Each has its own tag; the list can be read as a tree:

    attempt        the language model was asked for one or several samples; below it
      check        what the checker said of a program; below it
        execution  a checked program ran; below it
          step     a tool call
          result   how it ended, where the run went on after it
    vote           the answers of several programs, and which was taken
    end            outcome and answer

A parent comes before its children. A program by hand has no attempt; in old runs executions stand at the top.
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
"""Schema versions that are read. The first rounded coordinates to a hundredth of a pixel, scores to four digits."""

AnswerKind = OutcomeKind | Literal["llm_error", "input_error"]
"""How a question ended: as its program did, or before there was one."""


class Stored(BaseModel):
    """What is written to a run's folder: always valid JSON in UTF-8, whatever a model, a file or a person said."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    @model_validator(mode="before")
    @classmethod
    def _in_utf8(cls, data: Any) -> Any:
        try:
            _to_json(data)  # much faster than looking at each string: nearly always, all of them are whole
        except PydanticSerializationError:
            return in_utf8(data)
        return data


_HALF = re.compile("[\ud800-\udfff]")
S = TypeVar("S", bound=Stored)


def in_utf8(data: Any) -> Any:
    """The data with U+FFFD for each half of a surrogate pair in its strings."""
    if isinstance(data, str):
        return data if data.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", data)
    if isinstance(data, list):
        return [in_utf8(item) for item in cast("list[Any]", data)]
    if isinstance(data, dict):
        return {in_utf8(key): in_utf8(item) for key, item in cast("dict[Any, Any]", data).items()}
    return data


class _Event(Stored):
    """id: position in the run, from 0; parent: id of the event that this one is part of.

    at: seconds from the start of the run to the end of what happened.
    """

    id: int = -1
    parent: int | None = None
    at: float = 0.0


class Draft(Stored):
    """One of several samples. logprob: mean log-probability of its tokens; truncated: cut at the token limit."""

    text: str
    logprob: float | None = None
    truncated: bool = False


class Attempt(_Event):
    """The language model was asked for a program. `error` says why there is no reply.

    samples: all that it wrote where several were asked for; `reply` is the first.
    temperature: of the samples; grammar: were they decoded under the grammar of the tools?
    notice: what the server did not take.
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
    """The checker read a program; no diagnostics mean that it may run.

    samples: which of several samples wrote it, from 0.
    findings: where it may not mean what the question says; it runs all the same, and its vote counts less.
    repeated: an earlier attempt wrote it too, and it failed: it does not run again.
    mends: the id of the check of a program that was refused for slips with one cure; this is that program without them.
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
    seconds: the tool's own time, of a batch an equal share; load_seconds: loading its model, 0 but for the first use.
    cached: the result of an earlier call with the same arguments.
    waited: seconds from the program's asking to the result, with what was served before it, its batch and loading; in
        old runs 0 but for calls made ahead.
    ahead: computed before the program asked for it (agent/ahead/runner.py); sent, ready: how many seconds before it
        asked the call was sent off, and its result was there (0 where the program waited for it still).
    batch: how many calls, also of other programs, were served together.
    source: where the result came from: the tool, the trace of the run that was replayed, or somebody who changed it.
    assumptions, confidence: as in `tools.tool.Scored`.
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
    error: Failure | None = None

    @property
    def wait(self) -> float:
        """Seconds that the program waited for the result, of old runs as far as it is known."""
        return self.waited if self.ahead or self.waited else self.seconds + self.load_seconds


class Result(_Event):
    """How a program ended, where it is not the end of the run: its answer was voted on, or it failed and was mended.

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
    """One of several answers was taken.

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
    """The run is over. variables: the program's names and values at its end; layers: what held the sandbox.

    execution: the program that this is the end of, where one ran.
    notices: what people should know about the way to the answer.
    wasted: tool calls that were made ahead of programs and that no program made.
    assumptions: what its tools took for what; confidence: of its least sure step, as in `tools.tool.Scored`.
    fragile: what was nearly found and would turn the answer, in words; "" where nothing is known that would.
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
    """An event from its line in `events.jsonl`. Raises pydantic's ValidationError."""
    return _ADAPTER.validate_json(line)


def read_stored(path: Path, kind: type[S]) -> S | None:
    """What was stored in a file of its own; None when there is none that can be read."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


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
