"""Separate processes for models with conflicting packages, and for tools that may crash.

Such a process serves the methods of one object over its standard input and output. Only texts, numbers, images and
boxes are transferred, no code. It exits with our process.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from ..core import errors
from ..core.errors import LooksmithError, PrerequisiteError, ToolError
from .isolated_wire import receive, send

Report = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """An environment with its own versions of some packages; others come from the environment of looksmith.

    reason: what they conflict with.
    requirements: pip requirements with versions, including all dependencies.
    """

    name: str
    reason: str
    requirements: tuple[str, ...]

    def python(self, root: Path) -> Path:
        """Its interpreter. root: the folder of all such environments.

        Raises PrerequisiteError if it does not exist, or was created from other requirements.
        """
        folder = root / self.name
        if not self.ready(root):
            said = f"The environment {self.name} is missing (its packages conflict with {self.reason})."
            raise PrerequisiteError(said, hint=f"Run: looksmith models environment {self.name}")
        return folder / "bin" / "python"

    def ready(self, root: Path) -> bool:
        """Whether it exists."""
        mark = root / self.name / "made"
        return mark.is_file() and mark.read_text() == self._digest

    def make(self, root: Path, report: Report = lambda _: None) -> None:
        """Create it with pip, unless it exists. Raises PrerequisiteError with pip's message."""
        from filelock import FileLock

        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f".{self.name}.lock"):  # two processes at once would delete each other's
            if not self.ready(root):
                self._create(root, report)

    def _create(self, root: Path, report: Report) -> None:
        folder = root / self.name
        shutil.rmtree(folder, ignore_errors=True)
        report(f"Creating the environment {self.name} in {folder} ...")
        venv.create(folder, with_pip=True)
        site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
        parent = sysconfig.get_path("purelib")
        # After its own packages; `addsitedir` also reads .pth files, such as those of editable installs.
        (site / "zz_parent.pth").write_text(f"import site; site.addsitedir({parent!r})\n")
        command = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-input",
            *self.requirements,
        ]
        done = subprocess.run(command, capture_output=True, text=True, env=_environment())
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise PrerequisiteError(f"The environment {self.name} cannot be created: {' '.join(lines)[:300]}")
        (folder / "made").write_text(self._digest)

    @property
    def _digest(self) -> str:
        text = json.dumps([sys.version, sysconfig.get_path("purelib"), *self.requirements])
        return hashlib.sha256(text.encode()).hexdigest()


class ProcessEnded(ToolError):
    """The process of a tool has ended."""


class Isolated:
    """A model or tools in another process, which is restarted at the next call if it has ended.

    python: the interpreter of its environment.
    target: `module:function`, called there with `arguments`; returns the object that serves the calls.
    memory: memory limit in bytes, 0 for none.
    Raises the LooksmithError that the function raised there, or ProcessEnded if the process ends.
    """

    def __init__(self, python: Path, target: str, arguments: Mapping[str, Any], memory: int = 0) -> None:
        self._command = [str(python), "-m", "looksmith.tools.runtime.isolated_worker", target, str(memory)]
        self._arguments = dict(arguments)
        self._turn = Lock()
        self._asked = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = False
        self.nbytes = 0
        with self._turn:
            self._start()

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method there. Raises the LooksmithError that it raised, ToolError for any other failure."""
        with self._turn:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._start()
            return self._exchange(process, [method, list(arguments)])

    def kill(self) -> None:
        """Stop its current work; the pending call fails, and the next one restarts the process."""
        process = self._process
        if process is not None:
            self._killed = True
            process.kill()
            process.wait()

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        process = self._process
        return process is not None and process.poll() is None

    def close(self) -> None:
        """Stop the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # pending data
                    pipe.close()

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None:
            self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self.close()
        self._killed = False
        self._process = process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
        )
        self.nbytes = int(self._exchange(process, self._arguments))
        return process

    def _exchange(self, process: subprocess.Popen[bytes], message: Any) -> Any:
        """Send a request and receive its reply. A process is stopped if interrupted in between."""
        self._asked += 1
        try:
            send(cast("IO[bytes]", process.stdin), [self._asked, message])
            number, kind, value = receive(cast("IO[bytes]", process.stdout))
            if number != self._asked:
                raise ValueError("a reply to something else")
        except (EOFError, OSError, ValueError):
            raise self._ended(process) from None
        except TypeError as error:  # before anything was sent
            raise ToolError(f"{error}.") from None
        except BaseException:
            self.close()
            raise
        if kind == "done":
            return value
        name, said, hint = value
        error: Any = getattr(errors, name, None)
        known = isinstance(error, type) and issubclass(error, LooksmithError)
        if name == "MemoryError":
            self.close()  # it is about to exit, and must not be used for the next call
            raise ProcessEnded("It exceeded its memory limit.", hint="The next call restarts its process.")
        raise error(said, hint=hint) if known else ToolError(f"{name}: {said}")

    def _ended(self, process: subprocess.Popen[bytes]) -> ProcessEnded:
        process.kill()
        status = process.wait()
        if self._killed:
            return ProcessEnded("Its process was stopped because it took too long.")
        how = signal.Signals(-status).name if -status in signal.valid_signals() else f"exit status {status}"
        hint = "Its output is on standard error. The next call restarts it."
        return ProcessEnded(f"Its process ended ({how}).", hint=hint)


def _environment() -> dict[str, str]:
    """Our environment variables, without those that would put our packages before those of the environment."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
