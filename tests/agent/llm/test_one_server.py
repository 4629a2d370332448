"""One server for language and sight: it is asked, shown by the doctor, and started with vLLM's flags for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from seeing import SeeingServer, Seer, drawn

from looksmith import Looksmith
from looksmith.agent.cli.main import main
from looksmith.agent.llm.server import serve
from looksmith.agent.llm.server.environment import CPU, CUDA
from looksmith.agent.llm.server.serve import ServerManager, vllm_launch
from looksmith.agent.setup.doctor import examine
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import PrerequisiteError
from looksmith.tools.models.grounding.vllm import MAX_LENGTH, vllm_flags
from looksmith.tools.weights.store import Weights

QWEN = "Qwen/Qwen3-VL-4B-Instruct"
PICTURE = drawn(
    (420, 300), [("blue", (40, 40, 120, 160)), ("blue", (200, 60, 300, 200)), ("red", (330, 200, 400, 280))]
)
PROGRAM = '```python\ndogs = DETECT(image, "dog")\nanswer = COUNT(dogs)\n```'


@pytest.fixture
def server() -> Iterator[SeeingServer]:
    made = SeeingServer(Seer("qwen3-vl", write=lambda asked: PROGRAM), QWEN)
    yield made
    made.stop()


def test_one_server_writes_the_program_and_sees_for_it(own_home: Path, server: SeeingServer) -> None:
    with Looksmith("one", base_url=server.url, settings=Settings(own_home, device="cpu")) as looksmith:
        answer = looksmith.ask(PICTURE, "How many dogs are there?")
    assert (answer.outcome, answer.value) == ("ok", 2)
    wrote = [body for body in server.bodies if isinstance(body["messages"][-1]["content"], str)]
    saw = [body for body in server.bodies if not isinstance(body["messages"][-1]["content"], str)]
    assert wrote and saw and {body["model"] for body in server.bodies} == {QWEN}


def test_the_command_line_names_the_server_for_both(own_home: Path, server: SeeingServer, tmp_path: Path) -> None:
    PICTURE.save(tmp_path / "dogs.png")
    asked = ["ask", str(tmp_path / "dogs.png"), "How many dogs are there?", "--profile", "one"]
    done = CliRunner().invoke(main, [*asked, "--base-url", server.url, "--home", str(own_home), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["answer"] == 2


def test_the_doctor_shows_what_the_model_can_do(
    own_home: Path, server: SeeingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("looksmith.agent.setup.doctor._pair", tuple)
    settings = Settings(own_home, device="cpu", profile="one", base_url=server.url)
    found = {finding.name: finding for finding in examine(settings)}
    assert found["vision model seer"].ok
    told = f"{QWEN} (conventions: qwen3-vl) sees, draws boxes, points, tells probabilities"
    assert found["vision model seer"].text == told
    assert {name for name in found if name.startswith("weights ")} >= {"weights wordnet", "weights minilm"}
    assert "weights nanodet" not in found
    away = Settings(own_home, device="cpu", profile="one", base_url="http://127.0.0.1:9/v1")
    silent = {finding.name: finding for finding in examine(away)}["vision model seer"]
    assert not silent.ok and "no server answers" in silent.text


def test_vllm_is_started_with_what_the_model_needs(tmp_path: Path) -> None:
    command = vllm_launch(tmp_path / "python", tmp_path, CUDA, 1, QWEN, vllm_flags(QWEN)).command
    assert command[command.index("--max-model-len") + 1] == str(MAX_LENGTH)
    assert set(vllm_flags(QWEN)) < set(command)
    assert "--limit-mm-per-prompt" not in vllm_launch(tmp_path / "python", tmp_path, CUDA, 1, QWEN).command


def test_a_machine_whose_vllm_takes_no_pictures_says_so_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "choose_build", lambda _device: CPU)
    manager = ServerManager(tmp_path, Weights(tmp_path / "weights"), model=QWEN, vision=True)
    with pytest.raises(PrerequisiteError, match=r"takes no pictures.*--base-url"):
        manager.start(port=0, report=lambda _said: None)
    assert not (tmp_path / "envs").exists()


def test_serve_takes_the_model_and_the_profile_says_that_it_sees(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, bool]] = []

    def manager(_home: Path, _weights: Weights, *, model: str, vision: bool) -> ServerManager:
        made.append((model, vision))
        raise PrerequisiteError("enough")

    monkeypatch.setattr("looksmith.agent.setup.settings.ServerManager", manager)
    for more in (["--profile", "one"], ["--model", QWEN, "--vision"], []):
        CliRunner().invoke(main, ["serve", *more, "--home", str(own_home)])
    assert made == [("qwen3-vl-4b-instruct", True), (QWEN, True), ("qwen2.5-coder-1.5b-instruct", False)]
