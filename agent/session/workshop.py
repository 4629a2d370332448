"""What answers, replays and blames for a session and for the pages: tools, sandbox and language model, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import RLock
from typing import Any

from ...programs.dialects.front import dialect_tools
from ...sandbox.run import Sandbox
from ...tools.core.registry import Registry
from ...tools.core.stand_in import stand_ins
from ...tools.engine.executor import Executor
from ..ask.loop import Bench
from ..debug.replay import Replayer
from ..doors.by_hand import require_dialect
from ..llm.llm import LLM
from ..setup.settings import Settings
from ..traces.runs import StoredRun


class Workshop:
    """Shared by all requests. Nothing is made before it is needed; threads may share it.

    connect: the language model, asked for anew for each question; tools: declared with `@tool`, besides the usual ones.
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
        self._benches: dict[bool, Bench] = {}
        self._sandbox: Sandbox | None = None
        self._registries: dict[tuple[str, bool], tuple[Registry, Executor]] = {}

    def bench(self, *, videos: bool = False) -> Bench:
        """The bench for questions about images, or about videos."""
        with self._lock:
            if videos not in self._benches:
                bench, (registry, executor) = self.settings.bench(self._own, videos=videos), self._tools("", dry=False)
                registry, seconds = registry.like(bench.registry), bench.sandbox.limits.seconds
                sandbox = self.sandbox().lasting(seconds)
                self._benches[videos] = replace(bench, registry=registry, executor=executor, sandbox=sandbox)
            return self._benches[videos]

    def by_hand(self, dialect: str = "", *, dry: bool = False) -> Bench:
        """What programs by hand are run with. dialect: the system that they were written for, "" for ours.

        dry: stand-ins answer in place of the tools.
        """
        registry, executor = self._tools(dialect, dry=dry)
        ahead = self.settings.ahead and not dry  # stand-ins take no time
        return Bench(registry, executor, self.sandbox(), self.settings.runs, (), dry, ahead=ahead)

    def sandbox(self) -> Sandbox:
        """The sandbox of all programs."""
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self.settings.sandbox()
            return self._sandbox

    def replayer(self, run: StoredRun) -> Replayer:
        """A replayer with the tools of a run. New runs are stored in the home folder, never in an evaluation."""
        registry, executor = self._tools(run.record.dialect, dry=run.record.dry)
        return Replayer(registry, self.sandbox(), self.settings.runs, executor)

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
        """Tools and their executor; everything except stand-ins shares the models."""
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
