"""What the kernel leaves to a worker whose policy is switched off: each layer is tried out from inside."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacking import UNGUARDED

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.jail import LAYERS, missing
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.pool import SandboxError
from looksmith.sandbox.run import Limits, Sandbox
from looksmith.sandbox.seccomp import filter_for

LIMITS = Limits(seconds=20, compute_seconds=5, memory_mb=300)
linux = pytest.mark.skipif(sys.platform != "linux", reason="these layers are Linux's")

# What a zygote does before it enters the jail, in the tests below.
BOOT = """
import ctypes, sys
from looksmith.sandbox import zygote
{before}
zygote.main(*map(int, sys.argv[1:]))
"""
REFUSE = """
import struct
from looksmith.sandbox import kernel
from looksmith.sandbox.seccomp import _instruction as op
numbers = {numbers}
rules = [op(0x20, 0)]
for number in numbers:
    rules += [op(0x15, number, on_false=1), op(0x06, 0x00050001)]
kernel.give_up_new_privileges()
kernel.install_filter(b"".join([*rules, op(0x06, 0x7FFF0000)]))
"""


def run(sandbox: Sandbox, source: str) -> Outcome:
    return sandbox.run(Checked(Program(source), ()), {}, lambda _request: None)


@pytest.fixture(scope="module")
def unguarded() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, zygote=UNGUARDED) as sandbox:
        yield sandbox


def test_any_python_runs_when_the_policy_is_off(unguarded: Sandbox) -> None:
    """Or else the tests below would show nothing."""
    outcome = run(unguarded, "import sys\nclass A: pass\nanswer = sys.version_info[0] + len(dir(A))")
    assert outcome.kind == "ok"
    assert outcome.answer > 3


@linux
@pytest.mark.parametrize(
    "call",
    [
        "os.fork()",
        "os.write(1, b'x')",
        "os.write(0, b'x')",
        "os.read(0, 1)",
        "os.stat('/')",
        "os.kill(1, 9)",
        "os.getpid() or os.listdir('/')",
        "os.close(0)",
        "os.dup(0)",
        "os.pipe()",
        "os.memfd_create('x')",
        "os.execv('/bin/true', ['true'])",
        "os.setuid(0)",
        "os.nice(5)",
        "__import__('_socket').socket()",
        "__import__('time').sleep(1)",
        "__import__('signal').alarm(1)",
    ],
)
def test_a_system_call_that_no_program_needs_kills(unguarded: Sandbox, call: str) -> None:
    outcome = run(unguarded, f"import os\n{call}\nanswer = 1")
    assert (outcome.kind, outcome.answer) == ("crashed", None)
    assert "signal 31" in outcome.message


@linux
def test_no_file_is_opened(unguarded: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("kept")
    target.chmod(0o666)
    tmp_path.chmod(0o777)
    for path, mode in ((target, "r"), (target, "w"), (tmp_path / "new", "x"), (Path("/etc/passwd"), "r")):
        outcome = run(unguarded, f"answer = open({str(path)!r}, {mode!r}).read()")
        assert "PermissionError" in outcome.message
    assert target.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [target]


@linux
@pytest.mark.parametrize("kind", ["mmap", "mprotect"])
def test_no_memory_becomes_code(unguarded: Sandbox, kind: str) -> None:
    call = {
        "mmap": "libc.mmap(None, 4096, 7, 34, -1, 0)",
        "mprotect": "libc.mprotect(libc.mmap(None, 4096, 3, 34, -1, 0), 4096, 5)",
    }
    source = f"import ctypes\nlibc = ctypes.pythonapi\nlibc.mmap.restype = ctypes.c_void_p\nanswer = {call[kind]}"
    outcome = run(unguarded, source)
    assert outcome.kind == "crashed"
    assert "signal 31" in outcome.message


def test_the_environment_is_empty(unguarded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert run(unguarded, "import os\nanswer = dict(os.environ)").answer == {}


def test_memory_is_capped(unguarded: Sandbox) -> None:
    outcome = run(unguarded, "x = bytearray(400 << 20)\nanswer = 1")
    assert (outcome.kind, "300 MB" in outcome.message) == ("budget", True)


def test_processor_time_is_capped() -> None:
    """By the kernel, too: here the host's own clock allows more."""
    one_second = f"import runpy, sys; sys.argv[3] = '1'; runpy.run_path({UNGUARDED[2]!r}, run_name='__main__')"
    limits = Limits(seconds=60, compute_seconds=60, memory_mb=300)
    with Sandbox(limits, zygote=(sys.executable, "-I", "-c", one_second)) as sandbox:
        outcome = run(sandbox, "while True: pass")
    assert outcome.kind == "timeout"
    assert "processor time" in outcome.message


def test_the_layers_of_a_run_are_told(unguarded: Sandbox) -> None:
    layers = run(unguarded, "answer = 1").layers
    assert {"process", "unprivileged", "rlimit_cpu", "rlimit_fsize"} <= set(layers)
    if sys.platform == "linux":
        assert missing("kernel", layers) == ()


def zygote_after(before: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", BOOT.format(before=before))


@linux
def test_without_namespaces_the_rest_holds_and_says_so() -> None:
    """As in a container whose own filter refuses unshare and mount."""
    numbers = [272, 165, 155] if os.uname().machine == "x86_64" else [97, 40, 41]
    with Sandbox(LIMITS, zygote=zygote_after(REFUSE.format(numbers=numbers)), require="kernel") as sandbox:
        outcome = run(sandbox, "answer = 1")
    assert outcome.answer == 1
    assert not any("namespace" in layer or layer == "empty_root" for layer in outcome.layers)
    assert missing("kernel", outcome.layers) == ()


@linux
@pytest.mark.parametrize("lost", ["landlock", "seccomp"])
def test_less_isolation_than_required_is_refused(lost: str) -> None:
    numbers = {"landlock": [444], "seccomp": [317, 277]}[lost]
    # The filter that takes seccomp away cannot refuse its own installation: it comes first.
    command = zygote_after(REFUSE.format(numbers=numbers))
    with Sandbox(LIMITS, zygote=command) as sandbox:
        outcome = run(sandbox, "answer = 1")
        assert outcome.answer == 1
        assert missing("kernel", outcome.layers) == (lost,)
    with Sandbox(LIMITS, zygote=command, require="kernel") as sandbox, pytest.raises(SandboxError, match=lost):
        run(sandbox, "answer = 1")


def test_every_level_names_its_layers() -> None:
    everything = tuple(layer for layers in LAYERS.values() for layer in layers)
    assert missing("full", everything) == ()
    assert missing("full", LAYERS["process"] + LAYERS["kernel"]) == LAYERS["full"]
    assert missing("process", LAYERS["process"]) == ()
    assert "seccomp" in missing("full", LAYERS["full"] + LAYERS["process"])


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_ends_in_a_kill_for_every_machine(machine: str) -> None:
    rules = filter_for(machine)  # type: ignore[arg-type]
    assert len(rules) % 8 == 0
    assert rules[-8:] == b"\x06\x00\x00\x00\x00\x00\x00\x80"
