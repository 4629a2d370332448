"""What this machine has: devices, a server that is busy, processors, a model folder, a mend that no longer fits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from PIL import Image as Pillow
from played import Server

from looksmith import ask
from looksmith.agent.cli.main import main
from looksmith.agent.llm.server import environment, process, serve
from looksmith.agent.llm.server.process import ServerRecord
from looksmith.agent.llm.server.serve import ServerManager
from looksmith.agent.setup.doctor import examine
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import PrerequisiteError
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.runtime import device as devices
from looksmith.tools.runtime.device import device_problem, resolve_device
from looksmith.tools.weights.store import Weights

SILENT = (
    "import socket, sys\ns = socket.create_server(('127.0.0.1', 0))\nprint(s.getsockname()[1], flush=True)\ninput()"
)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The driver is loaded, and torch was built for processors only."""
    (tmp_path / "driver").touch()
    monkeypatch.setattr(devices, "DRIVER", (tmp_path / "driver",))
    monkeypatch.setattr(devices, "_cuda_problem", lambda _number: "the installed torch is built without CUDA")


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor looks at the machine only: importing torchvision in a process of its own takes long."""
    monkeypatch.setattr("looksmith.agent.setup.doctor._pair", tuple)
    monkeypatch.setattr("looksmith.agent.setup.doctor._weights", lambda _settings: ())


def findings(home: Path, device: str = "auto", profile: str = "pocket") -> dict[str, Any]:
    return {finding.name: finding for finding in examine(Settings(home, device=device, profile=profile))}


def test_auto_is_cuda_only_where_torch_says_so(no_gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_device("auto") == "cpu"
    monkeypatch.setattr(devices, "_cuda_problem", lambda _number: "")
    assert resolve_device("auto") == "cuda"
    monkeypatch.setattr(devices, "DRIVER", ())
    assert resolve_device("auto") == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:-1", "CUDA", "", "cuda:0:1", "cpu "])
def test_a_device_that_does_not_exist_is_named(name: str) -> None:
    assert "There is no device" in device_problem(name)


def test_a_device_that_torch_cannot_use_is_one_clear_sentence(home: Path, tmp_path: Path, no_gpu: None) -> None:
    (tmp_path / "p.py").write_text('answer = COUNT(image, "cup")')
    Pillow.new("RGB", (8, 6)).save(tmp_path / "p.png")
    command = ["run", tmp_path / "p.py", tmp_path / "p.png", "--device", "cuda:0", "--home", home]
    done = CliRunner().invoke(main, [*map(str, command)])
    assert done.exit_code == 4
    assert done.stderr.strip().splitlines() == [
        "Error: The device cuda:0 cannot be used: the installed torch is built without CUDA. Use --device cpu, or auto."
    ]


def test_a_models_own_device_that_cannot_be_used_takes_its_tools_away_and_no_others(
    home: Path, tmp_path: Path, no_gpu: None
) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('extends = "pocket"\n[models.faces]\nbackend = "mtcnn"\ndevice = "cuda:7"\n')
    registry = Settings(home, profile=str(profile)).registry()
    assert "The device cuda:7 cannot be used" in registry.missing["FACES"]
    assert "LOC" in registry


def test_the_doctor_says_what_torch_says(home: Path, tmp_path: Path, no_gpu: None) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('extends = "pocket"\ndevice = "cuda:0"\n[llm]\nbase_url = "http://127.0.0.1:9/v1"\n')
    for found in (findings(home, "cuda:0"), findings(home, profile=str(profile))):
        assert not found["device"].ok
        assert "built without CUDA" in found["device"].text
        assert not found["tools"].ok
    assert "http://127.0.0.1:9/v1 does not answer" in findings(home, profile=str(profile))["LLM server"].text


def test_the_doctor_says_when_a_gpu_is_not_used(home: Path, no_gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = findings(home)["device"]
    assert idle.text == (
        "vision models run on cpu, though there is a driver for NVIDIA GPUs: the installed torch is built without CUDA"
    )
    assert idle.ok and "torch" in idle.remedy
    assert findings(home, "cpu")["device"].text == "vision models run on cpu"
    monkeypatch.setattr(devices, "_cuda_problem", lambda _number: "")
    assert (findings(home)["device"].text, findings(home)["device"].remedy) == ("vision models run on cuda", "")
    monkeypatch.setattr(devices, "DRIVER", ())
    assert findings(home)["device"].text == "vision models run on cpu"


def test_the_profiles_server_and_device_are_used_from_python_too(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def encoder(weights: Weights, device: str) -> MiniLM:
        made.append(device)
        return MiniLM(weights, "cpu")

    monkeypatch.setattr("looksmith.agent.setup.settings.MiniLM", encoder)
    server = Server(lambda _question: "```python\nanswer = image.width\n```")
    profile = tmp_path / "mine.toml"
    profile.write_text(f'extends = "pocket"\ndevice = "cpu:0"\n[llm]\nbase_url = "{server.url}"\n')
    try:
        settings = Settings(home, profile=str(profile))
        answer = ask(Pillow.new("RGB", (31, 4)), "How wide is it?", settings=settings)
        assert findings(home, profile=str(profile))["LLM server"].ok
    finally:
        server.stop()
    assert answer.value == 31
    assert made == ["cpu:0"]
    assert settings.llm_device == "cpu"


def recorded(pid: int, port: int, home: Path, *, later: float = 0.0, ticks: int | None = None) -> ServerRecord:
    created = psutil.Process(pid).create_time() + later
    made = ServerRecord(pid=pid, created=created, port=port, model="m", ticks=process._ticks(pid))
    made = made if ticks is None else made.model_copy(update={"ticks": ticks})
    (home / "server.json").write_text(made.model_dump_json())
    return made


@pytest.fixture
def silent(tmp_path: Path) -> Any:
    """A process that listens, and has no time to answer; and its port."""
    command = [sys.executable, "-c", SILENT]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True, cwd=tmp_path
    )
    assert child.stdout is not None
    yield child.pid, int(child.stdout.readline())
    child.communicate("\n")


def test_a_clock_that_was_set_loses_no_server(silent: tuple[int, int], tmp_path: Path) -> None:
    assert recorded(*silent, tmp_path, later=86_400.0).runs()
    assert not recorded(*silent, tmp_path, ticks=17).runs()


def test_a_server_of_a_state_file_without_ticks_is_told_by_its_time(silent: tuple[int, int], tmp_path: Path) -> None:
    assert recorded(*silent, tmp_path, later=0.5, ticks=0).runs()
    assert not recorded(*silent, tmp_path, later=100.0, ticks=0).runs()


def test_a_server_that_is_too_busy_to_answer_runs(
    silent: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_PATIENCE", 0.2)
    recorded(*silent, tmp_path)
    manager = ServerManager(tmp_path, Weights(tmp_path / "weights"))
    server = manager.status()
    assert server is not None
    assert server.pid == silent[0]
    assert not manager.starting()


def test_a_server_that_does_not_listen_yet_is_starting(silent: tuple[int, int], tmp_path: Path) -> None:
    recorded(silent[0], 9, tmp_path)
    manager = ServerManager(tmp_path, Weights(tmp_path / "weights"))
    assert manager.status() is None
    assert manager.starting()
    done = CliRunner().invoke(main, ["ask", "no.png", "Why?", "--home", str(tmp_path)])
    assert done.exit_code != 0


def test_one_processor_of_each_core_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        folder = tmp_path / f"cpu{number}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{number // 2 * 2}-{number // 2 * 2 + 1}\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2, 3, 5, 6, 7})
    assert serve._cores(tmp_path) == [0, 2, 5, 6]
    shutil.rmtree(tmp_path / "cpu3")
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 4)
    assert serve._cores(tmp_path) == [0, 1, 2, 3]


@pytest.mark.parametrize(("names", "said"), [([], "no GGUF file"), (["a.gguf", "b.gguf"], "2 GGUF files")])
def test_a_folder_without_exactly_one_gguf_is_told(tmp_path: Path, names: list[str], said: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(PrerequisiteError, match=said):
        serve._only_gguf(tmp_path)


def test_a_mend_that_no_longer_fits_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("looksmith.agent.setup.doctor.choose_build", lambda _device: environment.CPU)
    folder, said = home / "envs" / "vllm", list[str]()
    assert environment.sampling_of(folder) == "not installed"
    assert "vLLM sampling" not in findings(home)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    code = folder / "lib" / "python3.12" / "site-packages" / "vllm" / "utils" / "cpu_triton_utils.py"
    code.parent.mkdir(parents=True)
    for text, state in (
        ("", "unknown"),
        (environment._SAMPLING_AS_SHIPPED, "as shipped"),
        ("def other(): ...", "unknown"),
    ):
        code.write_text(text)
        assert environment.sampling_of(folder) == state
        assert not findings(home)["vLLM sampling"].ok
    environment._patch_sampling(folder, said.append)
    assert len(said) == 1
    code.write_text(environment._SAMPLING_AS_SHIPPED)
    environment._patch_sampling(folder, said.append)
    assert (len(said), environment.sampling_of(folder)) == (1, "patched")
    assert findings(home)["vLLM sampling"].ok
