"""Plug-ins: tools from a file on the command line, or from an installed package, like the built-in ones.

A plug-in is a module with functions declared with `@tool`, or with a function `register_tools(register)` for tools that
share a model. A package declares either in the entry point group `looksmith.tools`.
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
from ..core.example import Drawing, load_examples
from ..core.registry import Registry
from ..core.tool import is_tool
from ..name.zero_shot import Describes
from ..weights.store import Weights
from .profile import Profile

GROUP = "looksmith.tools"


@dataclass(frozen=True)
class Register:
    """The argument of `register_tools`: call it to add tools; it also has the store of weights and the device.

    device: "cpu", "cuda", "cuda:0" ...
    profile: the profile of the built-in tools; by default, the default profile.
    describer: the source of label descriptions, for CLASSIFY.
    ready: only offer tools that can be called now, without missing weights.
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
        """A context in which added tools are attributed to this plug-in."""
        before = {tool.name for tool in self.registry}
        try:
            yield
        finally:
            self.registry.attribute([tool.name for tool in self.registry if tool.name not in before], origin)

    def examples(self, path: Path) -> None:
        """Add the worked examples of a TOML file. Raises InputError."""
        self.registry.add_examples(load_examples(path))

    def drawing(self, drawing: Drawing) -> None:
        """Set the generator of scenes that programs are tried on before they count."""
        self.registry.draws(drawing)

    def refuse(self, name: str, reason: str) -> None:
        """Mark a tool as unavailable on this machine, with the reason."""
        self.registry.refuse(name, reason)


def load_installed(register: Register) -> None:
    """Add the tools of all installed packages with entry points in the group, the built-in ones first.

    A failing package is marked as unavailable with the reason, without affecting the others.
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
    """Add the tools of a Python file. Raises InputError if it fails, ToolDeclarationError if it has none."""
    module = load_module(path)
    with _added(path), register.attributed(path.stem):
        _add(module, register)


def load_oracle(path: Path, register: Register, truths: Mapping[str, Any]) -> None:
    """Add the tools of a Python file with backends that look up ground truth instead of looking at pixels.

    The file needs a function `register_oracle(register, truths)`. truths: the ground truth of each image, by its
    `source`, which crops share. Raises InputError if the file fails, ToolDeclarationError if it has no such function.
    """
    hook = getattr(load_module(path), "register_oracle", None)
    if hook is None:
        hint = "It needs a function register_oracle(register, truths)."
        raise ToolDeclarationError(f"{path} has no oracle.", hint=hint)
    with _added(path), register.attributed(path.stem):
        hook(register, truths)


def load_module(path: Path) -> ModuleType:
    """Import a module from a file. Raises InputError."""
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
    """A context that turns any exception of a plug-in into one sentence."""
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
