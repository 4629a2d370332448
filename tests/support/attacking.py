"""Runs an attack, and judges it by what the host can see: what came out, what changed, who is left."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal

import PIL.Image
import psutil

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.pool import ZYGOTE
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.tools.core.errors import ToolError
from looksmith.tools.core.values import Box, Image

Mode = Literal["policy and kernel", "kernel alone"]
MODES: tuple[Mode, ...] = ("policy and kernel", "kernel alone")

FOLDER = Path(__file__).parents[1] / "attacks"
ATTACKS = sorted(FOLDER.glob("*/*.py"))
UNGUARDED = (sys.executable, "-I", str(FOLDER / "unguarded.py"))
LIMITS = Limits(seconds=3, compute_seconds=1, memory_mb=256, tool_calls=50, megabytes=4)
GRACE = 20.0
"""Seconds beyond its limits after which an attack has outlived them, on a machine that is busy."""
TOOLS = ("T", "ECHO", "FAIL", "BIG", "SLOW")
PICTURE = Image.of(PIL.Image.new("RGB", (8, 8)))


def name_of(path: Path) -> str:
    """Family and name."""
    return f"{path.parent.name}/{path.stem}"


def source_of(path: Path) -> str:
    """The program: the file, or what the expression on its second line makes."""
    text = path.read_text(encoding="utf-8")
    _, _, rest = text.partition("\n")
    if rest.startswith("# source: "):
        return str(eval(rest.removeprefix("# source: ")))
    return text


class Ground:
    """What there is to take, to change and to reach; and whether that happened."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="looksmith-attacks-"))
        self._folder.chmod(0o755)
        self.secret_file = self._folder / "secret"
        self.secret_file.write_text("file-4f1c9e07")
        self.secret_file.chmod(0o666)
        self.canaries = self._folder / "canaries"
        self.canaries.mkdir()
        self.canaries.chmod(0o777)
        self.memory_secret = "memory-" + "93ab77d1"
        os.environ["LOOKSMITH_SECRET"] = "environment-5d20b6aa"
        self._listeners = self._listen()

    def _listen(self) -> list[socket.socket]:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", self.port))
        self.socket_path = str(self._folder / "socket")
        path, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        path.bind(self.socket_path)
        Path(self.socket_path).chmod(0o777)
        abstract.bind("\0" + self.socket_path)
        for listener in (tcp, path, abstract):
            listener.listen()
        for listener in (tcp, udp, path, abstract):
            listener.setblocking(False)
        return [tcp, udp, path, abstract]

    def inputs(self) -> dict[str, Any]:
        """The names that an attack starts with."""
        return {
            "image": PICTURE,
            "SECRET_FILE": str(self.secret_file),
            "CANARY_DIR": str(self.canaries),
            "PORT": self.port,
            "SOCKET": self.socket_path,
            "HOST_PID": os.getpid(),
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not come out."""
        return ("file-4f1c9e07", "environment-5d20b6aa", self.memory_secret, "root:x:0")

    def damage(self) -> Iterator[str]:
        """What an attack has changed or reached."""
        if self.secret_file.read_text() != "file-4f1c9e07" or self.secret_file.stat().st_mode & 0o777 != 0o666:
            yield "the secret file was changed"
        if list(self.canaries.iterdir()):
            yield f"there are new files: {[p.name for p in self.canaries.iterdir()]}"
        for listener in self._listeners:
            with contextlib.suppress(BlockingIOError):
                listener.recv(100) if listener.type == socket.SOCK_DGRAM else listener.accept()
                yield f"a listener was reached: {listener.family.name}, {listener.type.name}"

    def close(self) -> None:
        """Leave nothing."""
        for listener in self._listeners:
            listener.close()
        shutil.rmtree(self._folder)
        del os.environ["LOOKSMITH_SECRET"]


@dataclass
class Tools:
    """Serves the attack's calls, and keeps what it was given."""

    given: list[Any] = field(default_factory=list)

    def __call__(self, request: Request) -> Any:
        """Serve a call."""
        self.given.append((request.tool, request.args, dict(request.kwargs)))
        if request.tool == "FAIL":
            raise ToolError("no")
        if request.tool == "SLOW":
            sleep(0.2)
        values = {"T": Box(1, 2, 3, 4), "BIG": "x" * 900_000, "SLOW": 1}
        return values.get(request.tool, request.args[0] if request.args else 1)


def _state() -> tuple[Any, ...]:
    me = psutil.Process()
    limits = tuple(resource.getrlimit(kind) for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
    return (me.num_fds(), me.nice(), me.cpu_affinity(), me.num_threads(), limits, os.getcwd())


def _left() -> list[int]:
    """Processes that run programs still."""
    return [
        child.pid
        for child in psutil.Process().children(recursive=True)
        if child.is_running() and "Seccomp:\t2" in _status(child.pid)
    ]


def _status(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text()
    return ""


@dataclass(frozen=True)
class Verdict:
    """How an attack ended, and what it achieved; nothing is what it should."""

    outcome: Outcome
    achieved: tuple[str, ...]
    seconds: float


def sandbox_for(mode: Mode) -> Sandbox:
    """A sandbox that keeps no spare worker, so that whoever is left is the attack's. Its zygote is started."""
    command = UNGUARDED if mode == "kernel alone" else ZYGOTE
    sandbox = Sandbox(LIMITS, spares=0, zygote=command)
    outcome = sandbox.run(Checked(Program("answer = 1"), TOOLS), {}, Tools())
    assert outcome.answer == 1, outcome.message
    return sandbox


def attack(path: Path, mode: Mode, sandbox: Sandbox, ground: Ground) -> Verdict:
    """Run one attack in a sandbox of `sandbox_for`."""
    tools, before, memory = Tools(), _state(), psutil.Process().memory_info().rss
    start = monotonic()
    outcome = sandbox.run(Checked(Program(source_of(path)), TOOLS), ground.inputs(), tools)
    seconds = monotonic() - start
    achieved = list(ground.damage())
    told = repr((outcome.answer, dict(outcome.variables), outcome.printed, outcome.message, tools.given))
    achieved += [f"it told {secret}" for secret in ground.secrets if secret in told]
    if mode == "policy and kernel" and isinstance(outcome.answer, str) and outcome.answer.startswith("OUT"):
        achieved.append(f"it answered {outcome.answer[:80]}")
    if seconds > LIMITS.seconds + GRACE:
        achieved.append(f"it took {seconds:.1f} s")
    if _late(lambda: _left() == []):
        achieved.append(f"processes are left: {_left()}")
    if _late(lambda: _state() == before):
        achieved.append(f"the host was changed from {before} to {_state()}")
    grown = (psutil.Process().memory_info().rss - memory) / 2**20
    if grown > 200:
        achieved.append(f"the host grew by {grown:.0f} MiB")
    ordinary = sandbox.run(Checked(Program("answer = 6 * T(image).left"), TOOLS), ground.inputs(), tools)
    if ordinary.answer != 6:
        achieved.append(f"the next program failed: {ordinary.message}")
    return Verdict(outcome, tuple(achieved), seconds)


def _late(true: Any) -> bool:
    """Is it still not true after twenty seconds?"""
    deadline = monotonic() + 20
    while not true():
        if monotonic() > deadline:
            return True
        sleep(0.01)
    return False
