"""The environments of other people's packages that tests need. `make test` makes them beside its checks."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

from filelock import FileLock

from looksmith.agent.llm.server.environment import choose_build, make_environment
from looksmith.agent.setup.home import find_home
from looksmith.tools.models.detect.groundingdino_package import ENVIRONMENT as GROUNDINGDINO

PHOENIX = "arize-phoenix==20.26.1"


def phoenix(home: Path) -> Path:
    """The folder of Phoenix's programs, made when it is not there (850 MB)."""
    folder = home / "envs" / "phoenix"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / PHOENIX).exists():
            venv.create(folder, with_pip=True, clear=True)
            subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", PHOENIX], check=True)
            (folder / PHOENIX).touch()
    return folder / "bin"


def main() -> None:
    """Make all of them, one after the other: they share the network."""
    home = find_home()
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "serve.lock"):  # which `looksmith serve` holds while it makes the same
        make_environment(home, choose_build("auto"), print)
    GROUNDINGDINO.make(home / "environments", print)
    phoenix(home)


if __name__ == "__main__":
    main()
