"""`looksmith ask` with a warm service: the same output, exit status and run as without one."""

from __future__ import annotations

import json
import re
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from engines import Tools, bare_settings, red
from played import Server
from served import options_of

from looksmith.agent.cli import ask as ask_module
from looksmith.agent.cli.main import main
from looksmith.agent.service.client import health
from looksmith.agent.service.local import LocalDoor
from looksmith.agent.service.state import State
from looksmith.agent.service.wire import fit, socket_path
from looksmith.agent.session.engine import Engine

TOOLS = '''
from looksmith import Image, NoDetection, tool

@tool
def SHADE(image: Image) -> int:
    """The red of the first pixel, 0 to 255."""
    return int(image.array()[0, 0, 0])

@tool
def GHOST(image: Image) -> int:
    """What is not there."""
    raise NoDetection("No ghost was found.")
'''
PROGRAMS = {
    "How much red is there?": "answer = SHADE(image)",
    "How many ghosts are there?": "answer = GHOST(image)",
    "Has the first one more red?": "answer = SHADE(images[0]) > SHADE(images[1])",
    "What is wrong?": "answer = ",
}
Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def llm() -> Iterator[Server]:
    """A language model."""
    made = Server(lambda asked: PROGRAMS[asked.rpartition("Question: ")[2].splitlines()[0]])
    yield made
    made.stop()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder, with tools and pictures in it; its name is too long for the address of a socket."""
    folder = tmp_path_factory.mktemp("h" * 90)
    (folder / "tools.py").write_text(TOOLS)
    for shade in (7, 9):
        red(shade).save(folder / f"{shade}.png")
    return folder


@pytest.fixture(scope="module")
def service(home: Path, llm: Server) -> Iterator[Engine]:
    """A service that listens in the home folder."""
    files = (home / "tools.py",)
    options = options_of(home, llm.url, tool_files=files)
    made = Engine(replace(bare_settings(home), tool_files=files, installed=True, base_url=llm.url))
    door = LocalDoor(made, fit(home, options), State(made, "http://here"))
    yield made
    door.close()
    made.close()


@pytest.fixture
def ask(home: Path, llm: Server, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`ask(picture, ..., question)` from the home folder; warm=True fails where the service is not used."""

    def run(*words: str, warm: bool) -> Result:
        given = ["--home", str(home), "--profile", str(home / "none.toml"), "--tools", "tools.py", "--device", "cpu"]
        with monkeypatch.context() as only:
            only.chdir(home)
            if warm:
                only.setattr(ask_module, "_own", _nobody)
            else:
                only.setattr(ask_module, "begin", lambda *_: "")
            return CliRunner().invoke(main, ["ask", *words, *given, "--base-url", llm.url, "--samples", "1"])

    return run


def _nobody(*_: Any) -> Any:
    raise AssertionError("the service was not used")


def plain(text: str) -> str:
    """Output without what differs from one run to the next."""
    return re.sub(r" *[\d.]+ s|(?:LLM|models|loading) [\d.]+|\d{8}-\d{6}-\w+|\"seconds\": [\d.e-]+", "…", text)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("7.png", "How much red is there?", "--json"), 0),
        (("7.png", "How much red is there?", "--verbose"), 0),
        (("7.png", "9.png", "Has the first one more red?"), 0),
        (("7.png", "How many ghosts are there?", "--json"), 14),
        (("7.png", "What is wrong?", "--repairs", "0"), 10),
        (("nowhere.png", "How much red is there?", "--json"), 2),
        (("tools.py", "How much red is there?"), 2),
        (("7.png", " "), 2),
    ],
)
def test_the_output_is_that_of_a_process_of_its_own(
    ask: Ask, service: Engine, home: Path, words: tuple[str, ...], status: int
) -> None:
    warm, cold = ask(*words, warm=True), ask(*words, warm=False)
    assert (warm.exit_code, cold.exit_code) == (status, status), warm.output + cold.output
    assert plain(warm.stdout) == plain(cold.stdout)
    assert plain(warm.stderr) == plain(cold.stderr)
    runs = [json.loads((run / "run.json").read_text()) for run in sorted((home / "runs").iterdir())[-2:]]
    same = ("question", "answer", "outcome", "image", "image_name", "expected", "tools", "versions", "model")
    assert [runs[0][name] for name in same] == [runs[1][name] for name in same]


def test_a_question_with_other_settings_is_answered_without_the_service(ask: Ask, service: Engine, home: Path) -> None:
    done = ask("7.png", "How much red is there?", "--no-cache", "--verbose", warm=True)
    assert isinstance(done.exception, AssertionError)
    assert "Not using the service: it was started with other settings: --cache." in done.stderr
    before = (home / "tools.py").read_text()
    (home / "tools.py").write_text(before + "\n")
    done = ask("7.png", "How much red is there?", "--verbose", warm=True)
    assert "other settings: the tools" in done.stderr


def test_who_hangs_up_cancels_the_question(home: Path, llm: Server, tmp_path: Path) -> None:
    tools = Tools()
    llm.say = lambda _: "answer = LOOK(image)"
    settings = bare_settings(tmp_path)
    options = options_of(tmp_path, llm.url)
    engine = Engine(replace(settings, base_url=llm.url), tools=[tools])
    door = LocalDoor(engine, fit(tmp_path, options), State(engine, ""))
    assert stat.S_IMODE(socket_path(tmp_path).stat().st_mode) == 0o600
    asked = {"images": [str(home / "7.png")], "folder": "/", "question": "How much red?", "start": False}
    asked |= {"fit": fit(tmp_path, options), "writing": {}, "limits": {"timeout": 60, "max_tokens": 100}}
    try:
        with _connected(tmp_path) as client:
            client.sendall(json.dumps({"ask": asked}).encode() + b"\n")
            assert tools.reached.wait(60)
            assert engine.under_way == 1
        _until(lambda: engine.under_way == 0)
        (run,) = (tmp_path / "runs").iterdir()
        assert "cancelled" in json.loads((run / "run.json").read_text())["message"]
    finally:
        tools.gate.set()
        door.close()
        engine.close()
        llm.say = lambda asked: PROGRAMS[asked.rpartition("Question: ")[2].splitlines()[0]]
    assert health(tmp_path) is None


@pytest.mark.parametrize("line", [b"hello\n", b"[1]\n", b'{"ask": {"images": 5}}\n', b"{}\n"])
def test_what_is_no_question_is_refused(home: Path, service: Engine, line: bytes) -> None:
    with _connected(home) as client:
        client.sendall(line)
        reply = json.loads(client.makefile().readline())
    assert "not a message" in reply["error"]["message"]


def test_a_service_that_ends_meanwhile_is_told_and_done_without(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What listens there says that the question fits, and is killed."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s"))
    listening.listen()

    def end() -> None:
        client, _ = listening.accept()
        client.recv(100_000)
        client.sendall(b'{"fits": true}\n{"doing": "thin')
        client.close()

    threading.Thread(target=end, daemon=True).start()
    monkeypatch.setattr("looksmith.agent.service.client.socket_path", lambda _: tmp_path / "s")
    done = ask("7.png", "How much red is there?", warm=True)
    assert isinstance(done.exception, AssertionError)
    assert "Asking again without it." in done.stderr
    listening.close()


def test_a_question_that_names_no_server_takes_that_of_the_service(home: Path) -> None:
    from looksmith.agent.service.wire import misfit

    started = fit(home, options_of(home, "http://there/v1"))
    assert misfit(started, fit(home, options_of(home, ""))) == ""
    assert misfit(started, fit(home, options_of(home, "http://else/v1"))) == "the language model's server"
    assert misfit(started, fit(home, options_of(home, "", profile="hub"))) == "the profile"


def _connected(home: Path) -> socket.socket:
    from looksmith.agent.service.wire import reachable

    client = socket.socket(socket.AF_UNIX)
    with reachable(socket_path(home)) as short:
        client.connect(short)
    return client


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to be")
