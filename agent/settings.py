"""Where looksmith keeps things, and how a bench is put together from a user's choices."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..programs.examples.bank import load_bank, usable
from ..sandbox.run import Limits, Sandbox
from ..tools.executor import Executor
from ..tools.plugins import Register, load_file, load_installed
from ..tools.registry import Registry
from ..tools.weights import Weights
from .ask import Bench
from .runs import Runs


@dataclass(frozen=True)
class Settings:
    """A user's choices. home: the folder of weights, environments, server state and runs."""

    home: Path
    device: str = "auto"
    tool_files: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def weights(self) -> Weights:
        """The store of model weights."""
        return Weights(self.home / "weights")

    @property
    def runs(self) -> Runs:
        """The stored runs."""
        return Runs(self.home / "runs")

    def registry(self, tools: Iterable[Callable[..., Any]] = ()) -> Registry:
        """All tools: the built-in ones, those of installed packages, of the named files, and these."""
        registry = Registry()
        register = Register(registry, self.weights, resolve_device(self.device))
        load_installed(register)
        for path in self.tool_files:
            load_file(path, register)
        registry.add(*tools)
        return registry

    def bench(self, tools: Iterable[Callable[..., Any]] = ()) -> Bench:
        """Everything that answering takes, with these tools besides the usual ones."""
        registry = self.registry(tools)
        examples = usable(load_bank(), registry)
        return Bench(registry, Executor(registry), Sandbox(self.limits), self.runs, examples)


def find_home(environment: Mapping[str, str] = os.environ) -> Path:
    """`LOOKSMITH_HOME`, else the nearest `.looksmith` folder from here upwards, else the user's data folder."""
    named = environment.get("LOOKSMITH_HOME")
    if named:
        return Path(named).expanduser().resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".looksmith").is_dir():
            return folder / ".looksmith"
    from platformdirs import user_data_path

    return user_data_path("looksmith", appauthor=False)


def resolve_device(device: str) -> str:
    """`auto` becomes `cuda` where the NVIDIA driver is loaded, else `cpu`: torch itself is not asked, nor imported."""
    if device != "auto":
        return device
    return "cuda" if Path("/proc/driver/nvidia/version").exists() else "cpu"
