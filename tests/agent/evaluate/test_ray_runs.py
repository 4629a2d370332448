"""Evaluations on a real Ray cluster of two nodes, in which processes are killed; only the language model is played."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import on_ray
import psutil
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow
from played import Server

from looksmith.agent.cli.main import main

TOOLS = '''
import os, time
from pathlib import Path
from looksmith import Image, tool
from looksmith.tools.core.errors import ToolError

HERE = Path(__file__).parent


@tool(deterministic=False)
def TICK(image: Image, number: int) -> int:
    """Writes down who was asked, and gives the number later."""
    with (HERE / "asked").open("a") as file:
        file.write(f"{number} {os.getpid()}\\n")
    time.sleep(0.1)
    if number == 5:
        raise ToolError("Five is broken.")
    return number
'''
COUNT = 32


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with on_ray.two_nodes() as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    def say(asked: str) -> str:
        number = asked.rpartition("Question: ")[2].split()[1]
        return "answer = NO_SUCH_TOOL(image)" if number == "6" else f"answer = TICK(image, {number})"

    made = Server(say)
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tool that writes down what it is asked, and questions of which each has its own number."""
    Pillow.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    rows = [{"id": f"q{n}", "image": "red.png", "question": f"Count {n} ?", "answer": n} for n in range(COUNT)]
    (tmp_path / "mine.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "tools.py").write_text(TOOLS)
    return tmp_path


Words = Callable[..., list[str]]


@pytest.fixture
def words(home: Path, folder: Path, server: Server, cluster: Any) -> Words:
    """The words of a command `looksmith eval`."""

    def command(*more: str | Path, out: str = "out") -> list[str]:
        plain = ["--samples", "1", "--nearest", "0", "--no-grammar", "--repairs", "0", "--concurrency", "2"]
        where = ["--home", home, "--base-url", server.url, "--out", folder / out, "--tools", folder / "tools.py"]
        ray = ["--engine", "ray", "--ray-address", cluster.address, "--workers", "2"]
        return ["eval", *map(str, [folder / "mine.jsonl", "--only-tools", *plain, *where, *ray, *more])]

    return command


def look(words: list[str]) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def rows(folder: Path, out: str = "out") -> list[Any]:
    path = folder / out / "results.jsonl"
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] if path.exists() else []


def asked(folder: Path) -> list[list[str]]:
    """Number and process of each question that reached the tool."""
    path = folder / "asked"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 600
    while not what():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def times_asked(folder: Path) -> dict[str, int]:
    """How often each question has been asked that is finished now, by its number."""
    numbers = [row["id"].removeprefix("q") for row in rows(folder)]
    times = Counter(number for number, _ in asked(folder))
    return {number: times[number] for number in numbers}


def start(words: list[str]) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "looksmith.agent.cli.main", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def title(process: psutil.Process) -> str:
    """What a process calls itself, "" when it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_cluster_answers_as_threads_do_and_asks_the_language_model_once(
    words: Words, folder: Path, server: Server
) -> None:
    done = look(words())
    assert (done.exit_code, f"{COUNT} of {COUNT} questions" in done.output) == (0, True), done.output
    assert len({process for _, process in asked(folder)}) == 2
    assert sorted(server.asked) == sorted(f"Count {n} ?" for n in range(COUNT))
    local = look([*words(out="here"), "--engine", "local"])
    assert local.exit_code == 0, local.output
    told = [
        {row["id"]: (row["answer"], row["outcome"], row["score"]) for row in rows(folder, o)} for o in ("out", "here")
    ]
    assert told[0] == told[1]
    assert Counter(outcome for _, outcome, _ in told[0].values()) == {"ok": COUNT - 2, "tool_error": 1, "type_error": 1}
    for row in rows(folder):
        assert (
            json.loads((folder / "out" / "runs" / row["run"] / "run.json").read_text())["question"] == row["question"]
        )


def test_nothing_that_ends_a_process_loses_a_question_or_asks_it_again(
    words: Words, folder: Path, server: Server
) -> None:
    """One evaluation: the language model goes away, the driver is killed, then two workers, the ledger, Ray Data."""
    say, finished = server.say, dict[str, int]()

    def gone(asked: str) -> str:
        if len(server.asked) > 6:
            raise ConnectionResetError
        return say(asked)

    server.say = gone
    stopped = look(words())
    assert (stopped.exit_code, "No LLM server answers" in stopped.output) == (3, True), stopped.output
    assert 0 < len(rows(folder)) <= 6
    server.say = say
    server.asked.clear()
    finished |= times_asked(folder)

    first = start(words())
    wait_for(lambda: len(rows(folder)) >= 10 or first.poll() is not None)
    first.kill()
    first.communicate()
    finished |= times_asked(folder)

    second = start(words())
    for share in (16, 22):
        wait_for(lambda share=share: len(rows(folder)) >= share or second.poll() is not None)
        os.kill(int(asked(folder)[-1][1]), signal.SIGKILL)
        finished |= times_asked(folder)
    ours = psutil.Process().children(recursive=True)
    killed = [one for one in ours if title(one).startswith(("ray::Ledger", "ray::_run"))]
    assert len(killed) == 2
    for one in killed:
        one.kill()
    output = second.communicate(timeout=600)[0]
    assert (second.returncode, "questions are already done" in output) == (0, True), output

    assert sorted(row["id"] for row in rows(folder)) == sorted(f"q{n}" for n in range(COUNT))
    times = Counter(number for number, _ in asked(folder))
    assert {number: times[number] for number in finished} == finished
    assert times.total() <= COUNT - 1 + 3 * 4 + 2 * 2  # and those in flight: thrice in two workers, twice in one
    assert max(Counter(server.asked).values()) <= 2


def test_a_tool_with_replicas_of_its_own_is_served_by_them(words: Words, folder: Path) -> None:
    (folder / "mine.toml").write_text('extends = "pocket"\n[ray.TICK]\nnum_gpus = 0.5\n')
    done = look(words("--limit", "8", "--profile", folder / "mine.toml"))
    assert done.exit_code == 0, done.output
    assert {row["id"]: row["answer"] for row in rows(folder)} == {f"q{n}": None if n in (5, 6) else n for n in range(8)}
    assert len({process for _, process in asked(folder)}) == 1


def test_a_folder_that_only_the_driver_sees_is_refused(words: Words, folder: Path) -> None:
    (folder / "out").mkdir()
    seen_here = os.open(folder / "out", os.O_RDONLY)
    done = look([*words("--limit", "2"), "--out", f"/proc/self/fd/{seen_here}/out"])
    os.close(seen_here)
    assert (done.exit_code, "does not see /proc/self/fd" in done.output) == (2, True), done.output
    assert asked(folder) == []


def test_without_ray_the_command_says_what_to_install(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "ray"]:
        monkeypatch.setitem(sys.modules, name, None)
    done = look(words())
    assert (done.exit_code, "pip install 'looksmith[ray]'" in done.output) == (4, True), done.output
