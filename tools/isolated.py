"""Models whose packages cannot live beside the others: each in a Python environment and a process of its own.

The process serves the methods of one backend over its standard input and output; texts, numbers, images and boxes
cross, nothing that could be run. It ends with ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from . import errors
from .errors import LooksmithError, PrerequisiteError, ToolError
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


class Isolated:
    """A model in another process.

    python: the interpreter of its environment.
    target: `module:function`, called there with `arguments` (JSON); what it returns serves the calls.
    Raises the LooksmithError that the function raised there, ToolError when the process ends.
    """

    def __init__(self, python: Path, target: str, arguments: dict[str, Any]) -> None:
        self._turn = Lock()
        self._process = subprocess.Popen(
            [str(python), "-m", "looksmith.tools.isolated_worker", target, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        try:
            self.nbytes = int(self._receive())
        except BaseException:
            self.close()
            raise

    def call(self, method: str, *arguments: Any) -> Any:
        """What the method returns there. Raises the LooksmithError that it raised, ToolError for any other failure."""
        with self._turn:
            try:
                send(self._pipe, [method, list(arguments)])
            except OSError:
                raise self._ended() from None
            return self._receive()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what was not sent any more
                    pipe.close()

    def __del__(self) -> None:
        if self._process.poll() is None:
            self.close()

    @property
    def _pipe(self) -> Any:
        return self._process.stdin

    def _receive(self) -> Any:
        stdout: Any = self._process.stdout
        try:
            kind, value = receive(stdout)
        except (EOFError, ValueError):
            raise self._ended() from None
        if kind == "done":
            return value
        name, message, hint = value
        error: Any = getattr(errors, name, None)
        known = isinstance(error, type) and issubclass(error, LooksmithError)
        raise error(message, hint=hint) if known else ToolError(f"{name}: {message}")

    def _ended(self) -> ToolError:
        self._process.kill()
        status = self._process.wait()
        return ToolError(
            f"The process of the model ended (status {status}).", hint="What it said is on standard error."
        )


def _environment() -> dict[str, str]:
    """Ours, without what would put our packages before those of the environment."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
