"""Where looksmith keeps things, and how a bench is put together from a user's choices."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...programs.dialects.front import Dialect, dialect_tools
from ...programs.examples.bank import load_bank, own_examples, usable
from ...programs.examples.core import choose_core
from ...programs.examples.retrieval import NearestExamples
from ...programs.examples.vectors import VectorStore
from ...programs.question.faithful import Faithfulness
from ...sandbox.jail import Isolation
from ...sandbox.limits import Limits
from ...sandbox.run import Sandbox
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ...tools.core.values import Video
from ...tools.engine.executor import Executor
from ...tools.engine.isolated_tools import isolate
from ...tools.engine.results import Results
from ...tools.models.encode.minilm import MiniLM
from ...tools.name.cupl import Describer
from ...tools.name.descriptors import DescriptorStore
from ...tools.profiles.builtin_tools import check_profile
from ...tools.profiles.limited import limited, memory_of
from ...tools.profiles.plugins import Register, load_file, load_installed, load_oracle
from ...tools.profiles.profile import DEFAULT, Profile, is_file_name, load_profile
from ...tools.profiles.unserved import register_declared
from ...tools.remote.consent import Consent, consenting, nobody
from ...tools.remote.foreign import add_server, add_servers
from ...tools.remote.servers import Servers, named
from ...tools.runtime.device import require_device, resolve_device
from ...tools.scenes.graph import SceneGraph
from ...tools.scenes.tools import on_pixels, register_scenes
from ...tools.weights.store import Weights
from ..ask.loop import Bench
from ..ask.write import Grammars
from ..llm.chat import ChatClient
from ..llm.connect import connect, seeing_by_writer
from ..llm.describer import ChatWriter
from ..traces.runs import Doing, Runs, tell_nobody


@dataclass(frozen=True)
class Settings:
    """A user's choices.

    home: the folder of weights, environments, server state, profiles and runs.
    device: "auto", or where all models of the profile run. profile: a name, or a TOML file.
    installed: the built-in tools and those of installed packages are offered too.
    truths: what the tool files' oracles know about images, by `source`; without them the tools look at pixels.
    cache: results of models that are known from other questions are used, and kept for them.
    scenes: what is in each image, by `source`; the built-in tools look it up in place of the profile's models.
    limits: what a program may use; isolation: without it, no program is run.
    ahead: tool calls that are sure to come are made ahead of programs.
    doing: is told what runs are doing, while they do it.
    base_url, model: the server that writes the programs, and its model, in place of the profile's.
    mcp: servers whose tools are offered besides those of the profile's, each as a command or an address.
    consent: is asked before a tool acts outside of looksmith.
    servers: the conversations with MCP servers; those of this home folder by default.
    """

    home: Path
    device: str = "auto"
    tool_files: tuple[Path, ...] = ()
    installed: bool = True
    truths: Mapping[str, Any] | None = None
    scenes: Mapping[str, SceneGraph] | None = None
    limits: Limits = field(default_factory=Limits)
    isolation: Isolation = "process"
    profile: str = DEFAULT
    ahead: bool = True
    cache: bool = True
    doing: Doing = tell_nobody
    base_url: str = ""
    model: str = ""
    mcp: tuple[str, ...] = ()
    consent: Consent = nobody
    servers: Servers | None = None

    def __post_init__(self) -> None:
        if self.servers is None:
            object.__setattr__(self, "servers", Servers(self.home / "logs"))

    @property
    def llm_device(self) -> str:
        """Where the local server of the language model runs: auto, cpu or cuda."""
        kind = self.load_profile().device.partition(":")[0]  # which GPU is for the vision models to choose
        return kind if kind in ("cpu", "cuda") else "auto"

    @property
    def weights(self) -> Weights:
        """The store of model weights."""
        return Weights(self.home / "weights")

    @property
    def runs(self) -> Runs:
        """The stored runs."""
        return Runs(self.home / "runs", self.doing)

    @property
    def descriptors(self) -> DescriptorStore:
        """What labels look like, in sentences."""
        return DescriptorStore(self.home / "descriptors")

    @property
    def files(self) -> tuple[Path, ...]:
        """What another machine has to see at the same place to make the same bench."""
        named = Path(self.profile).expanduser()
        return (self.home, *self.tool_files, *([named] if is_file_name(self.profile) else []))

    def absolute(self) -> Settings:
        """The same for a process that has another working directory."""
        profile = str(Path(self.profile).expanduser().absolute()) if is_file_name(self.profile) else self.profile
        files = tuple(path.absolute() for path in self.tool_files)
        return replace(self, home=self.home.absolute(), tool_files=files, profile=profile)

    def load_profile(self) -> Profile:
        """What the built-in tools run on. Raises InputError."""
        profile = load_profile(self.profile, [self.home / "profiles"]).on(self.device)
        return check_profile(seeing_by_writer(profile.written_by(self.base_url, self.model), self.home))

    def connect(self, profile: Profile | None = None) -> ChatClient:
        """The language model of the profile. Raises NoServer."""
        llm = (profile or self.load_profile()).llm
        return connect(self.home, llm.base_url, llm.model)

    def sandbox(self) -> Sandbox:
        """A new one, which whoever asked for it closes."""
        return Sandbox(self.limits, require=self.isolation)

    def executor(self, registry: Registry) -> Executor:
        """What serves the calls of tools."""
        return Executor(registry, self.results())

    def results(self) -> Results | None:
        """What tools said in other questions; None when it is not to be used."""
        return Results(self.home / "results.sqlite") if self.cache else None

    def registry(
        self,
        tools: Iterable[Callable[..., Any]] = (),
        *,
        declared: bool = False,
        dialect: Dialect | None = None,
        ready: bool = False,
    ) -> Registry:
        """All tools: the built-in ones, those of installed packages, of the named files, and these.

        declared: also those that no backend serves; for programs that people wrote, never for the language model.
        ready: without those whose weights of the hub have not been pulled.
        dialect: also the functions that programs of this dialect bring along.
        Raises InputError (profile, tool file), PrerequisiteError (the device cannot be used here).
        """
        make = partial(self._limited, tuple(tools), declared=declared, dialect=dialect, ready=ready)
        registry, profile = make(), self.load_profile()
        registry = isolate(registry, make, memory_of(registry, profile))
        # Behind those that run apart: a process of theirs, which makes all tools anew, talks to no other server.
        self._add_servers(registry, profile)
        return consenting(limited(registry, profile), self.consent)

    def _add_servers(self, registry: Registry, profile: Profile) -> None:
        """The tools of MCP servers. Raises PrerequisiteError where one of the command line cannot be used."""
        servers = self.servers or Servers(self.home / "logs")
        if self.installed:
            add_servers(registry, servers, profile.mcp)
        for name, server in named(self.mcp).items():
            add_server(registry, servers, name, server)

    def _limited(
        self, tools: tuple[Callable[..., Any], ...], *, declared: bool, dialect: Dialect | None, ready: bool
    ) -> Registry:
        """All of them in this process, with the limits that the profile sets."""
        registry, profile = Registry(), self.load_profile()
        if not profile.ray:  # a cluster has devices that this machine lacks
            require_device(profile.device)
        if self.scenes is not None:
            register_scenes(registry, self.scenes)
            profile = on_pixels(profile)
        describer = Describer(self.descriptors, ChatWriter(lambda: self.connect(profile)))
        register = Register(registry, self.weights, resolve_device(profile.device), profile, describer, ready)
        if self.installed:
            load_installed(register)
        for path in self.tool_files:
            if self.truths is None:
                load_file(path, register)
            else:
                load_oracle(path, register, self.truths)
        registry.add(*tools)
        if dialect:
            registry.add(*(one for one in dialect_tools(dialect) if one.__name__ not in registry))
        register_declared(registry, usable=declared)
        return limited(registry, profile)

    def bench(self, tools: Iterable[Callable[..., Any]] = ()) -> Bench:
        """Everything that answering takes, with these tools besides the usual ones."""
        registry = self.registry(tools, ready=True)
        registry.withhold(Video, "questions are about images, so far; programs by hand read videos")
        bank, own = usable(load_bank(), registry), own_examples(registry)
        executor, sandbox, examples = self.executor(registry), self.sandbox(), choose_core(bank, own)
        return Bench(
            registry,
            executor,
            sandbox,
            self.runs,
            examples,
            retriever=self._retriever((*bank, *own)),
            grammar=Grammars(registry),
            unfaithful=Faithfulness(registry, (*bank, *own)),
            ahead=self.ahead,
        )

    def _retriever(self, examples: Sequence[Example]) -> NearestExamples:
        files = self.weights.get("minilm").files
        store = VectorStore(self.home / "vectors", " ".join(file.sha256 for file in files))
        return NearestExamples(examples, MiniLM(self.weights, resolve_device(self.load_profile().device)), store)


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
