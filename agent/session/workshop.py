"""The workshop: tools, sandbox and language model, made once for the questions, replays and analyses of a session or
viewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any

from ...programs.dialects.front import dialect_tools
from ...programs.examples.bank import About
from ...sandbox.run import Sandbox
from ...tools.core.errors import InputError, LooksmithError
from ...tools.core.registry import Registry
from ...tools.core.stand_in import stand_ins
from ...tools.engine.executor import Executor
from ...tools.profiles.profile import known_profiles
from ..ask.loop import Bench
from ..ask.writing import Writing
from ..debug.replay import Replayer
from ..doors.by_hand import require_dialect
from ..inputs.subject import ALBUM, VIDEO, Subject
from ..llm.llm import LLM, Scripted
from ..setup.settings import Settings
from ..traces.run_record import RunRecord
from ..traces.runs import Runs, StoredRun


class Workshop:
    """Everything that questions, programs and replays need. Thread-safe. Nothing is made before it is needed.

    connect: returns the language model, and is called for each question. tools: declared with `@tool`, in addition to
        the usual ones.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[], LLM] | None = None,
        tools: Iterable[Any] = (),
    ) -> None:
        self.settings = settings
        self._own = tuple(tools)
        self.connect: Callable[[], LLM] = connect or settings.connect
        self._lock = RLock()
        self._benches: dict[About, Bench] = {}
        self._learned: dict[About, object] = {}
        self._sandbox: Sandbox | None = None
        self._registries: dict[tuple[str, bool], tuple[Registry, Executor]] = {}

    def bench(self, about: About = "images") -> Bench:
        """The bench for questions about images, a video, or an album.

        Examples that people teach in the meantime, here or in another process, are included.
        """
        with self._lock:
            stamp = self.settings.taught.stamp()
            if about not in self._benches:
                self._benches[about] = self._new_bench(about)
            elif stamp != self._learned[about]:
                self._benches[about] = self.settings.learned(self._benches[about])
            self._learned[about] = stamp
            return self._benches[about]

    def _new_bench(self, about: About) -> Bench:
        bench, (registry, executor) = self.settings.bench(self._own, about), self._tools("", dry=False)
        sandbox = self.sandbox().lasting(bench.sandbox.limits.seconds)
        return replace(bench, registry=registry.like(bench.registry), executor=executor, sandbox=sandbox)

    def load(self) -> dict[str, str]:
        """Load what questions need. Returns, for each tool with a model, why it could not be loaded, or ""."""
        self.bench().sandbox.prepare()
        registry, executor = self._tools("", dry=False)
        problems: dict[str, str] = {}
        for tool in registry:
            if tool.load is not None and tool.name in self.bench().registry:
                try:
                    executor.load(tool.name)
                    problems[tool.name] = ""
                except Exception as error:  # a user's tool may raise anything; its calls will report it
                    problems[tool.name] = str(error) or type(error).__name__
        self._practise()
        return problems

    def _practise(self) -> None:
        """Answer a made-up question, which creates what the first question would. Its run is not kept."""
        with TemporaryDirectory(prefix="looksmith-") as folder, suppress(LooksmithError):
            bench = replace(self.bench(), runs=Runs(Path(folder)))
            bench.ask(Subject.blank(1), "How many?", Scripted(["answer = 1"]), Writing(samples=1, guess=False))

    def loaded(self) -> dict[str, bool]:
        """Whether the model is in memory, for each tool with a model that questions may use."""
        offered, (registry, executor) = self.bench().registry, self._tools("", dry=False)
        return {t.name: executor.has_loaded(t.name) for t in registry if t.load and t.name in offered}

    def by_hand(self, dialect: str = "", *, dry: bool = False, about: About = "images") -> Bench:
        """The bench for programs written by hand. dialect: the system that they were written for, "" for ours.

        dry: use stand-ins instead of the tools. about: what the programs are about, which sets their time limit.
        """
        registry, executor = self._tools(dialect, dry=dry)
        return self.settings.plain_bench(registry, executor, self.settings.patient(self.sandbox(), about), dry=dry)

    def sandbox(self) -> Sandbox:
        """The sandbox of all programs."""
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self.settings.sandbox()
            return self._sandbox

    def replayer(self, run: StoredRun) -> Replayer:
        """A replayer with the tools of a run. New runs are stored in the home folder, never in an evaluation."""
        registry, executor = self._tools(run.record.dialect, dry=run.record.dry)
        about: About = "album" if ALBUM in run.record.inputs else "video" if VIDEO in run.record.inputs else "images"
        return Replayer(registry, self.settings.patient(self.sandbox(), about), self.settings.runs, executor)

    def close(self) -> None:
        """Stop the worker processes."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()

    def _tools(self, dialect: str, *, dry: bool) -> tuple[Registry, Executor]:
        with self._lock:
            if (dialect, dry) not in self._registries:
                self._registries[dialect, dry] = self._made(dialect, dry=dry)
            return self._registries[dialect, dry]

    def _made(self, dialect: str, *, dry: bool) -> tuple[Registry, Executor]:
        """The tools and their executor. All but the stand-ins share the models."""
        if not dialect and not dry:
            registry = self.settings.registry(self._own, declared=True)
            return registry, self.settings.executor(registry)
        plain, executor = self._tools("", dry=False)
        registry = plain.mapped(lambda tool: tool)
        own = dialect_tools(require_dialect(dialect)) if dialect else []
        registry.add(*(one for one in own if one.__name__ not in registry))
        if dry:
            registry = stand_ins(registry)
            return registry, Executor(registry)
        return registry, executor.over(registry)


class Workshops:
    """One workshop per profile, made on first use. Thread-safe.

    first: that of the profile chosen at the start. make: makes the workshop of another profile, by its name.
    """

    def __init__(self, first: Workshop, make: Callable[[str], Workshop] | None = None) -> None:
        self.first = first
        self._make = make
        self._lock = RLock()
        self._others: dict[str, Workshop] = {}

    @property
    def profiles(self) -> list[str]:
        """The names of the available profiles, starting with that of `first`."""
        first, home = self.first.settings.profile, self.first.settings.home
        others = sorted(known_profiles([home / "profiles"])) if self._make else []
        return [first, *(name for name in others if name != first)]

    def of(self, profile: str) -> Workshop:
        """The workshop of a profile; "" for the first. Raises InputError for one that is not in `profiles`."""
        if profile in ("", self.first.settings.profile):
            return self.first
        if self._make is None or profile not in self.profiles:
            hint = f"There are {', '.join(self.profiles)}."
            raise InputError(f"There is no profile {profile!r:.100}.", hint=hint)
        with self._lock:
            if profile not in self._others:
                self._others[profile] = self._make(profile)
            return self._others[profile]

    def of_run(self, record: RunRecord) -> Workshop:
        """The workshop of the profile that a run was made with; `first` for a run that does not name one.

        Raises InputError for a profile that is not offered here. A file is never offered, since a run may come from
        elsewhere.
        """
        profile = record.profile
        if profile in ("", self.first.settings.absolute().profile):
            return self.first
        if profile not in self.profiles:
            said = f"This run was made with the profile {profile:.200}, which is not offered here."
            raise InputError(said, hint=f"Start the viewer with it: looksmith view --profile {profile:.200}")
        return self.of(profile)

    def close(self) -> None:
        """Stop the worker processes of all."""
        with self._lock:
            for one in (self.first, *self._others.values()):
                one.close()
