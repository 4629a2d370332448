"""Replays a stored run, with changes; recorded results are reused where possible.

Calls are matched by tool and arguments. So after a change, later calls with unchanged arguments are served from the
trace, and only the others need a model.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.language.diagnostics import render
from ...programs.language.program import Program
from ...sandbox.outcome import Outcome
from ...sandbox.run import Request, Sandbox
from ...tools.core import errors
from ...tools.core.errors import InputError, LooksmithError, ToolError
from ...tools.core.registry import Registry
from ...tools.core.tool import PLAIN
from ...tools.engine.executor import Call, Executor, Serves, given_names
from ...tools.engine.failures import copied
from ...tools.runtime.cache import ResultCache
from ..ask.loop import Answer, Bench
from ..inputs.subject import Subject
from ..reading.compare import RunComparison, compare
from ..reading.view import RunView, view
from ..traces.decode import StoredImages, decode, decode_all
from ..traces.encode import describe, encode, encode_all
from ..traces.run_record import Lineage, versions
from ..traces.runs import Runs, StoredRun
from ..traces.trace import Failure, Step


@dataclass(frozen=True)
class Edits:
    """The changes of a replay.

    results: new results (values, or errors to raise) by step number, 1-based.
    program: a text that replaces the run's program.
    start: rerun everything from this step on.
    """

    results: Mapping[int, Any] = field(default_factory=dict[int, Any])
    program: str | None = None
    start: int | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """In words."""
        changed = [f"step {number} = {_told(value)}" for number, value in sorted(self.results.items())]
        again = [f"rerun from step {self.start} on"] if self.start is not None else []
        return (*changed, *again, *(["another program"] if self.program is not None else []))


@dataclass(frozen=True)
class Replayed:
    """A replay, stored as a new run. notices: warnings about its validity."""

    answer: Answer
    run: StoredRun
    comparison: RunComparison
    notices: tuple[str, ...]


class NotRecorded(ToolError):
    """A call is not in the trace, and there is no live executor."""


def nobody(_tool: str) -> None:
    """The default: all tools are served from the trace."""


@dataclass(frozen=True)
class Replayer:
    """Replays runs. live: serves calls that are not in the trace; if None, they fail with NotRecorded."""

    registry: Registry
    sandbox: Sandbox
    runs: Runs
    live: Serves | None = None

    def replay(self, run: StoredRun, edits: Edits | None = None) -> Replayed:
        """Replay a run and store the result as its child.

        Raises InputError if no program of the run was started and there is no other, a tool is missing, or an edit is
        invalid (no such step, a value of the wrong type, a program that the checker rejects).
        """
        edits = edits or Edits()
        script = Script.of(run, program=edits.program)
        self.check(script, edits)
        service = Recorded(self.registry, script, edits, self.live)
        bench = Bench(self.registry, service, self.sandbox, self.runs, (), run.record.dry, profile=run.record.profile)
        lineage = Lineage(run.record.id, edits.told)
        answer = bench.run(script.subject, script.edited(edits), lineage=lineage)
        child = self.runs.load(str(answer.run))
        notices = (*self._doubts(script, edits), *service.unreached)
        return Replayed(answer, child, compare(script.view, view(child)), notices)

    def outcome(self, script: Script, edits: Edits, first: Callable[[str], Serves | None] = nobody) -> Outcome:
        """The outcome of a replay that is not stored. Raises InputError like `replay`.

        first: returns an executor that serves a tool's calls regardless of the trace, or None to use the trace.
        """
        checked = self.check(script, edits)
        recorded = Recorded(self.registry, script, edits, self.live)
        cache: ResultCache[Call] = ResultCache()

        def call(request: Request) -> Any:
            service = first(request.tool) or recorded
            done = service.call(request.tool, request.args, request.kwargs, cache, request.until)
            if done.error is not None:
                raise copied(done.error)
            return done.value

        return self.sandbox.run(checked, script.subject.inputs(), call)

    def check(self, script: Script, edits: Edits) -> Checked:
        """The program to run. Raises InputError."""
        self._require_tools(script)
        for number, value in edits.results.items():
            self._require_fit(script, number, value)
        if edits.start is not None:
            script.step(edits.start)
        program = script.edited(edits)
        checked = check(program, self.registry, script.subject.input_types())
        if isinstance(checked, Checked):
            return checked
        what = "The program" if edits.program is None else "The changed program"
        raise InputError(f"{what} is invalid: {render(checked, program.source)}")

    def _require_tools(self, script: Script) -> None:
        missing = sorted({step.tool for step in script.steps if step.tool not in self.registry})
        if missing:
            hint = "Pass the file that declares it (--tools FILE), or the profile (--profile)."
            raise InputError(
                f"The run {script.run.record.id} called {', '.join(missing)}, which is not available.", hint=hint
            )

    def _require_fit(self, script: Script, number: int, value: Any) -> None:
        step = script.step(number)
        if isinstance(value, LooksmithError):
            return
        try:
            self.registry.get(step.tool).check_result(value)
        except ToolError as error:
            raise InputError(f"Invalid result for step {number}: {error}") from None

    def _doubts(self, script: Script, edits: Edits) -> list[str]:
        """What has changed since the run was made, which affects calls that are not in the trace."""
        then, now = script.run.record.versions, versions()
        changed = [
            f"{name} {then[name]} then, {now.get(name, 'none')} now" for name in then if then[name] != now.get(name)
        ]
        behind = {step.tool: step.backend for step in script.steps if step.source == "tool"}
        for name, backend in behind.items():
            here = self.registry.get(name).backend
            if here != backend:
                changed.append(f"{name} by {backend} then, {here} now")
        return [f"Changed since the run: {'; '.join(changed)}."] if changed and self.live is not None else []


@dataclass(frozen=True)
class Script:
    """The parts of a run that a replay needs: program, subject, and steps."""

    run: StoredRun
    view: RunView
    program: Program
    subject: Subject
    pictures: StoredImages

    @classmethod
    def of(cls, run: StoredRun, program: str | None = None) -> Script:
        """Read a run. program: the text of another one, which takes its place where none was started.

        Raises InputError if no program was started and there is no other, or if an image is missing.
        """
        shown, record, pictures = view(run), run.record, StoredImages(run)
        if shown.execution is None and program is None:
            raise InputError(f"No program of the run {record.id} was started: there is nothing to replay.")
        written = Program(
            shown.execution.source if shown.execution else program or "",
            record.question,
            origin="file",
            dialect=record.dialect or "python",
            original=record.original,
            lines=tuple(record.lines),
        )
        images = tuple(pictures(one.image) for one in record.pictures)
        names = tuple(one.name for one in record.pictures)
        return cls(run, shown, written, Subject(images, names, decode_all(record.inputs, pictures)), pictures)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the run's last program, in order."""
        return self.view.steps

    def step(self, number: int) -> Step:
        """A step by its number, 1-based. Raises InputError if it does not exist."""
        if not 1 <= number <= len(self.steps):
            raise InputError(f"The run {self.run.record.id} has no step {number}: it has {len(self.steps)}.")
        return self.steps[number - 1]

    def edited(self, edits: Edits) -> Program:
        """The program to run. A changed one no longer refers to another dialect."""
        if edits.program is None:
            return self.program
        return Program(edits.program, self.program.question, origin="file")


class Recorded:
    """Serves the calls of a program from a trace, using each recorded result once and in order.

    live: serves what is not in the trace, and everything from `edits.start` on.
    """

    def __init__(self, registry: Registry, script: Script, edits: Edits, live: Serves | None) -> None:
        self._registry = registry
        self._script = script
        self._edits = edits
        self._live = live
        self._reached: set[int] = set()
        self._first: dict[str, int] = {}
        self._waiting: dict[str, deque[int]] = {}
        for number, step in enumerate(script.steps, start=1):
            if edits.start is None or number < edits.start or number in edits.results:
                key = _key(step.tool, step.arguments)
                self._first.setdefault(key, number)
                self._waiting.setdefault(key, deque()).append(number)

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cache: ResultCache[Call] | None = None,
        until: float | None = None,
    ) -> Call:
        """Serve a call from the trace or the edits, else by the live executor."""
        start = perf_counter()
        bound = self._bound(name, args, kwargs)
        number = self._number(name, _key(name, encode_all(bound, _source)))
        if number is None:
            live = self._asked(name)
            return live.call(name, args, kwargs, cache, until) if live is not None else _unrecorded(name, bound)
        return replace(self._known(number, bound), seconds=perf_counter() - start)

    @property
    def unreached(self) -> list[str]:
        """Notices for edits without effect: the program took another path, or made a different call there."""
        lost = sorted(self._edits.results.keys() - self._reached)
        return [f"Step {number} did not occur again: its change had no effect." for number in lost]

    def _bound(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._registry.get(name).bind(args, kwargs)
        except LooksmithError:
            return given_names(args, kwargs)

    def _number(self, name: str, key: str) -> int | None:
        """The recorded step for this call. Results of deterministic tools may be used repeatedly."""
        waiting = self._waiting.get(key)
        if waiting:
            return waiting.popleft()
        return self._first.get(key) if self._registry.get(name).options.deterministic else None

    def _known(self, number: int, bound: Mapping[str, Any]) -> Call:
        step, pictures = self._script.steps[number - 1], self._script.pictures
        known = Call(step.tool, step.backend, bound, cached=step.cached, source="trace")
        # A result that was cached from an earlier step changes with it.
        origin = self._first[_key(step.tool, step.arguments)] if step.cached else number
        for edited in (number, origin):
            if edited in self._edits.results:
                self._reached.add(edited)
                value = self._edits.results[edited]
                failed = value if isinstance(value, LooksmithError) else None
                return replace(known, value=None if failed else value, error=failed, source="change")
        return replace(
            known,
            value=decode(step.result, pictures),
            scores=step.scores,
            found=tuple(decode(step.found, pictures)),
            rejected=tuple(decode(step.rejected, pictures)),
            moments=tuple(decode(step.moments, pictures)),
            assumptions=step.assumptions,
            confidence=step.confidence,
            error=step.error and as_error(step.error),
        )

    def _asked(self, name: str) -> Serves | None:
        """The executor for calls that are not in the trace, or None."""
        # Tools without a model are run again even if there is no live executor.
        plain = name in self._registry and self._registry.get(name).backend == PLAIN
        return self._live or (Executor(self._registry) if plain else None)


def _unrecorded(name: str, bound: Mapping[str, Any]) -> Call:
    hint = "Allow new calls to the models: --backend model."
    error = NotRecorded(f"The replayed run has no such call of {name}.", hint=hint)
    return Call(name, "recorded", bound, error=error)


_ERRORS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, LooksmithError)
}


def as_error(failure: Failure) -> LooksmithError:
    """The error of a step. An unknown class becomes a ToolError."""
    return _ERRORS.get(failure.kind, ToolError)(failure.message)


def _key(tool: str, arguments: Mapping[str, Any]) -> str:
    return json.dumps([tool, arguments], sort_keys=True)


def _source(image: Any) -> str:
    """The `source` of an image loaded from a trace."""
    return image.source


def _told(value: Any) -> str:
    if isinstance(value, LooksmithError):
        return f"{type(value).__name__}: {value}"
    return describe(encode(value, _source))
