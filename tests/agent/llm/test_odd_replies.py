"""Servers that say anything: each reply is a sample or an LLMError, in time and in bounds, and its run can be read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from odd_server import ANSWERED, LONG, NO_PROGRAM, REFUSED, chat, dripping, server

from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.chat_reply import read_chat, read_json, read_models
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


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def ask(tmp_path: Path, sandbox: Sandbox) -> Callable[[str], Any]:
    runs = Runs(tmp_path / "runs")
    bench = Bench(Registry(), Executor(Registry()), sandbox, runs, ())

    def asked(url: str) -> Any:
        client, writing = ChatClient(url, "small", timeout=120), Writing(samples=1, repairs=0)
        subject = Subject.of(PHOTO, "\udcff.png")
        answer = bench.ask(subject, "How many cups are there \ud83d?", client, writing)
        return answer, runs.load(answer.run.name)

    return asked


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
        ChatClient(url, "m", timeout=120).complete(ASK)
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


@pytest.mark.parametrize("status", [200, 418])
def test_a_deeply_nested_response_is_not_parsed(status: int) -> None:
    with server(REFUSED["deep object"], status) as url, pytest.raises(LLMError, match="100 levels deep"):
        ChatClient(url, "m").complete(ASK)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_response_in_another_encoding_is_not_parsed(encoding: str) -> None:
    with server(("[" * 50_000).encode(encoding)) as url, pytest.raises(LLMError, match="not in UTF-8"):
        ChatClient(url, "m").complete(ASK)


def test_brackets_in_a_text_are_not_nesting() -> None:
    with server(chat('\\"' + "[{" * 5000)) as url:
        assert ChatClient(url, "m").complete(ASK).text.endswith("[{")


def test_a_text_that_is_longer_than_any_program_counts_as_cut() -> None:
    reply = read_chat(chat("x" * 1_000_000), "m", 1)
    assert (len(reply.text), reply.samples[0].truncated) == (128_000, True)


def test_what_stands_alone_is_read() -> None:
    assert read_models({"data": [1, None, {"x": 1}, {"id": 5}, {"id": "a"}]}) == ["a"]
    assert read_models({"data": None}) == []
    with pytest.raises(LLMError, match="not JSON"):
        read_json(b"{")


def test_nobody_there_is_still_told() -> None:
    with pytest.raises(NoServer):
        ChatClient("http://127.0.0.1:9/v1", "m", timeout=5).complete(ASK)


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
