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

from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.llm import (
    LLMError,
    LLMTimeout,
    NoServer,
    Sample,
    Sampling,
    Scripted,
    TruncatedReply,
    WrongModel,
)
from looksmith.programs.prompt import Message

ASK = [Message(role="user", content="Question: How many cups are there?")]
Handle = Callable[[str], tuple[int, Any]]
Answering = Callable[[dict[str, Any]], tuple[int, Any]]


def completion(*texts: str, finish: str = "stop", logprobs: list[float] | None = None) -> dict[str, Any]:
    """What a server says; each text is a sample, and one that ends with `…` was cut."""
    told = {"content": [{"token": "t", "logprob": p, "top_logprobs": []} for p in logprobs]} if logprobs else None
    choices = [
        {
            "index": place,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "length" if text.endswith("…") else finish,
            "logprobs": told,
        }
        for place, text in enumerate(texts)
    ]
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": choices,
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


@contextmanager
def server(handle: Handle, answering: Answering | None = None) -> Iterator[str]:
    """The base URL of a server that answers each path with what `handle` says, or each request with `answering`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*handle(self.path))

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(*(answering(asked) if answering else handle(self.path)))

        def _answer(self, status: int, body: Any) -> None:
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
    cut = server(lambda path: (200, completion("answer = COUN", finish="length")))
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
        (200, b"this is not JSON", "Invalid reply"),
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


class Noting:
    """A server that keeps what it was asked, and refuses requests that hold one of the words in `refused`."""

    def __init__(self, reply: dict[str, Any], **refused: str) -> None:
        self.asked: list[dict[str, Any]] = []
        self._reply = reply
        self._refused = refused

    def __call__(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Status and body."""
        self.asked.append(asked)
        for field, reason in self._refused.items():
            if field in asked:
                return 400, {"error": {"message": reason}}
        return 200, self._reply


def nothing(path: str) -> tuple[int, Any]:
    return 404, {}


def test_samples_come_with_their_mean_log_probability() -> None:
    noting = Noting(completion("answer = 1", "answer = 2…", logprobs=[-1.0, -2.0]))
    with server(nothing, noting) as url:
        reply = ChatClient(url, "small").complete(ASK, Sampling(n=2, temperature=0.6))
    assert reply.samples == (Sample("answer = 1", -1.5), Sample("answer = 2…", -1.5, truncated=True))
    (asked,) = noting.asked
    assert (asked["n"], asked["temperature"], asked["logprobs"]) == (2, 0.6, True)
    assert "seed" not in asked


def test_a_seed_is_sent_where_it_was_given() -> None:
    noting = Noting(completion("answer = 1"))
    with server(nothing, noting) as url:
        for seed in (7, 0):
            ChatClient(url, "small").complete(ASK, Sampling(temperature=0.6, seed=seed))
    assert [asked["seed"] for asked in noting.asked] == [7, 0]


def test_only_when_every_sample_was_cut_there_is_no_reply() -> None:
    with server(nothing, Noting(completion("answer…", "answe…"))) as url, pytest.raises(TruncatedReply):
        ChatClient(url, "small").complete(ASK, Sampling(n=2, temperature=1))


def test_a_greedy_first_sample_is_a_request_of_its_own() -> None:
    def answering(asked: dict[str, Any]) -> tuple[int, Any]:
        noted.append(asked)
        return 200, completion(*["likeliest"] if asked["temperature"] == 0 else ["drawn"] * asked["n"])

    noted: list[dict[str, Any]] = []
    with server(nothing, answering) as url:
        reply = ChatClient(url, "small").complete(ASK, Sampling(n=4, temperature=0.6, greedy=True))
    assert [sample.text for sample in reply.samples] == ["likeliest", "drawn", "drawn", "drawn"]
    assert (reply.prompt_tokens, reply.completion_tokens) == (7, 6)
    assert sorted((asked["temperature"], asked.get("n", 1)) for asked in noted) == [(0, 1), (0.6, 3)]


def test_the_grammar_goes_out_as_structured_outputs() -> None:
    noting = Noting(completion("answer = 1"))
    with server(nothing, noting) as url:
        reply = ChatClient(url, "small").complete(ASK, Sampling(grammar="root ::= x"))
    assert noting.asked[0]["structured_outputs"] == {"grammar": "root ::= x"}
    assert (reply.grammar, reply.notice) == (True, "")


@pytest.mark.parametrize(
    "reason", ["Unrecognized request argument supplied: structured_outputs", "Invalid grammar specification: blah"]
)
def test_a_server_without_grammars_is_told_of_once_and_asked_without(reason: str) -> None:
    noting = Noting(completion("answer = 1"), structured_outputs=reason)
    with server(nothing, noting) as url:
        client = ChatClient(url, "small")
        first, second = (client.complete(ASK, Sampling(grammar="root ::= x")) for _ in range(2))
    assert (first.text, first.grammar, second.grammar) == ("answer = 1", False, False)
    assert reason in first.notice
    assert second.notice == ""
    assert ["structured_outputs" in asked for asked in noting.asked] == [True, False, False]


def test_a_server_without_log_probabilities_still_writes_samples() -> None:
    noting = Noting(completion("answer = 1", "answer = 2"), logprobs="logprobs are not supported")
    with server(nothing, noting) as url:
        reply = ChatClient(url, "small").complete(ASK, Sampling(n=2, temperature=0.6, grammar="root ::= x"))
    assert reply.samples == (Sample("answer = 1"), Sample("answer = 2"))
    assert reply.grammar
    assert "no longer use logprobs" in reply.notice


def test_another_refusal_is_no_reason_to_ask_without_grammar() -> None:
    noting = Noting(completion("answer = 1"), messages="This model's maximum context length is 4096 tokens.")
    with server(nothing, noting) as url, pytest.raises(LLMError, match="maximum context"):
        ChatClient(url, "small").complete(ASK, Sampling(grammar="root ::= x"))
    assert len(noting.asked) == 1


def test_a_server_that_writes_fewer_samples_is_told_of() -> None:
    with server(nothing, Noting(completion("answer = 1"))) as url:
        reply = ChatClient(url, "small").complete(ASK, Sampling(n=5, temperature=1))
    assert (len(reply.samples), reply.notice) == (1, "The LLM server wrote 1 of 5 samples.")
