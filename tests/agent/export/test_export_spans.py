"""Exported OpenTelemetry spans, as a collector receives them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from exporting import done, export
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import Attempt, Ballot, Check, Draft, End, Execution, Failure, Vote
from looksmith.agent.traces.trace import Result as Ended
from looksmith.programs.language.diagnostics import Diagnostic
from stored import CUP, Write, add_step, interrupt, one_step, store


class Collector:
    """Takes OTLP over HTTP as the protocol has it, and keeps what it was sent. status: of its replies."""

    def __init__(self, status: int = 200) -> None:
        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/x-protobuf"
                collector.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Collector]:
        """While it is open."""
        thread = Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @property
    def spans(self) -> list[Span]:
        """All spans, in order."""
        return [
            span
            for _, request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector().serving() as open_collector:
        yield open_collector


def said(span: Span) -> dict[str, Any]:
    """The attributes of a span."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}


def conversation(to: Recorder) -> End:
    """An attempt that is refused, and one of two samples, of which one fails when it runs."""
    ask = [{"role": "user", "content": "secret prompt"}]
    refused = to.add(
        Attempt(number=1, model="coder", messages=ask, reply="NO()", prompt_tokens=70, completion_tokens=9)
    )
    problem = Diagnostic(kind="type_error", code="x", line=1, column=0, message="There is no tool NO.")
    to.add(Check(parent=refused.id, source="NO()", diagnostics=(problem,)))
    drafts = [Draft(text="secret one"), Draft(text="secret two")]
    attempt = to.add(Attempt(number=2, model="coder", messages=ask, samples=drafts, temperature=0.5, seconds=0.001))
    executions: list[int] = []
    for number in range(2):
        check = to.add(Check(parent=attempt.id, source="answer = LOC(image)", samples=(number,)))
        executions.append(to.add(Execution(parent=check.id, source="answer = LOC(image)")).id)
        error = Failure(kind="NoDetection", message="No cup was found.") if number else None
        add_step(to, None if error else CUP, parent=executions[-1], seconds=0.002, load_seconds=0.001, error=error)
        outcome = "no_detection" if error else "ok"
        to.add(Ended(parent=executions[-1], outcome=outcome, message=error.message if error else ""))
    to.add(Vote(ballots=(Ballot(answer=1, votes=1, executions=(executions[0],)),), execution=executions[0]))
    return End(outcome="ok", answer="secret answer", execution=executions[0])


def by_id(spans: list[Span]) -> dict[bytes, Span]:
    return {span.span_id: span for span in spans}


def test_spans_stand_as_in_the_trace(tmp_path: Path, collector: Collector) -> None:
    run = store(tmp_path, conversation)
    assert done(tmp_path, "--to", "otel", "--endpoint", collector.url)["spans"] == len(collector.spans)
    ((path, request),) = collector.requests
    assert path == "/v1/traces"
    resource = {one.key: one.value.string_value for one in request.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "looksmith"
    spans = by_id(collector.spans)
    assert len({span.trace_id for span in spans.values()}) == 1
    tree = [(span.name, spans[span.parent_span_id].name if span.parent_span_id else None) for span in spans.values()]
    ran = [("program", "attempt 2"), ("run program", "program"), ("execute_tool LOC", "run program")]
    assert tree == [
        ("invoke_agent looksmith", None),
        *[("attempt 1", "invoke_agent looksmith"), ("chat coder", "attempt 1"), ("program", "attempt 1")],
        *[("attempt 2", "invoke_agent looksmith"), ("chat coder", "attempt 2"), *ran, *ran],
        ("vote", "invoke_agent looksmith"),
    ]
    root = collector.spans[0]
    assert abs(root.start_time_unix_nano / 1e9 - run.record.started.timestamp()) < 1e-5
    assert abs((root.end_time_unix_nano - root.start_time_unix_nano) / 1e9 - run.record.timing.total) < 1e-5


@pytest.mark.parametrize("write", [conversation, one_step(seconds=0.001)])
def test_times_are_those_of_the_trace_and_children_lie_inside_of_their_parents(
    tmp_path: Path, collector: Collector, write: Write
) -> None:
    run = store(tmp_path, write)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    spans, began = by_id(collector.spans), collector.spans[0].start_time_unix_nano
    for span in spans.values():
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            parent = spans[span.parent_span_id]
            assert parent.start_time_unix_nano <= span.start_time_unix_nano
            assert span.end_time_unix_nano <= parent.end_time_unix_nano
    steps = [event for event in run.events if event.kind == "step"]
    found = [span for span in spans.values() if span.name == "execute_tool LOC"]
    for step, span in zip(steps, found, strict=True):
        assert abs((span.end_time_unix_nano - began) / 1e9 - step.at) < 1e-6
        assert span.end_time_unix_nano - span.start_time_unix_nano <= (step.seconds + step.load_seconds) * 1e9 + 1000


def test_attributes_follow_the_conventions_for_generative_ai(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    chats = [span for span in collector.spans if span.name == "chat coder"]
    assert [span.kind for span in chats] == [Span.SPAN_KIND_CLIENT] * 2
    first, second = map(said, chats)
    assert first["gen_ai.operation.name"] == "chat"
    assert (first["gen_ai.usage.input_tokens"], first["gen_ai.usage.output_tokens"]) == (70, 9)
    assert (second["gen_ai.request.model"], second["gen_ai.request.temperature"]) == ("coder", 0.5)
    assert second["gen_ai.request.choice.count"] == 2
    tool = said(next(span for span in collector.spans if span.name == "execute_tool LOC"))
    assert (tool["gen_ai.operation.name"], tool["gen_ai.tool.name"]) == ("execute_tool", "LOC")
    assert said(collector.spans[0])["gen_ai.operation.name"] == "invoke_agent"


def test_errors_are_the_status_of_their_spans(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    failed = [
        (span.name, said(span)["error.type"], span.status.message) for span in collector.spans if span.status.code
    ]
    assert failed == [
        ("program", "type_error", "line 1: There is no tool NO."),
        ("run program", "no_detection", "No cup was found."),
        ("execute_tool LOC", "NoDetection", "No cup was found."),
    ]


def test_what_may_be_private_is_sent_only_when_asked_for(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation, "secret question")
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    assert "secret" not in str(collector.requests)
    done(tmp_path, "--to", "otel", "--endpoint", collector.url, "--content")
    told = [said(span) for span in collector.spans[len(collector.spans) // 2 :]]
    assert json.loads(told[0]["gen_ai.input.messages"])[0]["parts"][0]["content"] == "secret question"
    chat = next(one for one in told if one.get("gen_ai.request.choice.count"))
    assert [one["parts"][0]["content"] for one in json.loads(chat["gen_ai.output.messages"])] == [
        "secret one",
        "secret two",
    ]
    step = next(one for one in told if "gen_ai.tool.call.result" in one)
    assert json.loads(step["gen_ai.tool.call.result"])["label"] == "cup"
    assert json.loads(step["gen_ai.tool.call.arguments"])["name"] == "cup"


def test_a_run_that_is_sent_again_has_the_same_ids(tmp_path: Path, collector: Collector) -> None:
    store(tmp_path, conversation)
    for _ in range(2):
        done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    ids = [(span.trace_id, span.span_id) for span in collector.spans]
    assert ids[: len(ids) // 2] == ids[len(ids) // 2 :]
    assert len(set(ids)) == len(ids) // 2


def test_an_interrupted_run_is_an_error_of_its_root(tmp_path: Path, collector: Collector) -> None:
    interrupt(store(tmp_path, one_step()))
    done(tmp_path, "--to", "otel", "--endpoint", collector.url)
    names = [(span.name, said(span).get("error.type")) for span in collector.spans]
    assert names == [("invoke_agent looksmith", "interrupted"), ("run program", None), ("execute_tool LOC", None)]


def test_the_environment_names_the_collector(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, one_step())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{collector.url}/")
    assert done(tmp_path, "--to", "otel")["endpoint"] == f"{collector.url}/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/mine")
    done(tmp_path, "--to", "otel")
    assert [path for path, _ in collector.requests] == ["/v1/traces", "/mine"]


def test_a_collector_that_does_not_take_spans_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path, one_step())
    with Collector(400).serving() as refusing:
        result = export(tmp_path, "--to", "otel", "--endpoint", refusing.url)
    assert result.exit_code == 4
    assert "did not accept the spans" in result.output
    assert "400" in result.output
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    assert export(tmp_path, "--to", "otel", "--endpoint", refusing.url).exit_code == 4  # nobody is there any more
    assert export(tmp_path, "--to", "otel", "--endpoint", "localhost:4318").exit_code == 2
