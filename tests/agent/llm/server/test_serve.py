"""The life of a server process. What is started here is a small HTTP server that answers /health as vLLM does."""

import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from looksmith.agent.llm.server import process as server_process
from looksmith.agent.llm.server import serve
from looksmith.agent.llm.server.environment import CPU, CUDA, OLDER_CPU
from looksmith.agent.llm.server.process import Launch, ServerRecord, last_error, read_record
from looksmith.agent.llm.server.serve import ServerManager
from looksmith.tools.core.errors import InputError, PrerequisiteError
from looksmith.tools.weights.store import Weights

HEALTHY = """
import http.server, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""
SILENT = "import time; time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + HEALTHY


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Prepared:
    """Stands for the making of vLLM's environment and model; counts how often it is asked for."""

    program: str
    devices: list[str] = field(default_factory=list)

    def __call__(self, device: str, port: int, report: object) -> Launch:
        """The program, told its port."""
        self.devices.append(device)
        return Launch((sys.executable, "-c", self.program.replace("{port}", str(port))), {})


@pytest.fixture
def manage(tmp_path):
    """Gives a manager whose server is a given program; whatever it left running is ended."""
    managers: list[ServerManager] = []

    def make(program: str, timeout: float = 60) -> ServerManager:
        weights = Weights(tmp_path / "weights")
        managers.append(ServerManager(tmp_path, weights, timeout=timeout, prepare=Prepared(program)))
        return managers[-1]

    yield make
    for manager in managers:
        manager.stop()


def ignore(sentence: str) -> None:
    """A report that nobody reads."""


def running(home: Path) -> list[psutil.Process]:
    """What runs out of the home's log folder, in which servers are started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(home / "logs") and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_start_status_stop(manage, tmp_path, port):
    manager = manage(HEALTHY)
    assert manager.status() is None
    said: list[str] = []
    server = manager.start(port=port, report=said.append)
    assert server.base_url == f"http://127.0.0.1:{port}/v1"
    assert manager.status() == server
    assert any(str(port) in sentence for sentence in said)
    assert len(running(tmp_path)) == 2

    assert manager.stop() is True
    assert running(tmp_path) == []
    assert manager.status() is None
    assert not (tmp_path / "server.json").exists()
    assert manager.stop() is False


def test_second_start_gives_the_running_server_even_on_another_port(manage, port):
    first = manage(HEALTHY).start(port=port, report=ignore)
    again = manage(HEALTHY)
    assert again.start(port=port + 1, report=ignore) == first
    assert again.stop() is True


def test_two_starts_at_once_start_one_server(manage, tmp_path, port):
    managers = [manage(HEALTHY), manage(HEALTHY)]
    servers = []
    threads = [
        threading.Thread(target=lambda m=manager: servers.append(m.start(port=port, report=ignore)))
        for manager in managers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers) == 2
    assert servers[0] == servers[1]
    assert len(running(tmp_path)) == 2


def test_a_server_that_ignores_sigterm_is_killed(manage, tmp_path, port, monkeypatch):
    monkeypatch.setattr(server_process, "GRACE", 1.0)
    manager = manage(STUBBORN)
    manager.start(port=port, report=ignore)
    assert manager.stop() is True
    assert running(tmp_path) == []


def test_what_a_killed_server_left_is_ended_with_its_state(manage, tmp_path, port):
    manager = manage(HEALTHY)
    server = manager.start(port=port, report=ignore)
    psutil.Process(server.pid).kill()
    psutil.wait_procs([psutil.Process(server.pid)], timeout=60)
    assert len(running(tmp_path)) == 1
    assert manager.status() is None
    assert running(tmp_path) == []
    assert not (tmp_path / "server.json").exists()


def test_a_start_that_was_killed_is_taken_over(manage, tmp_path, port):
    manager = manage(HEALTHY)
    server = manager.start(port=port, report=ignore)
    psutil.Process(server.pid).suspend()
    resume = threading.Timer(1, psutil.Process(server.pid).resume)
    resume.start()
    assert manage(SILENT).start(port=port, report=ignore) == server
    resume.join()


def test_a_foreign_process_with_the_recorded_pid_is_left_alone(manage, tmp_path, port):
    stranger = subprocess.Popen([sys.executable, "-c", SILENT], start_new_session=True)
    try:
        created = psutil.Process(stranger.pid).create_time()
        record = ServerRecord(pid=stranger.pid, created=created - 100, port=port, model="m")
        (tmp_path / "server.json").write_text(record.model_dump_json())
        manager = manage(HEALTHY)
        assert manager.stop() is False
        assert manager.status() is None
        assert stranger.poll() is None
        assert not (tmp_path / "server.json").exists()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_that_is_gone_is_stale(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    created = psutil.Process(gone.pid).create_time()
    gone.wait()
    state = tmp_path / "server.json"
    state.write_text(ServerRecord(pid=gone.pid, created=created, port=1, model="m").model_dump_json())
    assert read_record(state) is None
    assert not state.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "1"}', '{"pid": -1, "created": 0, "port": 1, "model": "m"}'])
def test_a_damaged_state_file_is_removed(tmp_path, text):
    state = tmp_path / "server.json"
    state.write_text(text)
    assert read_record(state) is None
    assert not state.exists()


def test_a_taken_port_is_named_before_anything_is_made(tmp_path):
    prepared = Prepared(HEALTHY)
    manager = ServerManager(tmp_path, Weights(tmp_path / "weights"), prepare=prepared)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(PrerequisiteError, match=rf"{number}.*--port"):
            manager.start(port=number, report=ignore)
    assert prepared.devices == []
    assert running(tmp_path) == []


@pytest.mark.parametrize("number", [-1, 65536])
def test_an_impossible_port_is_named(manage, number):
    with pytest.raises(PrerequisiteError, match="--port"):
        manage(HEALTHY).start(port=number, report=ignore)


def test_a_server_that_dies_at_once_says_why(manage, tmp_path, port):
    manager = manage("raise RuntimeError('no such kernel')")
    with pytest.raises(PrerequisiteError, match="no such kernel") as raised:
        manager.start(port=port, report=ignore)
    assert str(tmp_path / "logs" / "vllm.log") in raised.value.hint
    assert not (tmp_path / "server.json").exists()


def test_a_server_that_never_answers_is_killed(manage, tmp_path, port):
    with pytest.raises(PrerequisiteError, match="did not answer within 1 s"):
        manage(SILENT, timeout=1).start(port=port, report=ignore)
    assert running(tmp_path) == []
    assert not (tmp_path / "server.json").exists()


def test_ctrl_c_while_waiting_leaves_nothing(manage, tmp_path, port):
    def interrupt(sentence: str) -> None:
        if sentence.startswith("Starting"):
            raise KeyboardInterrupt

    manager = manage(SILENT)
    with pytest.raises(KeyboardInterrupt):
        manager.start(port=port, report=interrupt)
    assert running(tmp_path) == []
    assert manager.status() is None


def test_the_log_line_that_names_the_cause_is_found(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "INFO all is well\n"
        "(Worker pid=12) ERROR 11-23 10:00:00 [core.py:7] ValueError: max_model_len is too large\n"
        "(EngineCore pid=11) Exception: a worker failed. See stack trace for root cause.\n"
        "(APIServer pid=10) RuntimeError: Engine core initialization failed. See root cause above.\n\n"
    )
    assert last_error(log) == "ValueError: max_model_len is too large"
    log.write_text("vllm serve: error: unrecognized arguments: --x\n")
    assert last_error(log) == "vllm serve: error: unrecognized arguments: --x"
    log.write_text("Killed\n")
    assert last_error(log) == "Killed"
    log.write_text("")
    assert last_error(log) == "no output."


def test_vllm_listens_on_this_machine_only_and_asks_no_hub():
    for build in (CPU, CUDA):
        launch = serve.vllm_launch(Path("envs/vllm/bin/python"), Path("folder"), build, 8077)
        command = launch.command
        assert command[command.index("--host") + 1] == "127.0.0.1"
        assert command[command.index("--served-model-name") + 1] == "qwen2.5-coder-1.5b-instruct"
        assert launch.variables["HF_HUB_OFFLINE"] == "1"
        assert launch.variables["VLLM_NO_USAGE_STATS"] == "1"


def test_plain_weights_are_computed_in_float32_on_a_processor_without_int8():
    kinds = ((CPU, "bfloat16", "1"), (OLDER_CPU, "float32", "2"))
    for build, dtype, space in kinds:
        launch = serve.vllm_launch(Path("envs/vllm/bin/python"), Path("folder"), build, 8077)
        assert launch.command[launch.command.index("--dtype") + 1] == dtype
        assert launch.variables["VLLM_CPU_KVCACHE_SPACE"] == space


def test_speculation_is_valid_json_for_the_cpu_build_only():
    command = serve.vllm_launch(Path("envs/vllm/bin/python"), Path("folder"), CPU, 8077).command
    assert json.loads(command[command.index("--speculative-config") + 1])["method"] == "ngram"
    assert (
        "--speculative-config"
        not in serve.vllm_launch(Path("envs/vllm/bin/python"), Path("folder"), CUDA, 8077).command
    )


def test_an_unknown_device_is_refused(tmp_path, port):
    manager = ServerManager(tmp_path, Weights(tmp_path / "weights"))
    with pytest.raises(InputError, match="tpu"):
        manager.start(port=port, device="tpu", report=ignore)


def test_intel_openmp_is_preloaded_where_the_environment_has_it(tmp_path):
    python, library = tmp_path / "bin" / "python", tmp_path / "lib" / "libiomp5.so"
    assert "LD_PRELOAD" not in serve.vllm_launch(python, Path("folder"), CPU, 8077).variables
    library.parent.mkdir()
    library.touch()
    assert serve.vllm_launch(python, Path("folder"), CPU, 8077).variables["LD_PRELOAD"] == str(library)
    assert "LD_PRELOAD" not in serve.vllm_launch(python, Path("folder"), CUDA, 8077).variables
