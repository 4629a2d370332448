"""Registers the built-in tools, served by the models of a profile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from ..clips.at_and_part import ClipPictures
from ..clips.desk import Desk
from ..clips.following import ThingFollower
from ..clips.look import Looker
from ..clips.watching import Watcher
from ..core.errors import InputError
from ..core.tool import is_tool
from ..media import crop, geometry
from ..media.frames import Frames
from ..name.zero_shot import Describes
from ..runtime.device import device_problem, resolve_device
from ..runtime.shelf import Shelf
from ..runtime.spec import Spec
from ..weights.store import Weights
from .album_tools import offer_albums
from .backends import BACKENDS, FIND, Backend
from .own_models import is_own, own_backend
from .plugins import Register
from .pocket import glancing
from .profile import DEFAULT, Model, Profile, load_profile, suggest, told


def register_tools(register: Register) -> None:
    """Add the tools of the profile, the most used first.

    Tools with missing packages are marked as unavailable. Tools with missing weights fail at the first call; with
    `register.ready`, those with weights from the hub are marked as unavailable instead.
    Raises InputError if the profile has an unknown backend or option.
    """
    assembly = Assembly(register, check_profile(register.profile or load_profile(DEFAULT)))
    locating = [name for name in assembly.tools if name in FIND]
    assembly.offer(*locating)
    register(*_tools_of(crop))
    assembly.offer(*(name for name in assembly.tools if name not in FIND))
    register(*_tools_of(geometry))
    _offer_videos(register, assembly)
    offer_albums(register, assembly)


def check_profile(profile: Profile) -> Profile:
    """Load and check the profile. Raises InputError for an unknown backend, option or tool."""
    backends = {name: _backend_of(profile, name, model) for name, model in profile.models.items()}
    for name, backend in backends.items():
        _options(profile, name, profile.models[name], backend)
    for tool, name in profile.tools.items():
        if tool not in backends[name].tools:
            raise InputError(
                f"In the profile {profile.name}, {profile.models[name].backend} cannot serve {tool}.",
                hint=_who_can(tool, backends[name], own=is_own(profile.models[name].backend)),
            )
    return profile


def entries_of(profile: Profile, weights: Weights) -> list[str]:
    """The weights of the manifest that a profile needs: all for the pocket's small models, which share them.

    Every profile reads WordNet, and finds examples by MiniLM.
    """
    backends = {model.backend for model in profile.models.values()}
    if backends & {"nanodet", "efficientnet-lite", "mtcnn"}:
        return list(weights.entries)
    named = {model.weights for model in profile.models.values()} | backends | {profile.llm.weights, "wordnet", "minilm"}
    return [name for name in weights.entries if name in named]


def _who_can(tool: str, backend: Backend, *, own: bool) -> str:
    """A hint for a backend that cannot serve a tool. own: whether it is the user's own backend."""
    if own:
        return f"It can serve {', '.join(backend.tools)}."
    able = [other for other, one in BACKENDS.items() if tool in one.tools]
    return f"{', '.join(able)} can." if able else suggest(tool, _every_tool())


class Assembly:
    """Builds the tools of a profile. Tools with the same model share it and its weights."""

    def __init__(self, register: Register, profile: Profile) -> None:
        self._register = register
        self._profile = profile
        self._shelf = Shelf(int(profile.memory_gb * 1e9) or None)
        self._models: dict[str, Any] = {}
        self._sets: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._uses: dict[Any, set[str]] = {}
        self._making: list[set[str]] = []
        self._begun: set[Any] = set()
        self._backends = {name: _backend_of(profile, name, model) for name, model in profile.models.items()}

    @property
    def tools(self) -> Mapping[str, str]:
        """The model behind each tool."""
        return self._profile.tools

    @property
    def weights(self) -> Weights:
        """The store of weights."""
        return self._register.weights

    @property
    def describer(self) -> Describes | None:
        """The source of label descriptions."""
        return self._register.describer

    def offer(self, *tools: str) -> None:
        """Register each tool, or mark it as unavailable if a package, or required weights, are missing."""
        for tool in tools:
            backend = self._backends[self.tools[tool]]
            missing = [package for package in backend.packages if find_spec(package) is None]
            weights = self._profile.models[self.tools[tool]].weights
            if missing:
                self._register.refuse(tool, f"needs {' and '.join(missing)}: pip install 'looksmith[{backend.extra}]'")
            elif problem := self._device_problem(self.tools[tool]):
                self._register.refuse(tool, problem)
            elif self._register.ready and self._absent(weights):
                self._register.refuse(tool, f"its weights are not here: looksmith models pull {weights}")
            else:
                self._offer_made(tool, backend)

    def _offer_made(self, tool: str, backend: Backend) -> None:
        try:
            if problem := backend.lacks(self.model(self.tools[tool]), tool):
                self._register.refuse(tool, problem)
            else:
                self._register(getattr(self.serving(tool), tool))
        except InputError as error:  # of a model of the user's own: the other tools are well
            self._register.refuse(tool, str(error))

    def _device_problem(self, name: str) -> str:
        """Why the model's device cannot be used here; irrelevant for models served by a cluster."""
        return "" if name in self._profile.ray else device_problem(self._profile.models[name].device or "auto")

    def _absent(self, weights: str) -> bool:
        """Whether the weights are a hub repository that has not been pulled."""
        store = self._register.weights
        return store.repository(weights) is not None and store.state(weights) != "present"

    def serving(self, tool: str) -> Any:
        """The tool set behind a tool; None if unavailable, packages are missing, or the request is circular."""
        name = self.tools.get(tool)
        if name is None or any(find_spec(package) is None for package in self._backends[name].packages):
            return None
        made = self._backends[name].set_of(tool)
        key = (name, made.tools)
        if key not in self._sets:
            if key in self._begun:
                return None  # circular: it is being made
            self._begun.add(key)
            self._making.append({name})  # and everything it requests meanwhile
            try:
                self._sets[key] = made.make(self.model(name), self)
            except InputError:
                self._begun.discard(key)
                raise
            finally:
                self._uses[key] = self._making.pop()
            self._sets[key].identity = self._identity(self._uses[key])
            self._sets[key].occupies, self._sets[key].concurrency = self._occupies(self._uses[key])
            self._sets[key].server_timeout = self._server_timeout(self._uses[key])
        if self._making:
            self._making[-1].update(self._uses[key])
        return self._sets[key]

    def _identity(self, names: Iterable[str]) -> str:
        """The identity of tools on these models; "" if one may change without notice."""
        told: list[Any] = []
        for name in sorted(names):
            table, backend = self._profile.models[name], self._backends[name]
            spec = self._spec(table)
            weights = spec.store.identity(spec.weights) if spec.weights else "those of the code"
            if not weights or not backend.settled(_options(self._profile, name, table, backend)):
                return ""
            packages = [f"{package} {_version(package)}" for package in backend.packages]
            told.append(
                [table.model_dump(mode="json", exclude={"isolated"}), weights, spec.device, spec.precision, packages]
            )
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def _occupies(self, names: Iterable[str]) -> tuple[tuple[str, ...], int]:
        """The devices and servers that tools on these models use, and their number of parallel calls."""
        places, most = set[str](), list[int]()
        for name in names:
            table, backend = self._profile.models[name], self._backends[name]
            if backend.server is None:
                device = self._spec(table).device
                place, wide = "cuda:0" if device == "cuda" else device, 1
            else:
                place, wide = backend.server(_options(self._profile, name, table, backend))
            places.add(place)
            most.append(wide)
        return tuple(sorted(places)), min(most)

    def _server_timeout(self, names: Iterable[str]) -> float:
        """Time limit for calls of a remote model, above the client's own timeout with one retry."""
        tables = [(name, self._profile.models[name]) for name in names if self._backends[name].server is not None]
        options = (_options(self._profile, name, table, self._backends[name]) for name, table in tables)
        return max((2 * float(one.timeout) + 10 for one in options), default=0.0)

    def model(self, name: str) -> Any:
        """A model of the profile, as its backend makes it; no weights are read yet."""
        if name not in self._models:
            table, backend = self._profile.models[name], self._backends[name]
            self._models[name] = backend.make(self._spec(table), _options(self._profile, name, table, backend))
        return self._models[name]

    def _spec(self, table: Model) -> Spec:
        return Spec(
            self._register.weights,
            _weights(table.weights, self._profile.folder),
            resolve_device(table.device or self._profile.device),
            table.precision or self._profile.precision,
            table.remote_code,
            self._shelf,
        )


def _backend_of(profile: Profile, name: str, model: Model) -> Backend:
    if is_own(model.backend):
        return own_backend(model.backend, profile.folder)
    if model.backend not in BACKENDS:
        said = f"In the profile {profile.name}, the model {name} has an unknown backend {model.backend}."
        hint = suggest(model.backend, BACKENDS) + ' For your own model, use the form "./my_models.py:MyDetector".'
        raise InputError(said, hint=hint)
    return BACKENDS[model.backend]


def _options(profile: Profile, name: str, model: Model, backend: Backend) -> Any:
    try:
        return backend.options.model_validate(model.options)
    except ValidationError as error:
        said = told(error, backend.options, shared=Model)
        raise InputError(f"In the profile {profile.name}, the model {name} is invalid: {said}") from None


def _weights(text: str, folder: Path) -> str | Path:
    """A name in the store, or a path; relative paths start at `folder`."""
    if text.startswith(("/", "./", "../", "~")):
        return (folder / Path(text).expanduser()).resolve()
    return text


_DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch",
    "open_clip": "open_clip_torch",
    "PIL": "pillow",
    "segment_anything": "segment-anything",
}


@cache
def _version(package: str) -> str:
    """The version of an import package, "" if unknown."""
    try:
        return version(_DISTRIBUTIONS.get(package, package))
    except PackageNotFoundError:
        return ""


def _offer_videos(register: Register, assembly: Assembly) -> None:
    """Register the video tools, or mark them as unavailable if the decoder, the tracker or a detector is missing."""
    desk = Desk()
    sets = (Frames, ClipPictures, Watcher, ThingFollower, Looker)
    if find_spec("av") is None or find_spec("edgefirst") is None:
        for name in (name for kind in sets for name, one in vars(kind).items() if is_tool(one)):
            register.refuse(name, "needs av and edgefirst-tracker: pip install 'looksmith[video]'")
        return
    register(Frames(), ClipPictures(), Watcher(desk), ThingFollower(desk))
    finder = assembly.serving("DETECT")
    if finder is None:
        register.refuse("GLANCE", register.registry.missing.get("DETECT", "no detector in this profile"))
        return
    looker = Looker(glancing(finder))
    looker.identity, looker.occupies = finder.identity, finder.occupies
    looker.concurrency, looker.server_timeout = finder.concurrency, finder.server_timeout
    register(looker)


def _every_tool() -> list[str]:
    return list(dict.fromkeys(tool for backend in BACKENDS.values() for tool in backend.tools))


def _tools_of(module: ModuleType) -> list[Any]:
    """The functions that a module declares as tools, in order."""
    return [f for f in vars(module).values() if is_tool(f) and f.__module__ == module.__name__]
