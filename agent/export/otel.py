"""Sends runs as OpenTelemetry spans, following the GenAI semantic conventions, to a collector over OTLP/HTTP.

    invoke_agent looksmith      the run
      attempt 1                 everything that results from one reply of the language model
        chat MODEL              the request itself
        program                 a program: checked, and run if it passed
          run program
            execute_tool LOC    a step
      vote

Parents are those of the trace (agent/traces/trace.py). Ids are derived from the run's id, so sending a run again
creates no duplicates in collectors that identify spans by id. The semantic-conventions package marks these attributes
as moved, so their names are defined here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from os import environ
from typing import TYPE_CHECKING, Any

from ...tools.core.errors import InputError, PrerequisiteError
from ..reading.said import answer_text
from ..reading.view import attempt_name
from ..traces.encode import one_line
from ..traces.runs import StoredRun
from ..traces.trace import Attempt, Check, End, Event, EventNode, Execution, Result, Step, Vote, flat, to_json, tree

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
_AT_ONCE = 512
"""Maximum number of spans per request."""

Value = str | bool | int | float | Sequence[str]


@dataclass(frozen=True)
class Span:
    """A span before conversion to OpenTelemetry. key: unique within its run; parent: the key of its parent.

    start, end: seconds from the start of the run. error: kind and message; None if there was none.
    client: whether it is a request to another process.
    """

    key: str
    parent: str | None
    name: str
    start: float
    end: float
    attributes: Mapping[str, Value]
    error: tuple[str, str] | None = None
    client: bool = False


def traces_url(endpoint: str | None) -> str:
    """The URL to send spans to. endpoint: a collector's base URL, or the full URL ending in `/v1/traces`.

    By default, it comes from OpenTelemetry's environment variables, else it is the standard port on localhost.
    Raises InputError for an invalid URL.
    """
    whole = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
    if not endpoint and whole:
        return whole
    base = (endpoint or environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise InputError(f"{base!r} is not the URL of a collector.", hint=f"Use a URL such as {DEFAULT_ENDPOINT}.")
    return base if base.endswith("/v1/traces") else f"{base}/v1/traces"


def send_spans(runs: Iterable[StoredRun], url: str, *, content: bool) -> tuple[int, int]:
    """Send the spans of runs; returns the numbers of runs and spans sent.

    content: include prompts, replies, arguments, results and answers, which may be private.
    Raises PrerequisiteError if OpenTelemetry is not installed, or if the collector rejects the spans.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import SpanExportResult
    except ImportError:
        needed = "This needs OpenTelemetry's SDK and its exporter for OTLP over HTTP."
        raise PrerequisiteError(needed, hint="Run: pip install 'looksmith[export]'") from None
    count = sent = 0
    exporter = OTLPSpanExporter(endpoint=url)
    with _overheard() as said, ExitStack() as stack:
        stack.callback(exporter.shutdown)
        for run in runs:
            spans = list(_readable(run, spans_of(run, content=content)))
            for start in range(0, len(spans), _AT_ONCE):
                if exporter.export(spans[start : start + _AT_ONCE]) is not SpanExportResult.SUCCESS:
                    hint = "Pass a collector that accepts OTLP over HTTP: --endpoint URL."
                    reason = one_line(" ".join(said[:1]), 300)
                    raise PrerequisiteError(
                        f"{url} did not accept the spans of the run {run.name}: {reason.rstrip('.')}.", hint=hint
                    )
            count, sent = count + 1, sent + len(spans)
    return count, sent


class _Overhearing(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self._said.append(record.getMessage())


@contextmanager
def _overheard() -> Generator[list[str]]:
    """Collects the exporter's log messages, which are the only source of error details."""
    said: list[str] = []
    logger, handler = logging.getLogger("opentelemetry.exporter.otlp"), _Overhearing(said)
    aloud = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = aloud


def spans_of(run: StoredRun, *, content: bool = False) -> list[Span]:
    """The spans of a run, parents first. content: as in `send_spans`."""
    record, end = run.record, next((event for event in run.events if isinstance(event, End)), None)
    last = max([record.timing.total, *(event.at for event in run.events)])
    outcome = record.outcome or "interrupted"
    said = _texts("gen_ai.input.messages", "user", record.question) if content and record.question else {}
    if content and outcome == "ok":
        said |= _texts("gen_ai.output.messages", "assistant", answer_text(record.answer))
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "looksmith",
        "looksmith.run.id": record.id,
        "looksmith.outcome": outcome,
        **({"looksmith.run.parent": record.parent} if record.parent else {}),
        **said,
    }
    error = None if outcome == "ok" else (outcome, record.message)
    root = Span("run", None, "invoke_agent looksmith", 0.0, last, attributes, error)
    return [root, *(span for node in tree(run.events) for span in _below(node, "run", 0.0, end, content))]


def _below(node: EventNode, parent: str, earliest: float, end: End | None, content: bool) -> Iterator[Span]:
    """The spans of an event and its descendants. earliest: the start of the parent."""
    event = node.event
    if isinstance(event, Result | End):
        return
    start = max(event.at - _seconds(event), earliest)
    below = flat([node])
    ended_here = end is not None and end.execution in [one.id for one in below if isinstance(one, Execution)]
    ends = [start, *(one.at for one in below)]
    last = max([*ends, end.at] if end is not None and ended_here else ends)
    key = str(event.id)
    name, attributes, error = _told(event, node, end, content)
    yield Span(key, parent, name, start, last, attributes, error)
    if isinstance(event, Attempt):
        yield _chat(event, start, content)
    for child in node.children:
        yield from _below(child, key, start, end, content)


def _seconds(event: Event) -> float:
    """Start and end of an event; `at` is its end, except for a program, where it is the start."""
    match event:
        case Step():
            return event.wait
        case Attempt() | Check() | Vote():
            return event.seconds
        case _:
            return 0.0


Told = tuple[str, dict[str, Value], tuple[str, str] | None]
"""Name, attributes and error of a span."""


def _told(event: Event, node: EventNode, end: End | None, content: bool) -> Told:
    """The attributes of an event."""
    match event:
        case Step():
            return _step(event, content)
        case Attempt():
            failed = ("llm_error", event.error) if event.error else None
            return attempt_name(event), {"looksmith.attempt": event.number}, failed
        case Check():
            first = event.diagnostics[0] if event.diagnostics else None
            program: dict[str, Value] = {"looksmith.program": event.source} if content else {}
            return "program", program, first and (first.kind, "; ".join(d.render() for d in event.diagnostics))
        case Execution():
            return "run program", {}, _ended(event, node, end)
        case _:
            return event.kind, {}, None


def _ended(event: Execution, node: EventNode, end: End | None) -> tuple[str, str] | None:
    """Why a program has no answer; None if it has one."""
    results: list[Result | End] = [child.event for child in node.children if isinstance(child.event, Result)]
    last = next(iter(results), end if end is not None and end.execution == event.id else None)
    return (last.outcome, last.message) if last is not None and last.outcome != "ok" else None


def _step(step: Step, content: bool) -> Told:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": step.tool,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": str(step.id),
        "looksmith.backend": step.backend,
        "looksmith.line": step.line,
        "looksmith.cached": step.cached,
        "looksmith.ahead": step.ahead,
        "looksmith.source": step.source,
        "looksmith.load_seconds": step.load_seconds,
    }
    if content:
        told = to_json(step)
        attributes["gen_ai.tool.call.arguments"] = json.dumps(told["arguments"], ensure_ascii=False)
        if step.error is None:
            attributes["gen_ai.tool.call.result"] = json.dumps(told["result"], ensure_ascii=False)
    error = (step.error.kind, step.error.message) if step.error else None
    return f"execute_tool {step.tool}", attributes, error


def _chat(attempt: Attempt, start: float, content: bool) -> Span:
    """The request to the language model. The conventions name the provider after the interface."""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": attempt.model,
        "gen_ai.request.temperature": attempt.temperature,
        "gen_ai.usage.input_tokens": attempt.prompt_tokens,
        "gen_ai.usage.output_tokens": attempt.completion_tokens,
    }
    if attempt.samples:
        attributes["gen_ai.request.choice.count"] = len(attempt.samples)
    if content:
        asked = [_message(message["role"], message["content"]) for message in attempt.messages]
        replies = [draft.text for draft in attempt.samples] or [attempt.reply] * bool(attempt.reply)
        attributes["gen_ai.input.messages"] = json.dumps(asked, ensure_ascii=False)
        said = [_message("assistant", reply) for reply in replies]
        attributes["gen_ai.output.messages"] = json.dumps(said, ensure_ascii=False)
    error = ("llm_error", attempt.error) if attempt.error else None
    end = max(attempt.at, start)
    return Span(f"{attempt.id}-chat", str(attempt.id), f"chat {attempt.model}", start, end, attributes, error, True)


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _texts(name: str, role: str, text: str) -> dict[str, Value]:
    return {name: json.dumps([_message(role, text)], ensure_ascii=False)}


def _readable(run: StoredRun, spans: Iterable[Span]) -> Iterator[ReadableSpan]:
    """Convert spans to OpenTelemetry's type, with times in nanoseconds since 1970."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    resource = _resource(run)
    scope = InstrumentationScope("looksmith", run.record.versions.get("looksmith"))
    started = round(run.record.started.timestamp() * 1_000_000) * 1000

    def context(key: str) -> SpanContext:
        trace = _number(run.record.id, 16)
        return SpanContext(trace, _number(f"{run.record.id} {key}", 8), False, TraceFlags(TraceFlags.SAMPLED))

    for span in spans:
        error: dict[str, Value] = {"error.type": span.error[0]} if span.error else {}
        yield ReadableSpan(
            name=span.name,
            context=context(span.key),
            parent=None if span.parent is None else context(span.parent),
            resource=resource,
            attributes={**span.attributes, **error},
            kind=SpanKind.CLIENT if span.client else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, span.error[1]) if span.error else Status(StatusCode.UNSET),
            start_time=started + round(span.start * 1e9),
            end_time=started + round(span.end * 1e9),
            instrumentation_scope=scope,
        )


def _resource(run: StoredRun) -> Resource:
    from opentelemetry.sdk.resources import Resource

    versions = run.record.versions
    return Resource.create({"service.name": "looksmith", "service.version": versions.get("looksmith", "")})


def _number(text: str, size: int) -> int:
    """An id of that many bytes, never 0, which is invalid in OpenTelemetry."""
    return int.from_bytes(sha256(text.encode()).digest()[:size]) or 1
