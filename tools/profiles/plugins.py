"""How tools come in: a file named on the command line, or an installed package. The built-in ones take the same door.

A plug-in is a module with functions declared with `@tool`, or with a function `register_tools(register)` where tools
share a model. A package names either under the entry point group `looksmith.tools`.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from ..core.errors import InputError, LooksmithError, ToolDeclarationError
from ..core.example import load_examples
from ..core.registry import Registry
from ..core.tool import is_tool
from ..name.zero_shot import Describes
from ..weights.store import Weights
from .profile import Profile

GROUP = "looksmith.tools"


@dataclass(frozen=True)
class Register:
    """What a plug-in is handed: call it with tools; ask it where weights are and which device to use.

    device: "cpu", "cuda", "cuda:0" ...
    profile: what the built-in tools run on; the default profile when it is not given.
    describer: what knows sentences about labels, for CLASSIFY.
    ready: offer only what can be called now, not what says at its first call which weights to pull.
    """

    registry: Registry
    weights: Weights
    device: str
    profile: Profile | None = None
    describer: Describes | None = None
    ready: bool = False

    def __call__(self, *tools: Any) -> None:
        """Add tools or tool sets."""
        self.registry.add(*tools)

    @contextmanager
    def attributed(self, origin: str) -> Generator[None]:
        """What is added meanwhile comes from this plug-in."""
        before = {tool.name for tool in self.registry}
        try:
            yield
        finally:
            self.registry.attribute([tool.name for tool in self.registry if tool.name not in before], origin)

    def examples(self, path: Path) -> None:
        """Add the worked examples of a TOML file. Raises InputError."""
        self.registry.add_examples(load_examples(path))

    def refuse(self, name: str, reason: str) -> None:
        """Say that a tool cannot be offered on this machine, and why."""
        self.registry.refuse(name, reason)


def load_installed(register: Register) -> None:
    """Add the tools of every installed package that has entry points in the group, the built-in ones first.

    A package that fails is noted as missing with its reason; it does not stop the others.
    """
    points = sorted(entry_points(group=GROUP), key=lambda p: not p.value.startswith("looksmith."))
    for point in points:
        try:
            with register.attributed(point.name):
                _add(point.load(), register)
        except LooksmithError as error:
            register.refuse(point.name, str(error))
        except (Exception, SystemExit) as error:
            register.refuse(point.name, f"its plug-in {point.value} failed: {type(error).__name__}: {error}")


def load_file(path: Path, register: Register) -> None:
    """Add the tools of a Python file. Raises InputError when it fails, ToolDeclarationError when it has none."""
    module = load_module(path)
    with _added(path), register.attributed(path.stem):
        _add(module, register)


def load_oracle(path: Path, register: Register, truths: Mapping[str, Any]) -> None:
    """Add the tools of a Python file with backends that look up the truth instead of looking at pixels.

    The file has a function `register_oracle(register, truths)`. truths: what is known about an image, by the `source`
    that it shares with all its crops. Raises InputError when the file fails, ToolDeclarationError when it has none.
    """
    hook = getattr(load_module(path), "register_oracle", None)
    if hook is None:
        hint = "It needs a function register_oracle(register, truths)."
        raise ToolDeclarationError(f"{path} has no oracle.", hint=hint)
    with _added(path), register.attributed(path.stem):
        hook(register, truths)


def load_module(path: Path) -> ModuleType:
    """The module in a file. Raises InputError."""
    if not path.is_file():
        raise InputError(f"There is no tools file {path}.")
    name = f"looksmith_tools_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InputError(f"{path} failed on import: {type(error).__name__}: {error}") from error
    return module


@contextmanager
def _added(path: Path) -> Generator[None]:
    """Tell in one sentence what a plug-in's own code raised."""
    try:
        yield
    except LooksmithError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(f"{path} could not add its tools: {type(error).__name__}: {error}") from error


def _add(plugin: Any, register: Register) -> None:
    if isinstance(plugin, ModuleType):
        _add_module(plugin, register)
    elif is_tool(plugin):
        register(plugin)
    elif inspect.isfunction(plugin):
        plugin(register)
    else:
        register(plugin)


def _add_module(module: ModuleType, register: Register) -> None:
    hook = getattr(module, "register_tools", None)
    own = [thing for thing in vars(module).values() if is_tool(thing) and thing.__module__ == module.__name__]
    if hook is None and not own:
        raise ToolDeclarationError(f"{module.__file__} has no tools.", hint="Put @tool above a function.")
    register(*own)
    if hook is not None:
        hook(register)
