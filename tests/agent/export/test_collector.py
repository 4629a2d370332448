"""Spans in a real collector: Arize Phoenix, in an environment of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import environments
import pytest
from click.testing import CliRunner

from looksmith.agent.cli.main import main
from looksmith.agent.traces.runs import Recorder
from looksmith.agent.traces.trace import Attempt, Check, End, Execution, Failure
from stored import CUP, add_step, store

STARTS_WITHIN = 180
"""Seconds."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url: str) -> Any:
    with urlopen(url, timeout=120) as reply:
        return json.load(reply)


@pytest.fixture(scope="module")
def phoenix(shared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Phoenix with nothing in it."""
    programs, folder = environments.phoenix(shared_home), tmp_path_factory.mktemp("phoenix")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with (folder / "log").open("w") as log:
        command = [programs / "phoenix", "serve"]
        server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = monotonic() + STARTS_WITHIN
            while True:
                try:
                    get(f"{url}/v1/projects")
                    break
                except (URLError, OSError):
                    assert server.poll() is None and monotonic() < deadline, (folder / "log").read_text()[-2000:]
                    sleep(0.5)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def answered(to: Recorder) -> End:
    """A run with a request to the model, a step that finds, and one that fails."""
    ask = [{"role": "user", "content": "Question: How many cups?"}]
    tokens = {"prompt_tokens": 70, "completion_tokens": 9}
    attempt = to.add(Attempt(number=1, model="coder", messages=ask, reply="answer = 1", seconds=0.001, **tokens)).id
    check = to.add(Check(parent=attempt, source="answer = READ(LOC(image))")).id
    execution = to.add(Execution(parent=check, source="answer = READ(LOC(image))")).id
    add_step(to, CUP, parent=execution, seconds=0.001)
    add_step(to, None, "READ", parent=execution, error=Failure(kind="NoDetection", message="No text."))
    return End(outcome="no_detection", message="No text.", execution=execution)


def test_phoenix_shows_a_run_as_an_agent_with_its_model_and_tools(phoenix: str, tmp_path: Path) -> None:
    run = store(tmp_path, answered)
    arguments = ["export", "--home", str(tmp_path), "--to", "otel", "--endpoint", phoenix, "--content"]
    first, again = (CliRunner().invoke(main, [*arguments, "--json"]) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    expected = json.loads(first.stdout)["spans"]
    deadline = monotonic() + 300
    while len(spans := get(f"{phoenix}/v1/projects/default/spans?limit=100")["data"]) < expected:
        assert monotonic() < deadline, spans
        sleep(0.5)
    sleep(2)  # a second copy would have arrived by now
    spans = get(f"{phoenix}/v1/projects/default/spans?limit=100")["data"]
    names = {span["context"]["span_id"]: span["name"] for span in spans}
    tree = {(span["name"], span["span_kind"], names.get(span["parent_id"])) for span in spans}
    assert len(spans) == expected
    assert tree == {
        ("invoke_agent looksmith", "AGENT", None),
        ("attempt 1", "UNKNOWN", "invoke_agent looksmith"),
        ("chat coder", "LLM", "attempt 1"),
        ("program", "UNKNOWN", "attempt 1"),
        ("run program", "UNKNOWN", "program"),
        ("execute_tool LOC", "TOOL", "run program"),
        ("execute_tool READ", "TOOL", "run program"),
    }
    by_name = {span["name"]: span for span in spans}
    assert by_name["execute_tool READ"]["status_code"] == "ERROR"
    assert by_name["execute_tool READ"]["status_message"] == "No text."
    assert by_name["execute_tool LOC"]["status_code"] == "UNSET"
    chat = by_name["chat coder"]["attributes"]
    assert (chat["llm.model_name"], chat["llm.token_count.prompt"], chat["llm.token_count.completion"]) == (
        "coder",
        70,
        9,
    )
    assert by_name["invoke_agent looksmith"]["attributes"]["looksmith.run.id"] == run.record.id
