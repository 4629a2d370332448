"""Profiles: the models that serve the tools, with their devices, weights and thresholds.

A profile is a TOML file; `pocket`, `hub` and `one` are built in, and users write their own. A profile that `extends`
another inherits its models and tools, and overrides what it names itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from ..core.errors import InputError
from ..core.frozen import Frozen
from ..remote.servers import RemoteServer
from ..runtime.spec import Precision
from .deployment import Deployment

FOLDER = Path(__file__).parent
DEFAULT = "pocket"
WRITER = "writer"
"""As `base_url` of a served model: the server that writes the programs, whichever that is."""
_DEPTH = 5


class Model(Frozen):
    """A model with its backend and its weights.

    backend: a name from tools/profiles/backends.py, or your own class, such as "./my_models.py:MyDetector"
        (own_models.py). All other keys of the table are options of the backend.
    weights: an entry of `looksmith models`, a repository of the Hugging Face hub ("owner/name"), or a folder or file
        ("/...", "./..." relative to the profile's folder, "~/...").
    device, precision: override the profile's.
    remote_code: allow running code included with the weights.
    isolated: run its tools in a separate process (`Limit`).
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    backend: str
    weights: str = ""
    device: str = ""
    precision: Precision | None = None
    remote_code: bool = False
    isolated: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The options for the backend."""
        return dict(self.model_extra or {})


class Limit(Frozen):
    """A table `[limits.NAME]`. NAME: a tool, a model of the profile, or a plug-in by its file or entry point.

    timeout: time limit of a call, in seconds.
    isolated: run in a separate process, which is restarted after a crash or a timeout.
    memory_gb: memory limit of that process; 0 for half of the free memory.
    """

    timeout: Annotated[float, Field(gt=0)] | None = None
    isolated: bool | None = None
    memory_gb: Annotated[float, Field(ge=0)] = 0.0


class LLMServer(Frozen):
    """The language model that writes the programs.

    weights: as for other models; what `looksmith serve` serves. base_url, model: a running server, and the name of its
        model.
    sees: it also accepts pictures; so does one that models of the profile refer to as "writer".
    """

    weights: str = "qwen2.5-coder-1.5b-instruct"
    base_url: str = ""
    model: str = ""
    sees: bool = False


class Profile(Frozen):
    """A profile.

    memory_gb: for all models together; beyond it the least recently used one is evicted. 0 is no limit.
    models: by a name of the profile's own. tools: the name of the model behind each tool.
    ray: what is served on a Ray cluster, if there is one, by the name of a model or a tool.
    limits: limits of calls, by the name of a plug-in, a model or a tool; that of the tool takes precedence. Names that
        do not exist are ignored, because plug-ins come and go.
    mcp: servers whose tools are also offered, each under a name of its own.
    """

    name: str
    about: str = ""
    device: str = "auto"
    precision: Precision = "auto"
    memory_gb: Annotated[float, Field(ge=0)] = 0.0
    llm: LLMServer = LLMServer()
    models: Mapping[str, Model]
    tools: Mapping[str, str]
    ray: Mapping[str, Deployment] = {}
    limits: Mapping[str, Limit] = {}
    mcp: Mapping[str, RemoteServer] = {}
    folder: Path = FOLDER

    def written_by(self, base_url: str, model: str) -> Profile:
        """The same with another server for the language model; "" leaves the profile's."""
        given = {key: value for key, value in (("base_url", base_url), ("model", model)) if value}
        return self.model_copy(update={"llm": self.llm.model_copy(update=given)}) if given else self

    def seen_by(self, base_url: str, model: str) -> Profile:
        """The same with this server in place of "writer" as a model's `base_url`: one server writes and sees."""
        server = {"base_url": base_url, "model": model}
        shared = {name for name, one in self.models.items() if one.options.get("base_url") == WRITER}
        models = {n: one.model_copy(update=server) if n in shared else one for n, one in self.models.items()}
        llm = self.llm.model_copy(update={"sees": True})
        return self.model_copy(update={"models": models, "llm": llm}) if shared else self

    @property
    def writer_sees(self) -> bool:
        """Does the server that writes the programs accept pictures, or serve one of the profile's models?"""
        return self.llm.sees or any(model.options.get("base_url") == WRITER for model in self.models.values())

    def on(self, device: str) -> Profile:
        """The same profile with all models on one device; "auto" changes nothing."""
        if device == "auto":
            return self
        models = {name: model.model_copy(update={"device": ""}) for name, model in self.models.items()}
        return self.model_copy(update={"device": device, "models": models})


def load_profile(name: str, others: Iterable[Path] = ()) -> Profile:
    """Load a profile by name or from a TOML file.

    others: folders with more profiles, which take precedence.
    Raises InputError that names the invalid key and the nearest known one.
    """
    return _checked(_find(name, [*others, FOLDER]), [*others, FOLDER])


def known_profiles(others: Iterable[Path] = ()) -> dict[str, Path]:
    """The names of the available profiles."""
    found = (path for folder in [FOLDER, *others] for path in sorted(folder.glob("*.toml")))
    return {path.stem: path for path in found}


def is_file_name(name: str) -> bool:
    """Whether it is a file, rather than a known profile."""
    path = Path(name).expanduser()
    return path.suffix == ".toml" or len(path.parts) > 1


def _find(name: str, folders: list[Path]) -> Path:
    path = Path(name).expanduser()
    if is_file_name(name):
        if not path.is_file():
            raise InputError(f"There is no profile {name}.")
        return path.resolve()
    known = known_profiles(reversed(folders))
    if name not in known:
        raise InputError(f"There is no profile {name}.", hint=suggest(name, known) + " Or pass a TOML file.")
    return known[name]


def _checked(path: Path, folders: list[Path]) -> Profile:
    table = _read(path, folders, _DEPTH)
    try:
        profile = Profile.model_validate({**table, "name": path.stem, "folder": path.parent})
    except ValidationError as error:
        raise InputError(f"The profile {path} is invalid: {_told(error)}") from None
    for tool, model in profile.tools.items():
        if model not in profile.models:
            hint = suggest(model, profile.models)
            raise InputError(f"The profile {path} is invalid: {tool} refers to an unknown model {model}.", hint=hint)
    return profile


def _read(path: Path, folders: list[Path], depth: int) -> dict[str, Any]:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"The profile {path} cannot be read: {error}.") from None
    base = table.pop("extends", None)
    if base is None:
        return table
    if depth == 0:
        raise InputError(f"The profile {path} extends itself, or too many others.")
    return _merged(_read(_find(str(base), folders), folders, depth - 1), table)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The base with its tables `models`, `tools`, `llm`, `ray`, `limits` and `mcp` joined, entry by entry."""
    joined = {**base, **own}
    for key in ("models", "tools", "llm", "ray", "limits", "mcp"):
        parts = (base.get(key, {}), own.get(key, {}))
        if all(isinstance(part, dict) for part in parts):
            joined[key] = {**parts[0], **parts[1]}
    return joined


def told(error: ValidationError, model: type[Frozen], shared: type[Frozen] | None = None) -> str:
    """The error in a table, in one sentence; for an unknown key, with the nearest known one.

    shared: keys that every such table has.
    """
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    known = [*model.model_fields, *(shared.model_fields if shared else ())]
    if first["type"] == "extra_forbidden":
        return f"Unknown key {where}. {suggest(str(first['loc'][-1]), known)}"
    return f"{where}: {first['msg']}, got {first['input']!r:.60}."


def _told(error: ValidationError) -> str:
    place = error.errors(include_url=False)[0]["loc"]
    kinds: dict[Any, type[Frozen]] = {
        "models": Model,
        "llm": LLMServer,
        "ray": Deployment,
        "limits": Limit,
        "mcp": RemoteServer,
    }
    return told(error, kinds.get(place[0], Profile) if len(place) > 1 else Profile)


def suggest(name: str, known: Iterable[str]) -> str:
    """A hint: the nearest known name, or all of them."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(names)}."
