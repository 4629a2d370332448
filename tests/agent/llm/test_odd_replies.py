"""Servers that say anything: each reply is a sample or an LLMError, in time and in bounds, and its run can be read."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.chat_reply import read_chat, read_json, read_models, read_scores
from looksmith.agent.llm.llm import LLMError, LLMTimeout, NoServer
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt
from looksmith.programs.language.diagnostics import Diagnostic
from looksmith.programs.language.program import Program
from looksmith.programs.prompt import Message
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor
from stored import PHOTO

ASK = [Message(role="user", content="Question: \ud83d How many?")]
GOOD = "```python\nanswer = 1\n```"


def chat(content: Any = GOOD, **over: Any) -> dict[str, Any]:
    choices = [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **over}


def choice(**over: Any) -> list[Any]:
    return [{"index": 0, "message": {"content": GOOD}, "finish_reason": "stop", "logprobs": None, **over}]


ANSWERED: dict[str, Any] = {
    "no usage": chat(),
    "usage null": chat(usage={"prompt_tokens": None, "completion_tokens": None}),
    "usage text": chat(usage="x"),
    "usage fractions": chat(usage={"prompt_tokens": 1.5, "completion_tokens": -1}),
    "usage endless": chat(usage={"prompt_tokens": float("inf"), "completion_tokens": 10**400}),
    "content parts": chat([{"type": "text", "text": GOOD}, 5, None]),
    "model null": chat(model=None),
    "model a number": chat(model=7),
    "model odd text": chat(model="\ud800" * 5000),
    "logprobs odd": chat(choices=choice(logprobs={"content": "abc"})),
    "logprobs text": chat(choices=choice(logprobs="x")),
    "logprobs null": chat(choices=choice(logprobs={"content": [{"logprob": None}, {"logprob": float("nan")}]})),
    "finish odd": chat(choices=choice(finish_reason=[1])),
    "many": chat(choices=choice() * 5000),
    "surrogate beside": chat("\ud800 well\n" + GOOD),
}
NO_PROGRAM: dict[str, Any] = {
    "null": chat(None),
    "empty": chat(""),
    "surrogate": chat("```python\nanswer = '\ud800\n```"),
}
REFUSED: dict[str, Any] = {
    "html": b"<html>log in</html>",
    "list": [1],
    "text": "hello",
    "null": None,
    "number": 5,
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 200_000,
    "long number": b'{"choices": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b'{"choices": "\xff\xfe"}',
    "half": b'{"choices": [',
    "nothing": b"",
    "error": {"error": {"message": "over\ud800loaded"}},
    "no choices": chat(choices=None),
    "empty choices": chat(choices=[]),
    "choices text": chat(choices="abc"),
    "choices numbers": chat(choices=[1, 2]),
    "message null": chat(choices=choice(message=None)),
    "no message": chat(choices=[{"index": 0}]),
    "content number": chat(5),
    "content table": chat({"a": 1}),
}


def body_of(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


@contextmanager
def server(said: Any, status: int = 200, kind: str = "application/json", packed: str = "") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if packed:
                self.send_header("Content-Encoding", packed)
            self.end_headers()
            try:
                self.wfile.write(body_of(said))
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A server that sends a drop now and then, and never comes to an end."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(taken: socket.socket) -> None:
        with taken:
            taken.recv(65536)
            try:
                taken.sendall(first)
                while not over.wait(0.05):
                    taken.sendall(drop)
            except OSError:
                return

    def accept() -> None:
        while not over.is_set():
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(taken,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        over.set()
        listening.close()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    runs = Runs(tmp_path / "runs")
    with Sandbox() as sandbox:
        bench = Bench(Registry(), Executor(Registry()), sandbox, runs, ())

        def asked(url: str) -> Any:
            client, writing = ChatClient(url, "small", timeout=20), Writing(samples=1, repairs=0)
            subject = Subject.of(PHOTO, "\udcff.png")
            answer = bench.ask(subject, "How many cups are there \ud83d?", client, writing)
            return answer, runs.load(answer.run.name)

        yield asked


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_odd_and_not_needed_is_left_out(ask: Callable[[str], Any], name: str) -> None:
    with server(ANSWERED[name]) as url:
        answer, run = ask(url)
    assert (answer.outcome, run.record.outcome) == ("ok", "ok"), answer.message
    (attempt,) = (event for event in run.events if isinstance(event, Attempt))
    assert attempt.prompt_tokens >= 0
    attempt.model.encode()
    assert len(attempt.samples) == 0


@pytest.mark.parametrize("name", NO_PROGRAM)
def test_a_text_without_a_program_is_a_parse_error(ask: Callable[[str], Any], name: str) -> None:
    with server(NO_PROGRAM[name]) as url:
        assert ask(url)[1].record.outcome == "parse_error"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_reply_is_told_in_a_sentence(ask: Callable[[str], Any], name: str) -> None:
    with server(REFUSED[name]) as url:
        answer, run = ask(url)
        assert (answer.outcome, run.record.outcome) == ("llm_error", "llm_error")
        with pytest.raises(LLMError):
            ChatClient(url).model  # noqa: B018
        with pytest.raises(LLMError):
            ChatClient(url, "m").score("a", "b")
    assert len(answer.message) < 1000


@pytest.mark.parametrize("status", [400, 401, 404, 418, 429, 500, 503, 204])
@pytest.mark.parametrize("name", ["html", "deep", "surrogate", "long"])
def test_a_refusal_of_any_form_is_told(status: int, name: str) -> None:
    bodies = {
        **REFUSED,
        "surrogate": {"error": {"message": "\ud800" * 900}},
        "long": {"error": {"message": "m" * 10**6}},
    }
    with server(bodies[name], status) as url, pytest.raises(LLMError) as caught:
        ChatClient(url, "m", timeout=20).complete(ASK)
    assert len(str(caught.value)) < 1000


def test_a_page_that_asks_to_log_in_says_what_to_look_at() -> None:
    page = server(b"<html>log in</html>", kind="text/html")
    with page as url, pytest.raises(LLMError, match=r"text/html.*log in.*--base-url"):
        ChatClient(url, "m").complete(ASK)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\n", b"X-One: more\r\n"),
        (b"", b""),
    ],
)
def test_the_time_limit_is_that_of_the_whole_reply(first: bytes, drop: bytes) -> None:
    start = time.monotonic()
    with dripping(first, drop) as url, pytest.raises(LLMTimeout, match=r"1 s"):
        ChatClient(url, "m", timeout=1).complete(ASK)
    assert time.monotonic() - start < 60


def test_a_reply_that_is_too_long_is_not_read_to_its_end() -> None:
    with server(b" " * 50_000_000) as url, pytest.raises(LLMError, match="longer than 3 MB"):
        ChatClient(url, "m").complete(ASK)


def test_a_packed_reply_is_not_unpacked() -> None:
    packed = server(b"\x1f\x8b", packed="gzip")
    with packed as url, pytest.raises(LLMError, match="compresses its responses"):
        ChatClient(url, "m").complete(ASK)


def test_a_text_that_is_longer_than_any_program_counts_as_cut() -> None:
    reply = read_chat(chat("x" * 1_000_000), "m", 1)
    assert (len(reply.text), reply.samples[0].truncated) == (128_000, True)


def test_what_stands_alone_is_read() -> None:
    assert read_models({"data": [1, None, {"x": 1}, {"id": 5}, {"id": "a"}]}) == ["a"]
    assert read_models({"data": None}) == []
    logprobs = {"text_offset": [0, "a", 2], "token_logprobs": [None, -1, -2.5, -9]}
    assert read_scores({"choices": [{"logprobs": logprobs}]}) == [(2, -2.5)]
    with pytest.raises(LLMError, match="no JSON"):
        read_json(b"{")


def test_nobody_there_is_still_told() -> None:
    with pytest.raises(NoServer):
        ChatClient("http://127.0.0.1:9/v1", "m", timeout=5).complete(ASK)


LONG = {
    "brackets": "x=[\n" * 8000,
    "calls": "f(\n" * 10_000,
    "prose": "This is a (sentence: of prose\n" * 1000,
    "lines": "x\n" * 64_000,
    "numbers": "1\n" * 16_000,
    "fences": "```\n" * 32_000,
    "open fences": "```python\nx = 1\n" * 8000,
    "blanks": (" " * 1000 + "\n") * 128,
    "long code": "```python\n" + "x = 1\n" * 300_000 + "answer = x\n```",
    "two long codes": ("```python\n" + "x = 1\n" * 100_000 + "answer = x\n```\nor\n") * 2,
    "minus": "```python\nanswer = " + "-" * 30_000 + "1\n```",
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_reply_is_read_in_bounded_time(name: str) -> None:
    start = time.monotonic()
    found = Program.from_reply(LONG[name], "q")
    assert isinstance(found, Program | Diagnostic)
    assert time.monotonic() - start < 60  # it took minutes


def test_a_program_among_prose_is_still_found() -> None:
    found = Program.from_reply("Sure (I think:\n\nx = [1,\n  2]\nanswer = len(x)\n\nThat is it.", "q")
    assert isinstance(found, Program)
    assert found.source == "x = [1,\n  2]\nanswer = len(x)"
