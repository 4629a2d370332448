"""Replies of the language model are remembered, so that the same request costs once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from looksmith.agent.llm.llm import GREEDY, LLMError, LLMTimeout, NoServer, Reply, Sample, Sampling, TruncatedReply
from looksmith.agent.llm.remember import Remembering
from looksmith.programs.prompt import Message

ASK = [Message(role="user", content="Question: a?")]


class Model:
    """A model that counts what it is asked. say: gives the reply's text, or raises."""

    model = "played"

    def __init__(self, say: Callable[[str], str]) -> None:
        self.asked: list[str] = []
        self._say = say

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply, as often as there are samples."""
        self.asked.append(messages[-1]["content"])
        text = self._say(messages[-1]["content"])
        return Reply((Sample(text),) * sampling.n, self.model, 10, 5, 1.0)


def test_the_same_request_is_made_once_and_costs_once(tmp_path: Path) -> None:
    model = Model(lambda question: "answer = 1")
    remembering = Remembering(model, tmp_path / "replies.jsonl")
    first, second = (remembering.complete(ASK) for _ in range(2))
    assert (len(model.asked), first.text, second.text) == (1, "answer = 1", "answer = 1")
    assert (first.prompt_tokens, first.completion_tokens) == (10, 5)
    assert (second.prompt_tokens, second.completion_tokens, second.seconds) == (0, 0, 0)
    remembering.complete(ASK, Sampling(n=3, temperature=0.5))
    remembering.complete([*ASK, *ASK])
    assert len(model.asked) == 3


def test_whoever_asks_what_is_under_way_waits_for_it(tmp_path: Path) -> None:
    waiting = threading.Barrier(9)

    def say(question: str) -> str:
        waiting.wait(10)
        return "answer = 1"

    model = Model(say)
    remembering = Remembering(model, tmp_path / "replies.jsonl")

    def ask(index: int) -> str:
        if index:
            waiting.wait(10)
        return remembering.complete(ASK).text

    with ThreadPoolExecutor(9) as pool:
        assert set(pool.map(ask, range(9))) == {"answer = 1"}
    assert len(model.asked) == 1


def test_the_first_request_is_made_alone_and_the_others_at_once(tmp_path: Path) -> None:
    under_way, most, all_at_once = [0], [0], threading.Barrier(4)

    def say(question: str) -> str:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        if question == "0":
            time.sleep(0.05)  # time for the others to come in, if anything lets them
            assert under_way[0] == 1
        else:
            all_at_once.wait(10)
        under_way[0] -= 1
        return "answer = 1"

    remembering = Remembering(Model(say), tmp_path / "replies.jsonl")
    asks = [[Message(role="user", content=str(number))] for number in range(5)]
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(remembering.complete, asks[0])
        while not under_way[0]:
            time.sleep(0.001)
        others = [pool.submit(remembering.complete, ask) for ask in asks[1:]]
        assert {one.result().text for one in (first, *others)} == {"answer = 1"}
    assert most[0] == 4


@pytest.mark.parametrize("stopped", [True, False])
def test_who_waits_for_the_first_request_is_not_asked_for_once_there_is_no_model(tmp_path: Path, stopped: bool) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def say(question: str) -> str:
        asked.set()
        go_on.wait(10)
        if not stopped:
            raise NoServer("gone")
        return "answer = 1"

    model = Model(say)
    remembering = Remembering(model, tmp_path / "replies.jsonl")
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(remembering.complete, ASK)
        assert asked.wait(10)
        others = [pool.submit(remembering.complete, [*ASK] * number) for number in (2, 3, 4)]
        time.sleep(0.1)  # time for the others to come in
        if stopped:
            remembering.close()
        else:
            go_on.set()
        assert all(isinstance(one.exception(10), LLMError) for one in others)
        go_on.set()
        assert (first.exception(10) is None) is stopped
    assert len(model.asked) == 1


def test_replies_outlive_the_process_even_with_a_torn_last_line(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    many = Sampling(n=2, temperature=0.5)
    before = Remembering(Model(lambda question: "first"), path)
    before.complete(ASK, many)
    with path.open("a") as file:
        file.write('{"key": "abc", "val')
    model = Model(lambda question: "second")
    after = Remembering(model, path)
    assert [sample.text for sample in after.complete(ASK, many).samples] == ["first", "first"]
    assert after.complete(ASK).text == "second"
    assert len(model.asked) == 1
    assert Remembering(model, path).complete(ASK).text == "second"


def test_a_late_reply_may_be_asked_for_again_a_cut_one_is_cut_again(tmp_path: Path) -> None:
    for error, times in ((LLMTimeout("late"), 2), (TruncatedReply("cut"), 1)):

        def say(question: str, error: LLMError = error) -> str:
            raise error

        model = Model(say)
        remembering = Remembering(model, tmp_path / "replies.jsonl")
        for _ in range(2):
            with pytest.raises(type(error)):
                remembering.complete(ASK)
        assert (len(model.asked), remembering.lost) == (times, None)


def test_a_server_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    def say(question: str) -> str:
        raise NoServer("gone")

    model = Model(say)
    remembering = Remembering(model, tmp_path / "replies.jsonl")
    for _ in range(2):
        with pytest.raises(NoServer):
            remembering.complete(ASK)
    assert len(model.asked) == 1
    assert isinstance(remembering.lost, NoServer)
