"""What a locked process can still do: each reported layer is tried out in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROBE = """
import ctypes, json, os, resource, sys
from looksmith.sandbox.jail import lock_down

target = sys.argv[1]
os.environ["SECRET"] = "x"
found = {"layers": lock_down(300 << 20, 2)}


def attempt(action):
    try:
        action()
    except MemoryError:
        return "MemoryError"
    except (OSError, ValueError):
        return "refused"
    return "done"


def write():
    with open(target, "r+b", buffering=0) as file:
        file.write(b"spoilt")


def fork():
    if os.fork() == 0:
        os._exit(0)


found["environment"] = dict(os.environ)
found["write"] = attempt(write)
found["fork"] = attempt(fork)
found["memory"] = attempt(lambda: bytearray(400 << 20))
found["raise limit"] = attempt(lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)))
found["uid"] = os.getresuid()
libc = ctypes.CDLL(None)
found["no_new_privs"] = libc.prctl(39, 0, 0, 0, 0)
found["dumpable"] = libc.prctl(3, 0, 0, 0, 0)
print(json.dumps(found))
sys.stdout.flush()
while "burn" in sys.argv:
    pass
"""


def probe(target: Path, *extra: str) -> tuple[dict[str, Any], int]:
    command = [sys.executable, "-I", "-c", PROBE, str(target), *extra]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.returncode


@pytest.fixture
def locked(tmp_path: Path) -> tuple[dict[str, Any], Path]:
    target = tmp_path / "file"
    target.write_text("kept")
    target.chmod(0o666)
    found, status = probe(target)
    assert status == 0
    return found, target


def test_nothing_is_written(locked: tuple[dict[str, Any], Path]) -> None:
    found, target = locked
    assert found["write"] == "refused"
    assert target.read_text() == "kept"


def test_no_process_is_started(locked: tuple[dict[str, Any], Path]) -> None:
    found, _ = locked
    assert "rlimit_nproc" in found["layers"]
    assert found["fork"] == "refused"


def test_memory_is_capped_for_good(locked: tuple[dict[str, Any], Path]) -> None:
    found, _ = locked
    assert "rlimit_as" in found["layers"]
    assert found["memory"] == "MemoryError"
    assert found["raise limit"] == "refused"


def test_the_environment_is_empty(locked: tuple[dict[str, Any], Path]) -> None:
    assert locked[0]["environment"] == {}


def test_the_process_is_nobody_special(locked: tuple[dict[str, Any], Path]) -> None:
    found, _ = locked
    assert "unprivileged" in found["layers"]
    assert 0 not in found["uid"]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_layers_of_linux_hold(locked: tuple[dict[str, Any], Path]) -> None:
    found, _ = locked
    assert {"no_new_privs", "not_dumpable"} <= set(found["layers"])
    assert (found["no_new_privs"], found["dumpable"]) == (1, 0)


def test_processor_time_is_capped(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.touch()
    _, status = probe(target, "burn")
    assert status < 0
