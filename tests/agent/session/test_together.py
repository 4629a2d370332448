"""Many questions at once, questions from asyncio, and questions that are watched."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from engines import Said, Tools, red

from looksmith import (
    Answered,
    InputError,
    Looksmith,
    NotAsked,
    ProgramChecked,
    Started,
    Stepped,
    Written,
)
from looksmith.tools.engine.executor import Executor


def test_many_questions_share_batches_and_what_was_written(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    tools.gate.clear()
    tools.reached.clear()
    tools.sizes.clear()
    llm.asked.clear()

    def say(question: str) -> str:
        return "answer = LOOK(image)"

    llm.say = say
    shades, done = list(range(100, 112)), list[tuple[int, int]]()
    pairs: list[Any] = [(red(shade), "How much red is there?") for shade in shades]
    pairs[5] = ("nowhere.png", "How much red is there?")

    def told(count: int, total: int) -> None:
        done.append((count, total))

    executor = looksmith._engine.workshop.bench().executor
    assert isinstance(executor, Executor)

    def gathered() -> None:
        while executor.waiting < 6:
            time.sleep(0.02)
        tools.gate.set()

    threading.Thread(target=gathered, daemon=True).start()
    answers = looksmith.ask_many(pairs, answer_type=int, concurrency=6, progress=told)
    assert [a.value for a in answers] == [None if n == 5 else shade for n, shade in enumerate(shades)]
    assert done == [(n, 12) for n in range(1, 13)]
    assert max(tools.sizes) > 1
    assert len(llm.asked) < len(pairs) / 2
    assert (answers[5].outcome, answers[5].steps, answers[5].boxes) == ("input_error", (), ())
    assert "nowhere.png" in answers[5].text
    with pytest.raises(NotAsked, match=r"nowhere\.png"):
        answers[5].unwrap()
    with pytest.raises(InputError, match="no run"):
        _ = answers[5].run


def test_nothing_at_all_can_be_asked_at_once(looksmith: Looksmith) -> None:
    assert looksmith.ask_many([]) == []


def test_asyncio(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    llm.say = lambda _: "answer = SHADE(image)"

    async def several() -> list[int]:
        asked = [looksmith.aask(red(shade), "How much red is there?", answer_type=int) for shade in (1, 2, 3)]
        return [answer.unwrap() for answer in await asyncio.gather(*asked)]

    assert asyncio.run(several()) == [1, 2, 3]


def test_a_cancelled_task_stops_its_question(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    tools.gate.clear()
    tools.reached.clear()
    llm.say = lambda _: "answer = LOOK(image)"

    async def cancelled() -> None:
        task = asyncio.create_task(looksmith.aask(red(55), "How much red is there?"))
        await asyncio.to_thread(tools.reached.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    runs = looksmith.settings.runs
    for _ in range(600):
        if runs.load("last").record.outcome is not None:
            break
        asyncio.run(asyncio.sleep(0.1))
    tools.gate.set()
    assert "cancelled" in runs.load("last").record.message


def test_a_stream_tells_what_happens_while_it_happens(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    tools.gate.clear()
    llm.say = lambda _: "shade = SHADE(image)\nanswer = LOOK(image) + shade"
    with looksmith.stream(red(9), "How much red is there?", answer_type=int) as events:
        seen: list[Any] = []
        for event in events:
            seen.append(event)
            if isinstance(event, Stepped) and event.step.tool == "SHADE":
                assert event.step.result == 9
                tools.gate.set()  # the second step waits for it: the first was told before the end
    assert [type(event) for event in seen] == [Written, ProgramChecked, Started, Stepped, Stepped, Answered]
    assert seen[0].texts == ("shade = SHADE(image)\nanswer = LOOK(image) + shade",)
    assert seen[1].problems == ()
    assert [event.step.number for event in seen[3:5]] == [1, 2]
    assert seen[-1].answer.unwrap() == events.answer().value == 18


def test_a_stream_that_is_left_stops_its_question(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    tools.gate.clear()
    llm.say = lambda _: "answer = LOOK(image)"
    with looksmith.stream(red(77), "How much red is there?") as events:
        assert isinstance(next(iter(events)), Written)
    answer = events.answer()
    tools.gate.set()
    assert not answer.ok
    assert "cancelled" in answer.message


def test_a_stream_raises_what_asking_raises(looksmith: Looksmith, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"), looksmith.stream(tmp_path / "missing.png", "How?") as events:
        list(events)


@pytest.mark.parametrize("pairs", [(red(), "How?"), [(red(), "How?", 3)], ["ab"], None])
def test_only_pairs_can_be_asked(looksmith: Looksmith, pairs: Any) -> None:
    with pytest.raises(InputError, match="pair"):
        looksmith.ask_many(pairs)


def test_what_is_no_question_or_program_is_an_input_error(looksmith: Looksmith) -> None:
    nothing: Any = None
    for ask in (looksmith.ask, lambda image, asked: looksmith.chat(image).ask(asked)):
        with pytest.raises(InputError, match="question is a text, got NoneType"):
            ask(red(), nothing)
    for program in (nothing, 3):
        with pytest.raises(InputError, match="program cannot be of type"):
            looksmith.run(program, red())
    answers = looksmith.ask_many([(red(), nothing), ("", "How?"), ("iVBOR" * 200, "How?")])
    assert [answer.outcome for answer in answers] == ["input_error"] * 3
