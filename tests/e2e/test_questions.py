"""Everything real: photo, language model through vLLM, checker, sandbox, vision models, trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from looksmith.agent.ask.loop import Answer, Bench
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.llm.llm import TruncatedReply, WrongModel
from looksmith.agent.llm.server.serve import Server
from looksmith.agent.traces.runs import Runs
from looksmith.agent.traces.trace import Attempt, Step
from looksmith.programs.prompt import Message
from looksmith.tools.media.images import load_image
from photos import photo_path

SLOW = 600
"""Seconds for a reply: without AVX-512 the int8 model writes a token a second."""


def ask(bench: Bench, server: Server, name: str, question: str) -> tuple[Answer, list[str]]:
    """The answer, and the tools that were called for it, in order."""
    subject = Subject.of(load_image(photo_path(name)), name)
    answer = bench.ask(subject, question, ChatClient(server.base_url, server.model, timeout=SLOW))
    events = Runs(answer.run.parent).load(answer.run.name).events
    return answer, [event.tool for event in events if isinstance(event, Step)]


def test_how_many_cups(bench: Bench, server: Server) -> None:
    answer, tools = ask(bench, server, "coffee", "How many cups are there?")
    assert (answer.outcome, answer.value) == ("ok", 1)
    assert "COUNT" in tools


def test_is_there_a_motorcycle_and_what_colour(bench: Bench, server: Server) -> None:
    answer, tools = ask(bench, server, "motorcycle_left", "Is there a motorcycle, and what color is it?")
    assert answer.outcome == "ok"
    assert "red" in str(answer.value)
    assert {"LOC", "COLOR"} <= set(tools)


def test_is_there_a_person(bench: Bench, server: Server) -> None:
    answer, _ = ask(bench, server, "astronaut", "Is there a person?")
    assert answer.value is True


def test_what_does_the_text_say(bench: Bench, server: Server) -> None:
    answer, tools = ask(bench, server, "page", "What does the text say?")
    assert "Region-based segmentation" in str(answer.value)
    assert tools[-1] == "READ"


def test_the_motorcycle_is_found_and_read(bench: Bench, server: Server) -> None:
    answer, tools = ask(bench, server, "motorcycle_right", "What is written on the motorcycle?")
    assert tools == ["LOC", "READ"]
    assert "YAMAHA" in str(answer.value)


def test_the_command_line_prints_one_object(server: Server, home: Path) -> None:
    command = [sys.executable, "-m", "looksmith.agent.cli.main", "ask", str(photo_path("coffee"))]
    command += ["How many cups are there?", "--base-url", server.base_url, "--home", str(home), "--json"]
    command += ["--timeout", str(SLOW)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * SLOW)
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["answer"], said["outcome"], done.returncode) == (1, "ok", 0)
    attempt = Runs(home / "runs").load("last").events[0]
    assert isinstance(attempt, Attempt)
    assert attempt.prompt_tokens > 500
    assert attempt.completion_tokens > 5


@pytest.fixture
def chat() -> list[Message]:
    """A conversation that needs a long reply."""
    return [Message(role="user", content="Count from one to one hundred in words.")]


def test_the_real_server_refuses_a_wrong_model(server: Server, chat: list[Message]) -> None:
    with pytest.raises(WrongModel, match=server.model):
        ChatClient(server.base_url, "gpt-9").complete(chat)


def test_the_real_server_says_when_a_reply_was_cut(server: Server, chat: list[Message]) -> None:
    with pytest.raises(TruncatedReply, match="8 tokens"):
        ChatClient(server.base_url, server.model, max_tokens=8).complete(chat)
