"""A session: kept warm, shared by threads, with limits of time, and cleanly closed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engines import Said, Tools, bare_settings, red

from looksmith import Box, InputError, LLMError, Looksmith, SessionClosed, Settings, TimedOut, ask, run
from looksmith.agent.llm.connect import LLMConnection
from looksmith.agent.session.one_line import KEPT, SharedSessions


def test_a_server_that_is_named_counts_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKSMITH_BASE_URL", "http://environment/v1")
    given = Settings(tmp_path, base_url="http://settings/v1")
    sessions = (Looksmith(base_url="http://argument/v1", settings=given), Looksmith(settings=given), Looksmith())
    named = [one.settings.load_profile().llm.base_url for one in sessions]
    assert named == ["http://argument/v1", "http://settings/v1", "http://environment/v1"]


def test_clients_of_the_language_model_are_kept_until_its_server_is_another_one(tmp_path: Path) -> None:
    made: list[tuple[float, int]] = []

    def connect(seconds: float, tokens: int) -> Said:
        made.append((seconds, tokens))
        return Said()

    connection = LLMConnection(connect, tmp_path)
    first, brief = connection.client(), connection.client(5, 20)
    assert (connection.client(), connection.client(5, 20)) == (first, brief) and made[1:] == [(5, 20)]
    (tmp_path / "server.json").write_text("{}")
    second = connection.client()
    assert second is not first and connection.client() is second
    connection.drop()
    assert connection.client() is not second


def test_threads_share_a_session(looksmith: Looksmith, llm: Said) -> None:
    llm.say = lambda _: "answer = SHADE(image)"
    shades = list(range(0, 160, 10))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda shade: looksmith.ask(red(shade), "How much red is there?"), shades))
    assert [answer.value for answer in answers] == shades


@pytest.mark.parametrize(
    ("kind", "program", "value"),
    [
        (bool, 'answer = FIND(image, "cup").width > 3', True),
        (int, "answer = len([1, 2])", 2),
        (float, "answer = 2", 2.0),
        (str, 'answer = FIND(image, "cup").label', "cup"),
        (Box, 'answer = FIND(image, "cup")', Box(10, 10, 40, 30, "cup", 0.9)),
        (list[Box], 'answer = [FIND(image, "cup")]', [Box(10, 10, 40, 30, "cup", 0.9)]),
    ],
)
def test_an_answer_is_of_the_type_that_was_asked_for(
    looksmith: Looksmith, llm: Said, kind: Any, program: str, value: Any
) -> None:
    llm.say = lambda _: program
    answer = looksmith.ask(red(), "What about this?", answer_type=kind)
    assert answer.unwrap() == value
    assert type(answer.value) is type(value)


@pytest.mark.parametrize("kind", [bool, int, str, Box, list[Box]])
def test_a_program_with_another_answer_is_refused(looksmith: Looksmith, llm: Said, kind: Any) -> None:
    llm.say = lambda _: 'answer = FIND(image, "cup").width / 7'
    llm.wanted.clear()
    answer = looksmith.ask(red(), "What about the cup?", answer_type=kind)
    assert answer.outcome == "type_error"
    assert "asked for" in answer.message or "asks for" in answer.message
    assert all(wanted.grammar for wanted in llm.wanted)


def test_what_only_the_run_shows_to_be_of_another_type_is_no_answer(looksmith: Looksmith, llm: Said) -> None:
    llm.say = lambda _: 'things = {"a": 1, "b": "two"}\nanswer = things["b"]'
    answer = looksmith.ask(red(), "How many?", answer_type=int)
    assert (answer.outcome, answer.value) == ("type_error", None)


def test_a_type_that_cannot_be_asked_for_is_told(looksmith: Looksmith) -> None:
    with pytest.raises(InputError, match="answer_type cannot be"):
        looksmith.ask(red(), "How many?", answer_type=dict)


def test_a_question_ends_when_its_time_is_over(looksmith: Looksmith, llm: Said, tools: Tools) -> None:
    tools.gate.clear()
    llm.say = lambda _: "answer = LOOK(image)"
    answer = looksmith.ask(red(1), "How much red is there?", timeout=1)
    by_hand = looksmith.run("answer = LOOK(image)", red(2), timeout=1)
    tools.gate.set()
    assert (answer.outcome, by_hand.outcome) == ("timeout", "timeout")
    assert "within 1 s" in answer.message
    with pytest.raises(TimedOut):
        answer.unwrap()
    with pytest.raises(InputError, match="positive"):
        looksmith.ask(red(), "How much red is there?", timeout=0)


def test_a_language_model_that_is_slow_is_a_timeout_too(looksmith: Looksmith, llm: Said) -> None:
    slow = threading.Event()
    llm.say = lambda _: "answer = 1" if slow.wait(120) else ""
    answer = looksmith.ask(red(), "How many?", timeout=1)
    slow.set()
    assert answer.outcome == "timeout"


def test_closing_stops_what_is_under_way_and_takes_no_more(tmp_path: Path) -> None:
    tools = Tools()
    looksmith = Looksmith(tools=[tools], settings=bare_settings(tmp_path))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(looksmith.run, "answer = LOOK(image)", red())
        assert tools.reached.wait(120)
        looksmith.close()
        assert waiting.result(120).outcome == "tool_error"
    tools.gate.set()
    looksmith.close()
    with pytest.raises(SessionClosed):
        looksmith.run("answer = 1", red())


def test_a_text_that_names_a_file_is_not_taken_for_a_program(looksmith: Looksmith, tmp_path: Path) -> None:
    file = tmp_path / "widths"
    file.write_text("answer = image.width")
    assert looksmith.run(file, red()).value == 64
    for text in (str(file), "missing.py"):
        with pytest.raises(InputError, match=r"run\(Path"):
            looksmith.run(text, red())


def test_no_server_is_an_error_and_is_looked_for_again(tmp_path: Path) -> None:
    with Looksmith(settings=bare_settings(tmp_path)) as looksmith:
        for _ in range(2):
            with pytest.raises(LLMError, match="No LLM server is running"):
                looksmith.ask(red(), "How many?")


def test_calls_with_the_same_choices_share_one_session(tmp_path: Path) -> None:
    settings, made = bare_settings(tmp_path), list[Looksmith]()

    def make() -> Looksmith:
        made.append(Looksmith(settings=settings))
        return made[-1]

    shared = SharedSessions()
    assert shared.get("a", make) is shared.get("a", make) is made[0]
    kept = [shared.get(number, make) for number in range(KEPT)]
    assert kept[-1] is None
    shared.close()
    with pytest.raises(SessionClosed):
        made[0].run("answer = 1", red())
    assert shared.get("a", make) is made[-1]
    assert len(made) == KEPT + 1


def test_the_one_line_forms_leave_no_process_behind(tmp_path: Path) -> None:
    bare_settings(tmp_path)
    code = (
        "import os, sys\nfrom looksmith import run, Settings\nfrom pathlib import Path\n"
        f"settings = Settings(Path({str(tmp_path)!r}), installed=False, profile={str(tmp_path / 'none.toml')!r})\n"
        "for n in range(3):\n    assert run(f'answer = {n}', dry_run=True, settings=settings).value == n\n"
        "print(os.environ['OMP_NUM_THREADS'])\n"
    )
    env = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_ask_and_run_take_what_a_session_takes(tmp_path: Path) -> None:
    llm, settings = Said(), bare_settings(tmp_path)
    llm.say = lambda _: "answer = SHADE(image)"
    answer = ask(red(7), "How much red is there?", answer_type=int, tools=[Tools()], llm=llm, settings=settings)
    assert answer.unwrap() == 7
    assert run("answer = wanted + 1", red(), inputs={"wanted": 2}, settings=settings).value == 3
