"""The client of the language model against a real HTTP server that misbehaves in every way a server can."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from looksmith.agent.llm import ChatClient, LLMError, LLMTimeout, NoServer, Scripted, TruncatedReply, WrongModel
from looksmith.programs.prompt import Message

ASK = [Message(role="user", content="Question: How many cups are there?")]
Handle = Callable[[str], tuple[int, Any]]


def completion(text: str, finish: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


@contextmanager
def server(handle: Handle) -> Iterator[str]:
    """The base URL of a server that answers each path with what `handle` says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer()

        def _answer(self) -> None:
            status, body = handle(self.path)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the test's output is for its failures."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def test_a_reply_comes_with_its_tokens() -> None:
    with server(lambda path: (200, completion("answer = 1"))) as url:
        reply = ChatClient(url, "small").complete(ASK)
    assert (reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens) == ("answer = 1", "small", 7, 3)


def test_the_only_model_of_a_server_need_not_be_named() -> None:
    def handle(path: str) -> tuple[int, Any]:
        listing = {"object": "list", "data": [{"id": "small", "object": "model", "created": 1, "owned_by": "me"}]}
        return 200, listing if path.endswith("/models") else completion("answer = 2")

    with server(handle) as url:
        client = ChatClient(url)
        assert client.complete(ASK).text == "answer = 2"
        assert client.model == "small"


def test_no_server_names_the_address_and_the_command_that_starts_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(NoServer) as caught:
        ChatClient(url, "small").complete(ASK)
    assert url in str(caught.value)
    assert "looksmith serve" in str(caught.value)


def test_a_wrong_model_is_told_with_those_that_are_there() -> None:
    def handle(path: str) -> tuple[int, Any]:
        if path.endswith("/models"):
            return 200, {"object": "list", "data": [{"id": "big", "object": "model", "created": 1, "owned_by": "me"}]}
        return 404, {"error": {"message": "no such model"}}

    with server(handle) as url, pytest.raises(WrongModel) as caught:
        ChatClient(url, "small").complete(ASK)
    assert "'small'" in str(caught.value)
    assert "big" in str(caught.value)


def test_a_late_reply_is_a_timeout_that_names_the_limit() -> None:
    gone = threading.Event()

    def handle(path: str) -> tuple[int, Any]:
        gone.wait(5)
        return 200, completion("answer = 1")

    with server(handle) as url, pytest.raises(LLMTimeout, match=r"0\.2 s"):
        try:
            ChatClient(url, "small", timeout=0.2).complete(ASK)
        finally:
            gone.set()
            time.sleep(0)


def test_half_a_program_is_no_program() -> None:
    cut = server(lambda path: (200, completion("answer = COUN", "length")))
    with cut as url, pytest.raises(TruncatedReply) as caught:
        ChatClient(url, "small", max_tokens=5).complete(ASK)
    assert "5 tokens" in str(caught.value)
    assert "--max-tokens" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, {"error": {"message": "This model's maximum context length is 4096 tokens."}}, "maximum context length"),
        (401, {"error": {"message": "bad key"}}, "bad key"),
        (500, b"<html>boom</html>", "500"),
        (200, b"this is not JSON", "no sense"),
        (200, {"choices": []}, "empty"),
    ],
)
def test_every_other_failure_says_what_the_server_said(status: int, body: Any, told: str) -> None:
    with server(lambda path: (status, body)) as url, pytest.raises(LLMError) as caught:
        ChatClient(url, "small").complete(ASK)
    assert told in str(caught.value)


def test_a_script_says_its_lines_in_order_and_raises_its_errors() -> None:
    script = Scripted(["one", LLMTimeout("late")])
    assert script.complete(ASK).text == "one"
    with pytest.raises(LLMTimeout):
        script.complete(ASK)
    with pytest.raises(LLMError, match="no more"):
        script.complete(ASK)
    assert script.asked == [ASK, ASK, ASK]
