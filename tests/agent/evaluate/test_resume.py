"""Evaluations that are killed or interrupted, or lose their server: what is kept, and how they resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from evaluating import PLAIN, Look, Numbers, draw, results, right
from played import Server


def test_a_finished_evaluation_is_done_anew_unless_resumed(
    look: Look, numbers: Numbers, server: Server, data: Path
) -> None:
    look()
    look()
    assert (len(server.asked), numbers()["resumed"]) == (10, 0)
    look("easy-vqa", "--data", data, "--resume")
    assert (len(server.asked), numbers()["resumed"], numbers()["accuracy"]) == (10, 9, 1)


def test_evaluations_that_share_their_replies_ask_once(
    look: Look, numbers: Numbers, server: Server, data: Path, tmp_path: Path
) -> None:
    for out in ("one", "two"):
        look("easy-vqa", "--data", data, "--out", tmp_path / out, "--replies", tmp_path / "kept" / "replies.jsonl")
        assert (len(server.asked), numbers()["n"], numbers()["accuracy"]) == (5, 9, 1)


def test_another_folder_other_options_and_a_fresh_start(
    look: Look, numbers: Numbers, data: Path, tmp_path: Path
) -> None:
    words = ("easy-vqa", "--data", data, "--out", tmp_path / "mine")
    assert look(*words, "--resume").exit_code == 2
    assert look(*words).exit_code == 0
    other = look(*words, "--repairs", "0", "--limit", "5")
    assert (other.exit_code, "was started with other n and options" in other.output) == (2, True)
    assert (tmp_path / "mine" / "results.jsonl").read_text().count("\n") == 9
    draw(data / "test" / "images" / "0.png", "circle", "yellow")
    changed = look(*words, "--resume")
    assert (changed.exit_code, "other data" in changed.output) == (2, True)
    assert look(*words, "--fresh").exit_code == 0
    assert numbers()["accuracy"] == pytest.approx(8 / 9)
    assert (tmp_path / "mine" / "results.jsonl").read_text().count("\n") == 9


def test_a_folder_that_is_none_of_ours_is_left_alone(look: Look, data: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    for mode in ("--fresh", "--resume"):
        done = look("easy-vqa", "--data", data, "--out", tmp_path / "photos", mode)
        assert (done.exit_code, "is not an evaluation" in done.output) == (2, True)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


class Started:
    """`looksmith eval` in a process of its own."""

    def __init__(self, home: Path, data: Path, server: Server, out: Path) -> None:
        words = ["eval", "easy-vqa", "--data", data, "--home", home, "--base-url", server.url, "--json", out]
        command = [sys.executable, "-m", "looksmith.agent.cli.main", *map(str, words), *PLAIN, "--concurrency", "2"]
        self._home = home
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_for_rows(self, count: int) -> None:
        """Until so many questions are done."""
        end = time.monotonic() + 300
        while time.monotonic() < end and self.process.poll() is None:
            found = list(self._home.glob("evals/*/results.jsonl"))
            if found and found[0].read_bytes().count(b"\n") >= count:
                return
            time.sleep(0.02)
        raise AssertionError(self.process.communicate()[0] if self.process.poll() is not None else "it takes too long")

    def finish(self) -> tuple[int, str]:
        """Exit status and output."""
        output = self.process.communicate(timeout=300)[0]
        return self.process.returncode, output


@pytest.fixture
def held(server: Server, data: Path) -> Iterator[threading.Event]:
    """Until it is set, the server does not answer questions about color.

    These come last: while the first reply is awaited, no other question is asked.
    """
    free = threading.Event()
    asked = data / "test" / "questions.json"
    asked.write_text(json.dumps(sorted(json.loads(asked.read_text()), key=lambda row: "color" in row[0])))

    def say(asked: str) -> str:
        if "what color?" in asked:
            free.wait(300)  # longer than a busy machine needs to start
        return right(asked)

    server.say = say
    yield free
    free.set()


def test_a_killed_evaluation_goes_on_where_it_stopped(
    home: Path, data: Path, server: Server, held: threading.Event, numbers: Numbers, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "out.json")
    started.wait_for_rows(6)
    os.kill(started.process.pid, signal.SIGKILL)
    started.finish()
    held.set()
    (path,) = home.glob("evals/*/results.jsonl")
    before = path.read_text()
    with path.open("a") as file:
        file.write('{"id": "test-1", "questi')
    server.asked.clear()
    status, output = Started(home, data, server, tmp_path / "out.json").finish()
    assert (status, "6 of 9 questions are already done" in output) == (0, True), output
    assert server.asked == ["what color?"]
    assert path.read_text().startswith(before)
    assert sorted(row["id"] for row in results(home)) == [f"test-{i}" for i in range(9)]
    assert (numbers()["n"], numbers()["resumed"], numbers()["accuracy"], numbers()["complete"]) == (9, 6, 1, True)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_an_interrupted_evaluation_tells_what_it_has_and_how_to_go_on(
    home: Path, data: Path, server: Server, held: threading.Event, look: Look, numbers: Numbers, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "out.json")
    started.wait_for_rows(6)
    started.process.send_signal(signal.SIGINT)
    threading.Timer(3, held.set).start()  # not at once: on a busy machine the replies would overtake the signal
    status, output = started.finish()
    assert status == 130
    assert "Traceback" not in output
    assert "6 of 9 questions are done. Rerun the command without --fresh to resume." in output
    assert (numbers()["n"], numbers()["total"], numbers()["complete"]) == (6, 9, False)
    other = look("easy-vqa", "--data", data, "--limit", "1")
    assert (other.exit_code, "was started with other n and options and data" in other.output) == (0, True)
    refused = look("easy-vqa", "--data", data, "--limit", "2", "--resume")
    assert (refused.exit_code, "no evaluation to resume" in refused.output) == (2, True)
    status, output = Started(home, data, server, tmp_path / "out.json").finish()
    assert (status, numbers()["n"], numbers()["complete"]) == (0, 9, True)


def test_two_evaluations_do_not_write_to_one_folder(
    home: Path, data: Path, server: Server, held: threading.Event, look: Look, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "first.json")
    started.wait_for_rows(6)
    second = look()
    held.set()
    assert (second.exit_code, "Another evaluation is writing to" in second.output) == (2, True)
    assert started.finish()[0] == 0


def test_a_server_that_goes_away_stops_the_evaluation(look: Look, numbers: Numbers, server: Server, data: Path) -> None:
    def say(asked: str) -> str:
        if "what color?" in asked:
            raise RuntimeError
        if "is number" in asked:
            raise ConnectionResetError
        return right(asked)

    server.say = say
    stopped = look("easy-vqa", "--data", data, "--concurrency", "1")
    assert (stopped.exit_code, "No LLM server answers" in stopped.output) == (3, True)
    assert (numbers()["n"], numbers()["outcomes"]) == (6, {"ok": 3, "llm_error": 3})
    assert numbers()["accuracy"] == 0.5
    server.say = right
    assert look("easy-vqa", "--data", data).exit_code == 0
    assert (numbers()["n"], numbers()["resumed"], numbers()["accuracy"], numbers()["outcomes"]) == (9, 3, 1, {"ok": 9})
