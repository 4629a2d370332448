"""Where looksmith stores files, and how a bench is built from the user's options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...programs.dialects.front import Dialect, dialect_tools
from ...programs.examples.bank import About, load_bank, load_wordings, own_examples, usable
from ...programs.examples.core import choose_core
from ...programs.examples.retrieval import NearestExamples
from ...programs.examples.taught import TaughtExample, TaughtFolder
from ...programs.examples.vectors import VectorStore
from ...programs.question.faithful import Faithfulness
from ...sandbox.jail import Isolation
from ...sandbox.limits import Limits
from ...sandbox.run import Sandbox
from ...tools.albums.choosing import DAY
from ...tools.albums.offered import NOT_ASKED as NOT_ASKED_OF_ALBUMS
from ...tools.albums.offered import OF_ONE_PHOTO
from ...tools.clips.desk import Desk
from ...tools.clips.offered_tools import NOT_ASKED
from ...tools.clips.watching import HOUR
from ...tools.core.albums import Album
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ...tools.core.values import Video
from ...tools.engine.executor import Executor
from ...tools.engine.isolated_tools import isolate
from ...tools.engine.results import Results
from ...tools.models.encode.contrastive import Contrastive
from ...tools.models.encode.minilm import MiniLM
from ...tools.name.cupl import Describer
from ...tools.name.descriptors import DescriptorStore
from ...tools.profiles.builtin_tools import check_profile
from ...tools.profiles.comparing import contrastive_model
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
from ..llm.llm import MAX_TOKENS, TIMEOUT
from ..llm.server.serve import ServerManager
from ..traces.runs import Doing, Runs, tell_nobody


@dataclass(frozen=True)
class Settings:
    """The user's options.

    home: the folder of weights, environments, server state, profiles and runs.
    device: "auto", or where all models of the profile run. profile: a name, or a TOML file.
    installed: also offer the built-in tools and those of installed packages.
    truths: what the tool files' oracles know about images, by `source`; without them the tools look at pixels.
    cache: reuse results of models from other questions, and store new ones.
    scenes: scene graphs of images, by `source`; the built-in tools look them up instead of using the profile's models.
    limits: resource limits of a program. isolation: the weakest isolation that is accepted.
    ahead: start tool calls early that are certain to be needed.
    doing: called with what a run is doing, as it happens.
    base_url, model: the server that writes the programs, and its model, instead of the profile's.
    mcp: further MCP servers whose tools are offered, each as a command or a URL.
    consent: called before a tool acts outside of looksmith.
    servers: the connections to MCP servers; by default those of this home folder.
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
        """Device of the local language model server: auto, cpu or cuda."""
        kind = self.load_profile().device.partition(":")[0]  # a GPU's index applies to the vision models only
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
        """The stored descriptions of labels."""
        return DescriptorStore(self.home / "descriptors")

    @property
    def taught(self) -> TaughtFolder:
        """The examples that people taught here."""
        return TaughtFolder(self.home / "examples")

    @property
    def files(self) -> tuple[Path, ...]:
        """Paths that another machine needs, at the same place, to build the same bench."""
        named = Path(self.profile).expanduser()
        return (self.home, *self.tool_files, *([named] if is_file_name(self.profile) else []))

    def absolute(self) -> Settings:
        """The same settings with absolute paths, for a process with another working directory."""
        profile = str(Path(self.profile).expanduser().absolute()) if is_file_name(self.profile) else self.profile
        files = tuple(path.absolute() for path in self.tool_files)
        return replace(self, home=self.home.absolute(), tool_files=files, profile=profile)

    def load_profile(self) -> Profile:
        """What the built-in tools run on. Raises InputError."""
        profile = load_profile(self.profile, [self.home / "profiles"]).on(self.device)
        return check_profile(seeing_by_writer(profile.written_by(self.base_url, self.model), self.home))

    def connect(self, timeout: float = TIMEOUT, max_tokens: int = MAX_TOKENS) -> ChatClient:
        """A client of the profile's language model, with limits on a reply's seconds and tokens. Raises NoServer."""
        llm = self.load_profile().llm
        return connect(self.home, llm.base_url, llm.model, timeout=timeout, max_tokens=max_tokens)

    def llm_server(self, *, vision: bool = False) -> ServerManager:
        """The manager of the language model's server, which serves `model` or else the profile's model.

        vision: serve it with image input even if the profile does not say so. Raises InputError.
        """
        profile = self.load_profile()
        model, sees = self.model or profile.llm.weights, vision or profile.writer_sees
        return ServerManager(self.home, self.weights, model=model, vision=sees)

    def sandbox(self) -> Sandbox:
        """A new sandbox; the caller must close it."""
        return Sandbox(self.limits, require=self.isolation)

    def patient(self, sandbox: Sandbox, about: About) -> Sandbox:
        """The same sandbox with the longer time limits of programs about videos and albums."""
        seconds: dict[About, float] = {"video": HOUR, "album": DAY}
        return sandbox.lasting(max(self.limits.seconds, seconds[about])) if about in seconds else sandbox

    def executor(self, registry: Registry) -> Executor:
        """The executor of tool calls, also for calls made by tools about videos."""
        executor = Executor(registry, self.results())
        for one in registry:
            desk = getattr(getattr(one.function, "__self__", None), "desk", None)
            if isinstance(desk, Desk):
                desk.connect(lambda name, given: executor.submit(name, given, {}), self.doing, executor.awaited)
        return executor

    def results(self) -> Results | None:
        """The cache of tool results; None if disabled."""
        return Results(self.home / "results.sqlite") if self.cache else None

    def registry(
        self,
        tools: Iterable[Any] = (),
        *,
        declared: bool = False,
        dialect: Dialect | None = None,
        ready: bool = False,
    ) -> Registry:
        """All tools: the built-in ones, those of installed packages and of the tool files, and `tools`.

        declared: include tools without a backend; for programs written by hand, never for the language model.
        ready: leave out tools whose weights have not been pulled from the hub.
        dialect: include the functions that this dialect defines.
        Raises InputError (profile, tool file), PrerequisiteError (the device cannot be used here).
        """
        # Callbacks belong to this process; a process that makes the tools again must not depend on them.
        anywhere = replace(self, doing=tell_nobody, consent=nobody, servers=None)
        make = partial(anywhere._limited, tuple(tools), declared=declared, dialect=dialect, ready=ready)
        registry, profile = make(), self.load_profile()
        registry = isolate(registry, make, memory_of(registry, profile))
        # After the isolated ones: their process, which makes all tools again, must not connect to other servers.
        self._add_servers(registry, profile)
        return consenting(limited(registry, profile), self.consent)

    def _add_servers(self, registry: Registry, profile: Profile) -> None:
        """Add the tools of MCP servers. Raises PrerequisiteError if one named on the command line cannot be used."""
        servers = self.servers or Servers(self.home / "logs")
        if self.installed:
            add_servers(registry, servers, profile.mcp)
        for name, server in named(self.mcp).items():
            add_server(registry, servers, name, server)

    def _limited(self, tools: tuple[Any, ...], *, declared: bool, dialect: Dialect | None, ready: bool) -> Registry:
        """All tools in this process, with the limits from the profile."""
        registry, profile = Registry(), self.load_profile()
        if not profile.ray:  # a cluster may have devices that this machine lacks
            require_device(profile.device)
        if self.scenes is not None:
            register_scenes(registry, self.scenes)
            profile = on_pixels(profile)
        describer = Describer(self.descriptors, ChatWriter(self.connect))
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

    def offered(self, tools: Iterable[Any] = ()) -> Registry:
        """The tools offered to questions about images, including these tools or tool sets. Raises like `registry`."""
        return _asked(self.registry(tools, ready=True), "images")

    def contrastive(self, name: str = "") -> tuple[str, Contrastive]:
        """A model of the profile that compares images with texts, and its name. Raises like `contrastive_model`."""
        profile = self.load_profile()
        register = Register(Registry(), self.weights, resolve_device(profile.device), profile)
        return contrastive_model(register, name)

    def bench(self, tools: Iterable[Any] = (), about: About = "images") -> Bench:
        """Build the bench, with these tools or tool sets in addition to the usual ones.

        about: what its questions are about.
        """
        every = self.registry(tools, ready=True)
        registry = _asked(every, about)
        plain = self.plain_bench(registry, self.executor(every), self.patient(self.sandbox(), about))
        bank, own = usable(load_bank(about), registry), own_examples(registry)
        found = (*bank, *usable(load_wordings(about), registry), *own)
        known = {"examples": choose_core(bank, own), "bank": found, "grammar": Grammars(registry)}
        return self.learned(replace(plain, **known))

    def plain_bench(self, registry: Registry, executor: Executor, sandbox: Sandbox, *, dry: bool = False) -> Bench:
        """The bench for programs that exist already: without examples, and without a grammar for writing any.

        dry: the executor's tools are stand-ins.
        """
        ahead = self.ahead and not dry  # stand-ins take no time
        return Bench(registry, executor, sandbox, self.runs, (), dry, ahead=ahead, profile=self.absolute().profile)

    def learned(self, bench: Bench) -> Bench:
        """The same bench with the examples taught in this home folder so far, replacing those it had."""
        taught = self.taught.load()
        known = tuple(example for example in bench.bank if not isinstance(example, TaughtExample))
        bank = (*known, *usable(taught.examples.values(), bench.registry))
        first = bench.retriever
        retriever = first.over(bank) if isinstance(first, NearestExamples) else self._retriever(bank)
        unfaithful = Faithfulness(bench.registry, bank)
        return replace(bench, bank=bank, retriever=retriever, unfaithful=unfaithful, notice=taught.told)

    def _retriever(self, examples: Sequence[Example]) -> NearestExamples:
        files = self.weights.get("minilm").files
        store = VectorStore(self.home / "vectors", " ".join(file.sha256 for file in files))
        return NearestExamples(examples, MiniLM(self.weights, resolve_device(self.load_profile().device)), store)


def _asked(every: Registry, about: About) -> Registry:
    """The tools for questions about images, a video, or an album."""
    registry = every.mapped(lambda tool: tool)
    registry.without(OF_ONE_PHOTO, "tools about albums call it")
    kinds: dict[About, type] = {"video": Video, "album": Album}
    for one, kind in kinds.items():
        if about == one:
            registry.lead(kind)
        else:
            registry.withhold(kind, f"it is for questions about {one}s")
    if about == "video":
        registry.without(NOT_ASKED, "questions about videos do without it")
    if about == "album":
        registry.without(NOT_ASKED_OF_ALBUMS, "questions about albums do without it")
    return registry
