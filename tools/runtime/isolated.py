"""Processes of their own for what must not share ours: models whose packages clash with the others, tools that may die.

Such a process serves the methods of one object over its standard input and output; texts, numbers, images and boxes
cross, nothing that could be run. It ends with ours.
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
    """Packages at versions of their own; everything else is taken from the environment that runs looksmith.

    reason: what they clash with.
    requirements: as pip takes them, each with its version; what they depend on has to be among them.
    """

    name: str
    reason: str
    requirements: tuple[str, ...]

    def python(self, root: Path) -> Path:
        """Its interpreter. root: the folder of all such environments.

        Raises PrerequisiteError when it has not been made, or was made for other requirements.
        """
        folder = root / self.name
        if not self.ready(root):
            said = f"The packages of {self.name} are not here: they clash with {self.reason}."
            raise PrerequisiteError(said, hint=f"Run: looksmith models environment {self.name}")
        return folder / "bin" / "python"

    def ready(self, root: Path) -> bool:
        """Has it been made?"""
        mark = root / self.name / "made"
        return mark.is_file() and mark.read_text() == self._digest

    def make(self, root: Path, report: Report = lambda _: None) -> None:
        """Make it with pip, unless it is there. Raises PrerequisiteError with what pip said."""
        if self.ready(root):
            return
        folder = root / self.name
        shutil.rmtree(folder, ignore_errors=True)
        report(f"Making the environment {self.name} in {folder} ...")
        venv.create(folder, with_pip=True)
        site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
        parent = sysconfig.get_path("purelib")
        # Behind its own packages; `addsitedir` also reads the .pth files there, as of an editable install.
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
            raise PrerequisiteError(f"The environment {self.name} cannot be made: {' '.join(lines)[:300]}")
        (folder / "made").write_text(self._digest)

    @property
    def _digest(self) -> str:
        text = json.dumps([sys.version, sysconfig.get_path("purelib"), *self.requirements])
        return hashlib.sha256(text.encode()).hexdigest()


class Ended(ToolError):
    """The process of a tool is not there any more."""


class Isolated:
    """A model or tools in another process, which is started again at the next call when it has ended.

    python: the interpreter of its environment.
    target: `module:function`, called there with `arguments`; what it returns serves the calls.
    memory: bytes that the process may allocate, 0 for no limit.
    Raises the LooksmithError that the function raised there, Ended when the process does.
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
        """What the method returns there. Raises the LooksmithError that it raised, ToolError for any other failure."""
        with self._turn:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._start()
            return self._exchange(process, [method, list(arguments)])

    def kill(self) -> None:
        """End what it does now; the call that waits for it fails, and the next one starts it again."""
        process = self._process
        if process is not None:
            self._killed = True
            process.kill()
            process.wait()

    @property
    def alive(self) -> bool:
        """Is there a process?"""
        process = self._process
        return process is not None and process.poll() is None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what was not sent any more
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
        """Say something and hear the reply to it. A process that was left in the middle of one is ended."""
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
            self.close()  # it is about to end, and the next call shall not meet it
            raise Ended("It took more memory than it may.", hint="The next call starts its process again.")
        raise error(said, hint=hint) if known else ToolError(f"{name}: {said}")

    def _ended(self, process: subprocess.Popen[bytes]) -> Ended:
        process.kill()
        status = process.wait()
        if self._killed:
            return Ended("Its process was ended: it took too long.")
        how = signal.Signals(-status).name if -status in signal.valid_signals() else f"exit status {status}"
        hint = "What it said is on standard error. The next call starts it again."
        return Ended(f"Its process ended ({how}).", hint=hint)


def _environment() -> dict[str, str]:
    """Ours, without what would put our packages before those of the environment."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
