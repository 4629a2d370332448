"""A worker that says what it likes: the conversation ends with an outcome, and nothing that was not given is got."""

from __future__ import annotations

import random
import socket
from itertools import islice
from typing import Any

import PIL.Image
import pytest
from frames import BOX, IMAGE, MASK, POINT, SET, TUPLE, damaged, ext, frame, good_messages, packb
from hypothesis import given, settings
from hypothesis import strategies as st

from looksmith.agent.traces.trace import End
from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Limits, Request, WorkerSession
from looksmith.tools.core.values import Image
from looksmith.tools.media.to_json import encode, encode_all

CHECKED = Checked(Program("answer = 1"), ("LOC",))
LIMITS = Limits(seconds=5, compute_seconds=2, tool_calls=50, megabytes=0.1)
PICTURE = Image.of(PIL.Image.new("RGB", (8, 8)))
READY = ["ready", ["process"]]


class Pretender:
    """In a worker's place: its words are in the socket before the host asks for any."""

    layers = ("process",)
    used_up_processor = False

    def __init__(self, said: bytes) -> None:
        self.socket, self._theirs = socket.socketpair()
        self._theirs.sendall(said)
        self._theirs.shutdown(socket.SHUT_WR)

    def exit_text(self) -> str:
        """How it ended."""
        return "it left"

    def close(self) -> None:
        """Both ends."""
        self.socket.close()
        self._theirs.close()


def talk(said: bytes, calls: list[Request] | None = None) -> Outcome:
    pretender: Any = Pretender(said)
    kept: list[Request] = [] if calls is None else calls

    def serve(request: Request) -> Any:
        kept.append(request)
        return PICTURE

    try:
        return WorkerSession(pretender, LIMITS, serve).run(CHECKED, {"image": PICTURE})
    finally:
        pretender.close()


def say(*messages: Any) -> bytes:
    return b"".join(frame(packb(message)) for message in messages)


CALL, DONE, RAISED = good_messages()[:3]
KEY = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=9)
VALUE = st.recursive(
    KEY | st.builds(ext, st.just(IMAGE), st.just([0])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEY, inner, max_size=3)
        | st.builds(ext, st.sampled_from([BOX, POINT, TUPLE, SET, IMAGE, MASK]), st.lists(inner, max_size=6))
    ),
)
PART = (
    VALUE | st.dictionaries(st.from_regex("[a-z]{1,3}", fullmatch=True), VALUE, max_size=3) | st.just("") | st.just(1)
)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [DONE],
        [["ready", []], DONE],
        [["ready"], DONE],
        [READY],
        [READY, READY],
        [READY, ["run", "answer = 1", [], {}]],
        [READY, ["result", 1, 5]],
        [READY, ["done"]],
        [READY, ["done", 1, {}, 5]],
        [READY, ["done", 1, [], "text"]],
        [READY, ["done", 1, {1: 2}, ""]],
        [READY, ["done", 1, {True: 2}, ""]],
        [READY, ["done", 1, {"a b": 2}, ""]],
        [READY, ["done", 1, {"": 2}, ""]],
        [READY, ["done", 1, {"x" * 100_000: 2}, ""]],
        [READY, ["done", 1, {"\x1b[31m": 2}, ""]],
        [READY, ["raised", "E", "text", 3, {1: 2}, ""]],
        [READY, ["raised", "E", "text", 3, {"x": ext(IMAGE, [3])}, ""]],
        [READY, ["raised", "E", "text", "3", {}, ""]],
        [READY, ["call", "1", "LOC", [], {}, 1, 1]],
        [READY, ["call", 1, b"LOC", [], {}, 1, 1]],
        [READY, ["call", 1, "LOC", [], {5: 1}, 1, 1]],
        [READY, ["call", 1, "LOC", [], {}, 1.5, 1]],
        [READY, ["call", True, "LOC", [], {}, 1, 1]],
        [READY, ["call", 1, "U", [], {}, 1, 1]],
        [READY, ["call", 1, "x" * 100_000, [], {}, 1, 1]],
        [READY, ["done", ext(IMAGE, [7]), {}, ""]],
        [READY, ["done", ext(IMAGE, [-1]), {}, ""]],
        [READY, ["done", ext(IMAGE, [True]), {}, ""]],
        [READY, ["done", ext(IMAGE, [0, 0]), {}, ""]],
        [READY, ["done", ext(MASK, [0]), {}, ""]],
        [READY, ["done", ext(99, [0]), {}, ""]],
    ],
)
def test_what_is_no_conversation_is_a_crash(messages: list[Any]) -> None:
    outcome = talk(say(*messages))
    assert (outcome.kind, outcome.answer) == ("crashed", None)
    assert outcome.message


@settings(max_examples=200, deadline=None)
@given(st.lists(PART, max_size=7), st.sampled_from(["done", "raised", "call", ""]))
def test_what_any_worker_says_can_be_stored(parts: list[Any], name: str) -> None:
    outcome = talk(say(READY, [name, *parts]))
    stored = End(
        outcome=outcome.kind,
        answer=encode(outcome.answer, str),
        message=outcome.message,
        line=outcome.line,
        variables=encode_all(outcome.variables, str),
        printed=outcome.printed,
    )
    assert End.model_validate_json(stored.model_dump_json()) == stored


def test_what_comes_after_the_end_is_not_heard() -> None:
    calls: list[Request] = []
    outcome = talk(say(READY, ["done", 1, {}, ""], CALL, CALL), calls)
    assert (outcome.kind, outcome.answer, calls) == ("ok", 1, [])


def test_what_is_told_has_a_size() -> None:
    long = "x" * 60_000
    outcome = talk(say(READY, ["raised", f"\x1b[31m{long}", long, 10**9, {}, long]))
    assert (outcome.kind, outcome.line) == ("crashed", 0)
    assert len(outcome.message) < 1_000
    assert "\x1b" not in outcome.message
    assert len(outcome.printed) == LIMITS.printed
    assert len(talk(say(READY, ["done", 1, {}, long])).printed) == LIMITS.printed
    assert "\x1b" not in talk(say(READY, ["\x1b[31m"])).message


def test_a_place_that_the_program_does_not_have_is_not_known() -> None:
    calls: list[Request] = []
    talk(say(READY, ["call", 1, "LOC", [], {}, 10**15, -5], ["call", 2, "LOC", [], {}, 1, 10**15]), calls)
    assert [call.line for call in calls] == [0, 1]
    assert calls[0].column == 0
    assert calls[1].column < 10**6


def test_a_flood_of_calls_ends_at_the_budget() -> None:
    calls: list[Request] = []
    outcome = talk(say(READY, *[CALL] * 200, RAISED), calls)
    assert outcome.kind in ("budget", "crashed")
    assert len(calls) <= LIMITS.tool_calls


def test_damaged_conversations_have_an_outcome() -> None:
    """`python tests/bench/fuzz.py` has millions of them."""
    chance = random.Random(20261127)
    frames = damaged(chance)
    kinds: dict[str, int] = {}
    for _ in range(4_000):
        said = say(READY, *chance.choices([CALL, CALL, CALL], k=chance.randint(0, 3)))
        outcome = talk(said + b"".join(islice(frames, chance.randint(1, 3))))
        kinds[outcome.kind] = kinds.get(outcome.kind, 0) + 1
        assert outcome.kind in ("ok", "crashed", "budget", "timeout", "type_error", "policy_error")
        assert outcome.kind == "ok" or outcome.answer is None
    assert kinds["crashed"] > 2_000
