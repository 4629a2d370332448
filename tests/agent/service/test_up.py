"""`looksmith up`: a process of its own, which ends gently."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from engines import Tools, bare_settings, red
from played import Server
from seeing import drawn
from served import engine

from looksmith import SessionClosed, Settings
from looksmith.agent.ask.stop import Stop
from looksmith.agent.cli.up import _language_model
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.server import environment
from looksmith.agent.session.engine import Hearing
from looksmith.tools.core.values import Image
from looksmith.tools.models.grounding.vllm import vllm_flags

PICTURE = drawn((420, 300), [("blue", (40, 40, 120, 160)), ("blue", (200, 60, 300, 200))])
TOOLS = '''
import time
from pathlib import Path
from looksmith import Image, tool

@tool
def SLOW(image: Image) -> int:
    """Waits until it may go on."""
    here = Path(__file__).parent
    (here / "reached").touch()
    while not (here / "go").exists():
        time.sleep(0.02)
    return 5
'''
Look = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def llm() -> Iterator[Server]:
    """A language model."""
    made = Server(lambda _: "answer = SLOW(image)")
    yield made
    made.stop()


@pytest.fixture
def look(tmp_path: Path, llm: Server) -> Iterator[Look]:
    """`look("up")` starts the command; no service is left behind."""
    bare_settings(tmp_path)
    (tmp_path / "tools.py").write_text(TOOLS)
    own = ["--profile", "./none.toml", "--tools", "tools.py", "--base-url", llm.url]
    environment = {**os.environ, "LOOKSMITH_HOME": str(tmp_path)}

    def run(*words: str, plain: bool = False) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "looksmith.agent.cli.main", *words, *([] if plain else own)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes)

    yield run
    run("up", "--stop", plain=True).wait(120)


def test_a_service_is_started_used_told_of_and_stopped(look: Look, tmp_path: Path) -> None:
    red().save(tmp_path / "photo.png")
    started = look("up", "--port", "0", "--json")
    out, err = started.communicate(timeout=300)
    assert started.returncode == 0, err
    state = json.loads(out)
    assert (state["running"], state["ready"], state["llm"]["reachable"]) == (True, True, True)
    assert httpx.get(f"{state['address']}/health").json()["pid"] == state["pid"]
    assert "looksmith" in httpx.get(state["address"]).text
    other = look("up", "--no-cache")
    assert "other settings is running: --cache" in other.communicate(timeout=120)[1]
    assert other.returncode == 4

    asked = look("ask", "photo.png", "How much red is there?")
    while not (tmp_path / "reached").exists():
        assert asked.poll() is None, asked.communicate()
    stopping = look("up", "--stop", plain=True)
    while httpx_is_there(state["address"]):
        threading.Event().wait(0.02)
    (tmp_path / "go").touch()  # it takes nothing new, and waits for what is under way
    out, err = asked.communicate(timeout=120)
    assert (asked.returncode, out) == (0, "5\n"), err
    assert stopping.communicate(timeout=120)[0] == "Stopped.\n"
    assert not (tmp_path / "up.sock").exists()
    status = look("up", "--status", plain=True)
    assert (status.communicate(timeout=120)[0], status.returncode) == ("No service is running.\n", 4)


VLLM = """#!{python}
import json, sys
sys.path[:0] = {path}
from seeing import Seer, SeeingServer
words = sys.argv[1:]
value = lambda flag: words[words.index(flag) + 1]
json.dump(words, open({told!r}, "w"))
write = lambda asked: '```python\\nanswer = COUNT(DETECT(image, "dog"))\\n```'
SeeingServer(Seer("qwen3-vl", write=write), value("--served-model-name"), int(value("--port"))).join()
"""


@pytest.fixture
def vllm(own_home: Path, tmp_path: Path) -> Path:
    """A played vLLM in the environment of a home folder, and a GPU for it; the file that has the words of its start."""
    support = Path(__file__).parents[2] / "support"
    python, told = own_home / "envs" / "vllm" / "bin" / "python", tmp_path / "words.json"
    python.parent.mkdir(parents=True)
    python.write_text(VLLM.format(python=sys.executable, path=[str(support)], told=str(told)))
    (python.parents[1] / environment._STAMP).write_text(environment.CUDA.pins)
    gpu = tmp_path / "bin" / "nvidia-smi"
    gpu.parent.mkdir()
    gpu.write_text("#!/bin/sh\necho 'GPU 0: played'\n")
    for program in (python, gpu):
        program.chmod(0o755)
    return told


def test_the_language_models_server_is_started_and_stopped_with_the_service(
    own_home: Path, vllm: Path, tmp_path: Path
) -> None:
    """`looksmith up --profile one --model NAME`: vLLM is started with the flags of that model, and answers."""
    model = tmp_path / "Qwen3-VL-tiny"
    model.mkdir()
    PICTURE.save(tmp_path / "dogs.png")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("LOOKSMITH_")}
    variables |= {"PATH": f"{tmp_path / 'bin'}:{variables['PATH']}", "LOOKSMITH_HOME": str(own_home)}

    def look(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "looksmith.agent.cli.main", *words]
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300)

    one = ("--profile", "one", "--model", str(model))
    try:
        started = look("up", "--port", "0", "--no-load", "--json", *one)
        assert started.returncode == 0, started.stderr
        words = json.loads(vllm.read_text())
        assert (words[words.index("serve") + 1], words[words.index("--served-model-name") + 1]) == (str(model),) * 2
        assert {*vllm_flags(str(model))} < {*words}
        assert f":{words[words.index('--port') + 1]}/" in json.loads(started.stdout)["llm"]["base_url"]
        asked = look("ask", "dogs.png", "How many dogs are there?", "--verbose", *one)
        assert (asked.returncode, asked.stdout.split("\n")[0]) == (0, "2"), asked.stderr
        assert "Not using the service" not in asked.stderr
    finally:
        assert look("up", "--stop").stdout == "Stopped.\n"
    assert "No server is running" in look("serve", "--status").stdout
    assert not (own_home / "server.json").exists()


def test_a_server_that_others_started_goes_on_when_the_service_ends(
    own_home: Path, vllm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Qwen3-VL-tiny").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    settings = Settings(own_home, profile="one", model=str(tmp_path / "Qwen3-VL-tiny"))
    manager = settings.llm_server()
    first = manager.start(report=lambda _said: None)
    try:
        _language_model(settings)()
        assert manager.status() == first
    finally:
        manager.stop()
    _language_model(settings)()
    assert not manager.exists()


def httpx_is_there(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_what_takes_longer_than_the_service_waits_is_cancelled(tmp_path: Path, llm: Server) -> None:
    tools = Tools()
    llm.say = lambda _: "answer = LOOK(image)"
    with engine(tmp_path, llm.url, tools) as made:
        subject, answers = Subject.of(Image.of(red()), "red"), list[str]()
        asking = threading.Thread(
            target=lambda: answers.append(made.ask(subject, "How much red is there?", Hearing(Stop())).message)
        )
        asking.start()
        assert tools.reached.wait(120)
        made.drain(0.1)
        asking.join()
        assert "cancelled" in answers[0]
        with pytest.raises(SessionClosed):
            made.ask(subject, "How much red is there?", Hearing(Stop()))
        tools.gate.set()


def test_a_service_that_cannot_start_says_why(look: Look, tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("def oops(:")
    started = look("up", "--port", "0")
    _, err = started.communicate(timeout=300)
    assert started.returncode == 4
    assert "did not start" in err
    assert "tools.py failed on import" in err
